"""Everything the bot says no with, and the exit code each kind has in the terminal.

PluginError (bot.plugin)          1
├── BadArgument                   2   mistake in the words
│   ├── WordsError
│   │   └── LineTooLong         2   nobody reads it
│   └── SecretTyped             2   one of the bot's own secrets
├── Refusal                       4   not possible now
│   ├── AlreadyRunning
│   └── StoreUnavailable
│       └── StoreDamaged        78   it does not mend itself
├── TargetRefused                 5   the remote side refused
├── TargetUnreachable             6   the remote side cannot be reached
├── NotPermitted                  3
├── PluginFault                   1   a plugin broke its contract
└── ConfigurationError           78
"""

from __future__ import annotations

from typing import Any

from bot.plugin import BadArgument, Command, Message, PluginError, Refusal, TargetRefused, TargetUnreachable, Text


class WordsError(BadArgument):
    """The words do not make a command. `suggestion` is the corrected line, when there is one good guess.

    `incomplete` is the command of a line of which nothing is wrong but that arguments are missing.
    """

    def __init__(
        self, sentence: Text, *, hint: Text = "", suggestion: str = "", incomplete: Command[Any] | None = None
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.suggestion = suggestion
        self.incomplete = incomplete


class LineTooLong(WordsError):
    """A typed line is longer than one that is read."""


class SecretTyped(BadArgument):
    """The words contain one of the bot's own secrets. They are not recorded, logged or stored."""

    def __init__(self, what: Text) -> None:
        super().__init__(Message("host.secret_typed.found", secret=what), hint=Message("host.secret_typed.hint"))
        self.what = what


class NotPermitted(PluginError):
    """The person may not do this."""


class PluginFault(PluginError):
    """A plugin did what its protocol does not allow; the sentence names it and the reference in the log."""


class ConfigurationError(PluginError):
    """The bot is not set up for this."""


class StoreUnavailable(Refusal):
    """The database cannot be written now."""


class StoreDamaged(StoreUnavailable):
    """The database is damaged: only a backup helps."""


class AlreadyRunning(Refusal):
    """Another process has this role on the same database."""


EXIT_CODES: tuple[tuple[type[PluginError], int], ...] = (
    (StoreDamaged, 78),
    (BadArgument, 2),
    (NotPermitted, 3),
    (Refusal, 4),
    (TargetRefused, 5),
    (TargetUnreachable, 6),
    (ConfigurationError, 78),
)


def exit_code(error: PluginError) -> int:
    """The terminal's exit code for an error; 1 for a kind without a row."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)
