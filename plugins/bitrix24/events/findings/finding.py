"""One finding, its kind, and all that a kind looks at. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from bot.plugin import CommandLine, Message, quote
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors.model import UNNAMED
from plugins.bitrix24.events.findings.own_changes import OwnChange
from plugins.bitrix24.events.findings.own_subscriptions import NO_REPAIR, Repair
from plugins.bitrix24.events.findings.portal_facts import Pair, PortalFacts
from plugins.bitrix24.events.findings.watch_memory import WatchMemory
from plugins.bitrix24.health import access_losses


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One deviation. Parts that do not belong to its kind are empty; `line` 0 is none."""

    kind: str
    connector: str = ""
    line: int = 0
    detail: str = ""

    @property
    def key(self) -> str:
        return json.dumps([self.kind, self.connector, self.line, self.detail])


def read_key(key: str) -> Finding:
    """The finding of a key."""
    kind, connector, line, detail = json.loads(key)
    return Finding(kind=kind, connector=connector, line=line, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What an event told of a change: who made it, and when. It says nothing of how things are now."""

    user: int | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that a row looks at: the portal, what is remembered of it, and what events told.

    `portal` is its name, for lines to type. `repair` is what had to be subscribed again.
    """

    facts: PortalFacts
    memory: WatchMemory
    portal: str
    hints: Mapping[Pair, Hint] = field(default_factory=dict)
    repair: Repair = NO_REPAIR

    def line_to_type(self, *words: str) -> CommandLine:
        """A line to type about this portal, whatever the reader's own portal is."""
        return CommandLine(command_line=" ".join([*words, "--portal", quote(self.portal)]))

    def line(self, number: int) -> Message:
        """A line by its name and number, also one that is gone."""
        known = (self.facts.lines or {}).get(number)
        name = known.name if known else self.memory.lines.get(number, "")
        return Message("bitrix24.state.line", line=str(number), name=name or UNNAMED)

    def hint(self, found: Sequence[Finding]) -> Hint | None:
        """The newest event about any of these, if it names a user."""
        told = [self.hints[pair] for each in found if (pair := (each.connector, each.line)) in self.hints]
        named = [hint for hint in told if hint.user is not None]
        return max(named, key=lambda hint: hint.at, default=None)


Tell = Callable[[View, Sequence[Finding]], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """One row. Without `over` a finding is a fact that is told once, and there is nothing to be over.

    `whole`: while it holds, nothing else about the portal is looked for.
    """

    name: str
    find: Callable[[View], Iterable[Finding]]
    raised: Tell
    over: Tell | None = None
    group: Callable[[Finding], object] = lambda found: found
    whole: bool = False
    critical: bool = False
    """Whether b24bot cannot work with the portal while it holds, so that it is told again every day."""
    by_event: bool = False
    """Whether the portal sends an event about it."""
    loss: Callable[[View], access_losses.AccessLoss] | None = None
    """How the portal is lost while it holds: what to do then, and where to read on."""
    advice: Tell | None = None
    """What to do, where the sentence does not say it and no portal is lost."""
    lasts: bool = False
    """Whether it lasts without a word for its end, so that it is not told again while it is found."""
    told_by: str = ""
    """The kind that tells this one, too: of the same connector only that one is raised where both begin."""
    explained: Callable[[OwnChange], bool] = lambda _change: True
    """Whether a change of ours to the same connector and line accounts for such a finding."""


def list_lines(view: View, found: Sequence[Finding]) -> tuple[Message, ...]:
    """List the lines of these findings, each with its name."""
    return tuple(view.line(number) for number in sorted({each.line for each in found}))


def list_connectors(found: Iterable[Finding]) -> tuple[str, ...]:
    """List the connectors of these findings."""
    return tuple(sorted({each.connector for each in found}))


def list_details(found: Iterable[Finding]) -> tuple[str, ...]:
    """List the details of these findings."""
    return tuple(sorted({each.detail for each in found}))


def is_gone(view: View, connector: str) -> bool:
    """Whether the portal's list of connectors was read without this one."""
    return view.facts.connectors is not None and connector not in view.facts.connectors
