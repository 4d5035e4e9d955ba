"""What the settings say of this bot. It stays the same for as long as a process runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.policy import Terms
from bot.core.authority.rules.rule_table import RuleTable
from bot.language.language_choice import LanguageChoice
from bot.plugin.frozen import dataclass
from bot.store.files.known_secrets import KnownSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The rules and limits that were set for this bot, and the settings of its plugins."""

    terms: Terms
    known_secrets: KnownSecrets = field(repr=False)
    """Finds the secrets of this bot among typed words."""
    rules: RuleTable = field(default_factory=RuleTable)
    """The policy table; without rows where there is none."""
    people: IdentityGroups = field(default_factory=IdentityGroups)
    """Which accounts are one person's."""
    languages: LanguageChoice = field(default_factory=LanguageChoice)
    plugin_settings: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    settle_after_ms: int = 0
    """How long after a call that got no answer no effect proves nothing; 0 leaves it to what each plugin says."""
    audit_lag_ms: int = 1_800_000
    """How old a line that is not in the audit channel, or a head that the witness has not got, may get."""
    allow_async: bool = False
    """Whether changes are made on a database that may lose a commit, without a witness file."""
