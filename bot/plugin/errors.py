"""What a plugin raises instead of an answer.

    PluginError
    ├── DeclarationError     the plugin itself is written wrongly: refused at import
    ├── BadArgument          the words are wrong
    ├── Refusal              the words are fine, this must not or cannot be done now
    ├── TargetRefused        the remote side said no
    └── TargetUnreachable    the remote side gave no usable answer

Each message is a sentence for the person who typed; `hint` says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import GNUTranslations
from pathlib import Path

from bot.plugin.message import Text

_ENGLISH = Path(__file__).parent.parent / "locale" / "en" / "LC_MESSAGES" / "host.mo"
"""Where the sentences about declarations are. The host finds them by `bot.language`; this package imports nothing."""


class PluginError(Exception):
    """Something a plugin cannot do."""

    def __init__(self, sentence: Text, *, hint: Text = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class DeclarationError(PluginError):
    """A command is declared wrongly."""

    def __str__(self) -> str:
        """Say it in English, for the traceback of whoever imports the module."""
        if isinstance(self.sentence, str):
            return self.sentence
        try:
            with _ENGLISH.open("rb") as file:
                sentence = GNUTranslations(file).gettext(self.sentence.key)
            return sentence.format_map(self.sentence.arguments) if sentence != self.sentence.key else str(self.sentence)
        except (OSError, KeyError):
            return str(self.sentence)


class BadArgument(PluginError):
    """An argument does not have a valid value."""


class Refusal(PluginError):
    """It is forbidden or impossible now.

    `meant` is what the first argument was probably meant to be. A button below the answer offers the line with it.
    """

    def __init__(self, sentence: Text, *, hint: Text = "", meant: str = "") -> None:
        super().__init__(sentence, hint=hint)
        self.meant = meant


class TargetRefused(PluginError):
    """The remote side refused. `code` is its error code, as it came.

    `facts` are for the log, beside the reference that the person sees: a status, a method, never a secret.
    """

    def __init__(
        self, sentence: Text, *, code: str = "", hint: Text = "", facts: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.code = code
        self.facts = facts or {}


class TargetUnreachable(PluginError):
    """The remote side gave no usable answer."""

    def __init__(self, sentence: Text, *, hint: Text = "", facts: Mapping[str, object] | None = None) -> None:
        """`facts` are those of TargetRefused."""
        super().__init__(sentence, hint=hint)
        self.facts = facts or {}
