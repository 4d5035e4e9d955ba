"""The witness file: it gets the heads of the audit log as the log grows, and who is told when it does not take them."""

from __future__ import annotations

from itertools import islice

from bot.core.audit.audit_record import QUIET, SYSTEM, Entry, Tag
from bot.core.audit.chain import Place, witness_line
from bot.core.authority.limits import Limit, Mode
from bot.plugin import Message, iso
from bot.store.files.witness_file import Witness
from bot.store.repositories.audit_log import AuditReader
from bot.store.store import Transaction
from bot.usecases.context import Context, log
from bot.usecases.integrity.audit_gate import Watch
from bot.usecases.integrity.chain_check import (
    BEGUN,
    CHAIN,
    WITNESSED,
    ChainCheck,
    find_witness_mismatch,
    witnessed_up_to,
)

UNWRITTEN = "witness_unwritten"
"""The fact that holds since when the witness file cannot be written (UTC epoch milliseconds), and why; or nothing."""
RECORDS_A_ROUND = 500


def find_witness_limit(ctx: Context) -> Limit | None:
    """A witness that is set and does not get its heads is as bad as an audit channel that is dead."""
    witnessed = witnessed_up_to(ctx.store) if ctx.audit.witness is not None else None
    waiting = ctx.store.audit.get(witnessed + 1) if witnessed is not None else None
    waited = _unwitnessed_ms(ctx, waiting.at) if waiting is not None else 0
    if waited <= ctx.deployment.audit_lag_ms:
        return None
    why = Message("limit.witness_behind", count=waited // 60_000)
    return Limit(name="witness", mode=Mode.NO_DANGER, why=why, until=Message("limit.until.witnessed"))


def _unwitnessed_ms(ctx: Context, since: int) -> int:
    """How long heads have not been written, the first of a record of then: by the steady clock where that is known."""
    if ctx.audit.witnessed_at is None:
        return ctx.clock.now_ms() - since
    return round((ctx.clock.monotonic() - ctx.audit.witnessed_at) * 1000)


def find_write_failure(ctx: Context) -> tuple[int, str] | None:
    """Since when the witness file cannot be written, and why; None when it can, or none is set."""
    since, _, why = (ctx.store.facts.get(UNWRITTEN) or "").partition(" ")
    return (int(since), why) if since and ctx.audit.witness is not None else None


class WitnessWatch(Watch):
    """That the witness file cannot be written; whoever tried has written the line in the log."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, find=_unwritten, hint=Message("limit.witness_hint"))


def _unwritten(ctx: Context) -> Message | None:
    found = find_write_failure(ctx)
    return Message("limit.witness_unwritten", cause=found[1]) if found else None


class WitnessWriter:
    """Bears witness as the log grows, and checks the chain between. In a thread of its own: a file on another
    host can keep whoever writes to it waiting."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._check = ChainCheck(ctx)
        self._failing = False

    def run_once(self) -> bool:
        """One round; True when there is more to do at once."""
        ctx = self._ctx
        more = self._check.run_once()
        witness = ctx.audit.witness if CHAIN not in ctx.limits else None
        return (witness is not None and self._append_heads(witness)) or more

    def _append_heads(self, witness: Witness) -> bool:
        """Append the heads of new records. The witness of a log that it disagrees with is left as it is."""
        ctx = self._ctx
        last, witnessed = ctx.store.audit.place(), witnessed_up_to(ctx.store)
        if last is None or last.seq == witnessed:
            ctx.audit.record_witnessed(ctx.clock.monotonic())
            return False
        if witnessed is None:
            witnessed = self._begin(last)
        try:
            mismatch = find_witness_mismatch(ctx.store, witness)
            if mismatch is not None:
                ctx.limits.keep_limit(CHAIN, mismatch)
                return False
            reached = append_heads(ctx.store.audit, witness, witnessed)
        except OSError as error:
            self._note_failure(witness, error)
            return False
        self._failing = False
        with ctx.store.unit_of_work() as tx:
            if tx.facts.get(UNWRITTEN):
                tx.facts.put(UNWRITTEN, "")
            self._note_cut(tx, witness)
            tx.facts.put(WITNESSED, str(reached))
        return reached < last.seq

    def _note_failure(self, witness: Witness, error: OSError) -> None:
        """Since when, for whoever asks how the bot is, and for the scheduler, who tells the admins."""
        if self._failing:
            return
        with self._ctx.store.unit_of_work() as tx:
            if not tx.facts.get(UNWRITTEN):
                tx.facts.put(UNWRITTEN, f"{self._ctx.clock.now_ms()} {error.strerror or error}")
        # Not before it is stored: what the database does not take now is tried again.
        self._failing = True
        log.warning("the witness file %s cannot be written: %s", witness.path, error, extra={"action": "witness_dead"})

    def _begin(self, last: Place) -> int:
        """A log that gets a witness begins with its newest record, and from now on what waits for it is counted."""
        with self._ctx.store.unit_of_work() as tx:
            tx.facts.put(WITNESSED, f"{last.seq - 1}{BEGUN}")
        return last.seq - 1

    def _note_cut(self, tx: Transaction, witness: Witness) -> None:
        """Whoever cuts the witness, or takes it away, is not to do so quietly."""
        newest = witness.newest
        known = tx.facts.get(WITNESSED) or ""
        if known.endswith(BEGUN) or newest >= int(known):
            return
        log.warning(
            "the witness file %s ended at record #%s, and had got #%s: it was cut, or is another file",
            *(witness.path, newest, known),
            extra={"action": "witness_cut"},
        )
        facts = {"seq": newest, "count": int(known)}
        tx.record(Entry(tag=Tag.WITNESS_TRUNCATED, actor=SYSTEM, subject="witness", facts=facts))


def append_heads(audit: AuditReader, witness: Witness, witnessed: int) -> int:
    """Append a line for every record that is copied to the audit channel, and for the last one whatever it is.

    Of the next so many records after a number; returns the number of the last of them. Raises OSError.
    """
    records = list(islice(audit.walk(after=witnessed), RECORDS_A_ROUND))
    lines = [
        witness_line(one.tag, Place(seq=one.seq, mac=one.mac), at=iso(one.at), key_id=one.key_id)
        for one in records
        if one.current_tag not in QUIET or one is records[-1]
    ]
    witness.append(lines)
    return records[-1].seq
