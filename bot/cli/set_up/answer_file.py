"""Answers are kept in the settings file one by one, so that an interrupted conversation loses none."""

from __future__ import annotations

from pathlib import Path

from bot.cli.prompts import confirm
from bot.cli.session import Terminal, explain_file_errors
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.settings_file import read_settings_file, write_settings_file

SETTINGS_FILE = Path(".env")


class AnswerFile:
    """Writes answers into `.env` of the current folder. With `asks` a person says whether one replaces another."""

    def __init__(self, terminal: Terminal, *, asks: bool) -> None:
        self._terminal, self._asks = terminal, asks
        self.written: list[str] = []
        """The names that were written, in order."""

    def may_write(self) -> bool:
        """Ask whether a file that is there may get more lines."""
        if not self._asks or not SETTINGS_FILE.exists():
            return True
        return confirm(Message("cli.init.add_to_file", file=str(SETTINGS_FILE)), default=True)

    def keep(self, name: str, value: str) -> bool:
        """Write one value; False where a person keeps the other one. Raises ConfigurationError."""
        found = self._terminal.host_settings.values[name] if name in self._terminal.host_settings.given else ""
        if found == value:
            return True
        with explain_file_errors(SETTINGS_FILE):
            there, _ = read_settings_file(SETTINGS_FILE)
            if found and found != there.get(name):
                raise ConfigurationError(
                    Message("cli.init.set_in_environment", name=name), hint=Message("cli.init.unset_variable")
                )
            if found and not self._may_replace(name):
                return False
            write_settings_file(SETTINGS_FILE, {name: value})
        self.written.append(name)
        self._terminal.forget_settings()
        return True

    def _may_replace(self, name: str) -> bool:
        if not self._asks:
            raise ConfigurationError(
                Message("cli.init.other_value", name=name, file=str(SETTINGS_FILE)),
                hint=Message("cli.init.remove_line"),
            )
        return confirm(Message("cli.init.replace_value", name=name, file=str(SETTINGS_FILE)))
