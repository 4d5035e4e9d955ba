"""What has to hold before the bot can work, as one list: `b24bot doctor` runs all of it, and a start its own part."""

from __future__ import annotations

import logging

from bot.checks import configuration, delivery, place_access, slack_access, storage
from bot.checks.check import Check, Environment, Stage, State, run_checks
from bot.core import mentions
from bot.core.bot_errors import ConfigurationError
from bot.language.translation import translate
from bot.plugin import Message

log = logging.getLogger("b24bot")

STORE = ("key-file", "database")
CHECKS: tuple[Check, ...] = (
    Check(
        name="settings", label=Message("check.label.settings"), look=configuration.check_values, stage=Stage.SETTINGS
    ),
    Check(name="plugins", label=Message("check.label.plugins"), look=configuration.check_plugins, stage=Stage.SETTINGS),
    Check(
        name="names",
        label=Message("check.label.names"),
        look=configuration.check_names,
        needs=("plugins",),
        stage=Stage.SETTINGS,
    ),
    Check(name="paths", label=Message("check.label.paths"), look=storage.check_paths, stage=Stage.SETTINGS),
    Check(
        name="token-kinds",
        label=Message("check.label.token_kinds"),
        look=slack_access.check_token_kinds,
        stage=Stage.SETTINGS,
    ),
    Check(name="intake", label=Message("check.label.intake"), look=slack_access.check_intake),
    Check(
        name="plugin-settings",
        label=Message("check.label.plugin_settings"),
        look=configuration.check_plugin_settings,
        needs=("plugins",),
    ),
    Check(name="key-file", label=Message("check.label.key_file"), look=storage.check_key_file, needs=("paths",)),
    Check(name="file-modes", label=Message("check.label.file_modes"), look=storage.check_file_modes, needs=("paths",)),
    Check(name="folder", label=Message("check.label.folder"), look=storage.check_folder, needs=("paths",)),
    Check(name="database", label=Message("check.label.database"), look=storage.check_database, needs=("folder",)),
    Check(name="commits", label=Message("check.label.commits"), look=storage.check_commits, needs=STORE),
    Check(
        name="replicas",
        label=Message("check.label.replicas"),
        look=storage.check_replicas,
        needs=("folder", "database"),
    ),
    Check(name="journal", label=Message("check.label.journal"), look=storage.check_journal, needs=("folder",)),
    Check(name="keys", label=Message("check.label.keys"), look=storage.check_keys, needs=STORE),
    Check(name="audit-log", label=Message("check.label.audit_log"), look=storage.check_audit_log, needs=STORE),
    Check(name="witness", label=Message("check.label.witness"), look=storage.check_witness, needs=("paths",)),
    Check(name="allow-list", label=Message("check.label.allow_list"), look=storage.check_allow_list, needs=STORE),
    Check(
        name="approvers",
        label=Message("check.label.approvers"),
        look=storage.check_approvers,
        needs=(*STORE, "settings"),
    ),
    Check(name="backups", label=Message("check.label.backups"), look=storage.check_backups, needs=("folder",)),
    Check(name="disk", label=Message("check.label.disk"), look=storage.check_disk, needs=("folder",)),
    Check(
        name="slack",
        label=Message("check.label.slack"),
        look=slack_access.check_bot_token,
        needs=("settings", "token-kinds"),
        stage=Stage.SLACK,
    ),
    Check(
        name="scopes",
        label=Message("check.label.scopes"),
        look=slack_access.check_scopes,
        needs=("slack",),
        stage=Stage.SLACK,
    ),
    Check(name="clock", label=Message("check.label.clock"), look=slack_access.check_clocks, needs=("slack",)),
    Check(
        name="app-token",
        label=Message("check.label.app_token"),
        look=slack_access.check_app_token,
        needs=("settings", "token-kinds"),
        stage=Stage.SLACK,
    ),
    Check(
        name="audit-lines", label=Message("check.label.audit_lines"), look=delivery.check_audit_lines, needs=("paths",)
    ),
    Check(name="outbox", label=Message("check.label.outbox"), look=delivery.check_outbox, needs=STORE),
    Check(name="set-aside", label=Message("check.label.set_aside"), look=delivery.check_set_aside, needs=STORE),
    Check(
        name="direct-messages",
        label=Message("check.label.direct_messages"),
        look=delivery.check_direct_messages,
        needs=STORE,
    ),
    Check(
        name="channels",
        label=Message("check.label.channels"),
        look=slack_access.check_channels,
        needs=("settings", "slack"),
    ),
    Check(
        name="places",
        label=Message("check.label.places"),
        look=place_access.check_places,
        needs=("plugins", *STORE, "keys", "audit-log"),
    ),
)
"""In the order of a start."""


def require_stage(stage: Stage, environment: Environment) -> None:
    """Run a start's own checks. Raises ConfigurationError for what does not mend itself; the rest is a warning."""
    checks = [check for check in CHECKS if check.stage is stage]
    before = {check.name for check in CHECKS if check.stage is not stage}
    for finding in run_checks(checks, environment, well=before):
        if isinstance(finding.error, ConfigurationError):
            raise finding.error
        if finding.state in (State.NO, State.NOTE):
            says, hint = (mentions.unmark(translate(text)) for text in (finding.says, finding.hint))
            log.warning("%s: %s %s", finding.name, says, hint, extra={"action": "start_check"})
