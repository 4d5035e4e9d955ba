"""Which language each reader is spoken to in."""

from __future__ import annotations

from collections.abc import Mapping

from bot.language.catalogues import ENGLISH, choose_language
from bot.plugin.frozen import dataclass

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a terminal says its locale, the one that overrides the others first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChoice:
    """What the settings say of languages: one for everything, where it is set, and the one of channels."""

    fixed: str = ""
    channel: str = ENGLISH

    @property
    def shared(self) -> str:
        """The language of what several people read: cards, lines under them, announcements, audit lines."""
        return self.fixed or self.channel

    def choose(self, locale: str) -> str:
        """The language of what one person reads, by the locale that is known of them; that of channels without one."""
        return self.fixed or (choose_language(locale) if locale else self.channel)


def choose_by_environment(environment: Mapping[str, str]) -> str:
    """The language of a terminal by its locale, from the first of the usual variables that is set."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return choose_language(locale)
