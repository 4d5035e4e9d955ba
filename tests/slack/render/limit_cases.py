"""Every limit as b24bot sets it, for the storyboards: why changes are blocked, and when to ask again."""

from __future__ import annotations

from bot.core.authority.limits import Limit, Mode
from bot.plugin import Message, Person, Text, Time
from bot.store.engine.faults import RESTORE_HINT
from bot.usecases.integrity.allow_list_check import REMEDY
from tests.slack.kit import ANTON, NOON

FROZEN = Message("limit.freeze", person=Person(person=ANTON.id), time=Time(time=NOON), reason="audit")
LISTED = Message("limit.allow_list_mismatch", account="T0001:U0003", listed="approver", recorded="operator")
REPLACED = Message("store.file.replaced", path="b24bot.db")
LOST = Message("store.postgres.commit_lost", record="12")


def _limit(name: str, why: Text, until: Message, mode: Mode = Mode.NO_DANGER) -> Limit:
    return Limit(name=name, mode=mode, why=why, until=until)


LIMITS = (
    _limit("frozen", Message("limit.frozen", freezes=(FROZEN,)), Message("limit.until.unfrozen")),
    _limit("audit-channel", Message("limit.audit_unset"), Message("limit.until.audit_channel")),
    _limit("unproven", Message("limit.unproven", count=20), Message("limit.until.resolved")),
    _limit("async-database", Message("limit.async_database"), Message("limit.until.commits_kept")),
    _limit("witness", Message("limit.witness_behind", count=10), Message("limit.until.witnessed")),
    _limit("disk", Message("limit.disk", free="12", wanted="100"), Message("limit.until.space_freed")),
    _limit("clock", Message("limit.clock_behind", count=90), Message("limit.until.clock_set")),
    _limit("commit-lost", LOST, Message("limit.until.losses_settled"), Mode.READ_ONLY),
    _limit("chain", Message("limit.log_broken", record="12"), Message("limit.until.log_repaired"), Mode.READ_ONLY),
    _limit(
        "replicas",
        Message(
            "answer.sentences",
            first=Message("limit.replicas_differ"),
            second=Message(
                "limit.replica_values", settings=("B24BOT_QUORUM",), replicas=("three:7",), others=("one:7", "two:7")
            ),
        ),
        Message("limit.until.replicas_agree"),
        Mode.READ_ONLY,
    ),
    _limit("files", Message("limit.files", trouble=REPLACED), Message("limit.until.restarted"), Mode.READ_ONLY),
    _limit(
        "pages",
        Message(
            "answer.sentences",
            first=Message("store.database.unopenable", file="b24bot.db", cause="x"),
            second=RESTORE_HINT,
        ),
        Message("limit.until.restored"),
        Mode.READ_ONLY,
    ),
    _limit(
        "allow-list",
        Message("answer.sentences", first=Message("limit.allow_list_changed", mismatch=LISTED), second=REMEDY),
        Message("limit.until.allow_list_repaired"),
        Mode.READ_ONLY,
    ),
)
