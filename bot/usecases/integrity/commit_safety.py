"""Whether an intent that was committed stays committed: without it a call could be made twice."""

from __future__ import annotations

from bot.core.audit.chain import Place, witness_line
from bot.core.authority.limits import Limit, Mode
from bot.plugin import CallOutcome, CallVerdict, Message, iso
from bot.store.engine.kept_commits import MAY_LOSE, WITNESSED_FIRST
from bot.store.files.witness_file import Witness
from bot.store.repositories.audit_log import AuditReader
from bot.usecases.context import Context, log

LOST = "commit-lost"
"""The name of the limit, and the code of a call that was not sent because of it."""
UNWITNESSED = "intent_unwitnessed"
"""The code of a call that was not sent because the witness file does not have its intent."""


def find_lost_commit_limit(ctx: Context) -> Limit | None:
    """Limit b24bot to reading once the database has lost what this process committed: a failover, or an old copy."""
    why = ctx.store.engine.find_lost_commit()
    if why is None:
        return None
    return Limit(name=LOST, mode=Mode.READ_ONLY, why=why, until=Message("limit.until.losses_settled"))


def find_durability_limit(ctx: Context) -> Limit | None:
    """Block changes on a server that may lose a commit, where neither a witness file nor a setting allows for it."""
    if ctx.deployment.allow_async or ctx.audit.witness is not None or ctx.store.engine.durability() not in MAY_LOSE:
        return None
    return Limit(
        name="async-database",
        mode=Mode.NO_DANGER,
        why=Message("limit.async_database"),
        until=Message("limit.until.commits_kept"),
        spares_builtin=True,
    )


def withhold_call(ctx: Context) -> CallOutcome | None:
    """Return why a call whose intent is committed must not be sent; None when it may.

    On a server that is not known to be synchronous the head with the intent goes to the witness file first. A server
    that lost the intent has a shorter log than the witness file, and b24bot then only reads.
    """
    lost = ctx.store.engine.find_lost_commit()
    if lost is not None:
        return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=lost, code=LOST)
    witness = ctx.audit.witness
    if witness is None or ctx.store.engine.durability() not in WITNESSED_FIRST:
        return None
    try:
        _append_newest(ctx.store.audit, witness)
    except OSError as error:
        log.warning("an intent did not get to the witness file: %s", error, extra={"action": "intent_unwitnessed"})
        cause = error.strerror or type(error).__name__
        sentence = Message("integrity.witness.no_intent", cause=cause)
        return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=sentence, code=UNWITNESSED)
    return None


def _append_newest(audit: AuditReader, witness: Witness) -> None:
    """Append the head of the newest record. Raises OSError."""
    record = next(iter(audit.find(limit=1)))
    place = Place(seq=record.seq, mac=record.mac)
    witness.append([witness_line(record.tag, place, at=iso(record.at), key_id=record.key_id)])
