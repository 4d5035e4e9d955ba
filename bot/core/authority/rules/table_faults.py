"""What is wrong with a policy table: each fault with its line and what to write instead."""

from __future__ import annotations

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFault:
    """One fault. Line 0 stands for the whole file."""

    line: int
    sentence: Message
    hint: Message

    @property
    def described(self) -> Message:
        return Message("rules.fault", line=str(self.line), sentence=self.sentence, hint=self.hint)


class BrokenTable(ConfigurationError):
    """The policy table cannot be used."""

    def __init__(self, faults: tuple[TableFault, ...]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        described = tuple(fault.described for fault in self.faults)
        super().__init__(Message("rules.broken", count=len(described), faults=described))
