"""Whether the audit log is still the one it was: the chain holds, and the witness file has seen no other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from bot.core.audit import QUIET, SYSTEM, Entry, Tag
from bot.core.chain import START, Place, examine, witness_line
from bot.core.errors import ConfigurationError
from bot.core.mode import Limit, Mode
from bot.plugin import iso
from bot.store.store import Store
from bot.store.witness import Witness
from bot.usecases.context import Context, log
from bot.usecases.gate import Watch

CHAIN = "chain"
"""The name of the limit in `ctx.limits`."""
WITNESSED = "witnessed"
"""The fact that holds the number of the last record whose head is in the witness file."""
MOST_VERIFIED = 1_000_000
"""Records that are recomputed in one go; of a longer log the newest so many."""
UNWRITTEN = "witness_unwritten"
"""The fact that holds since when the witness file cannot be written (UTC epoch milliseconds), and why; or nothing."""
BEGUN = " at first"
"""Stands behind that number until the first line is written."""
MENDED = "somebody at the host has mended the log"
CHECK_SECONDS = 3_600.0
RECORDS_A_ROUND = 500


def check_chain(ctx: Context, *, most: int = MOST_VERIFIED) -> Examined:
    """Recompute the chain since the last check, all of it the first time, and compare it with the witness file.

    Of a longer log the newest `most` records are recomputed.
    """
    found = examine_log(ctx.store, ctx.witness, start=ctx.verified, most=most)
    ctx.verified = found.verified
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Why the log cannot be trusted, empty when it can, and how far it was recomputed and held."""

    why: str
    verified: Place
    compared: bool = True
    """Whether the witness file could be read, where one is set and the chain holds."""

    @property
    def limit(self) -> Limit | None:
        return Limit(name=CHAIN, mode=Mode.READ_ONLY, why=self.why, until=MENDED) if self.why else None


def examine_log(store: Store, witness: Witness | None, *, start: Place = START, most: int = MOST_VERIFIED) -> Examined:
    """The same check for whoever has no more than the store. What was recomputed before ends at `start`."""
    found = _break(store, start, most)
    if found.why or witness is None:
        return found
    try:
        return replace(found, why=disagreement(store, witness))
    except OSError as error:
        log.warning("the witness file %s cannot be read: %s", witness.path, error, extra={"action": "witness_unread"})
        return replace(found, compared=False)


def note_chain(ctx: Context) -> Limit | None:
    """Check the chain, and let what comes of it be a limit until another check finds it mended.

    A witness file that cannot be read now mends nothing.
    """
    found = check_chain(ctx)
    if found.limit is not None or found.compared:
        ctx.keep_limit(CHAIN, found.limit)
    return ctx.limits.get(CHAIN)


def _break(store: Store, start: Place, most: int) -> Examined:
    audit = store.audit
    last = audit.place() or START
    if start != START and audit.place_at(start.seq) != start:
        return Examined(why=_broken_at(min(start.seq, last.seq + 1)), verified=start)
    if last.seq - start.seq > most:
        start = audit.place_at(last.seq - most) or start
    try:
        found = examine(audit.links(after=start.seq or None), store.keys.audit_key, start=start)
    except ConfigurationError as error:
        return Examined(why=error.sentence, verified=start)
    return Examined(why=_broken_at(found.broken_at) if found.broken_at is not None else "", verified=found.place)


def _broken_at(seq: int) -> str:
    return f"The audit log is broken at record #{seq}: it was changed after it was written, or is missing."


def _cut_off(store: Store) -> str:
    """What the database itself knows of its witness, wherever that file is now."""
    # Asked first: the log may grow meanwhile.
    witnessed = _witnessed(store) or 0
    last = store.audit.place() or START
    if witnessed <= last.seq:
        return ""
    return (
        f"The database ends at audit record #{last.seq}, and the head of #{witnessed} was written to the witness file: "
        "records were cut off."
    )


def disagreement(store: Store, witness: Witness) -> str:
    """Compare what is new in the witness file, whoever wrote it there: what does not fit, as a sentence.

    It is found again next time. Raises OSError.
    """
    if cut := _cut_off(store):
        return cut
    unread = witness.unread()
    last = store.audit.place() or START
    newest = max((anchor.seq for anchor in unread.anchors), default=0)
    if newest > last.seq:
        return (
            f"The database ends at audit record #{last.seq}, and the witness file has seen #{newest}: an old copy of "
            "the database was put back, or records were cut off."
        )
    for anchor in sorted(unread.anchors, key=lambda one: one.seq):
        place = store.audit.place_at(anchor.seq)
        if place is None or not anchor.fits(place):
            return (
                f"Audit record #{anchor.seq} is not the one the witness file has seen: two b24bots with two databases "
                "write to it, or the log was written anew."
            )
    witness.accept(unread)
    return ""


def witness_limit(ctx: Context) -> Limit | None:
    """A witness that is set and does not get its heads is as bad as an audit channel that is dead."""
    witnessed = _witnessed(ctx.store) if ctx.witness is not None else None
    waiting = ctx.store.audit.get(witnessed + 1) if witnessed is not None else None
    waited = _unwitnessed_ms(ctx, waiting.at) if waiting is not None else 0
    if waited <= ctx.audit_lag_ms:
        return None
    minutes = waited // 60_000
    why = f"The witness file (B24BOT_WITNESS_FILE) has not taken the heads of the audit log for {minutes} minutes."
    return Limit(name="witness", mode=Mode.NO_DANGER, why=why, until="that file takes them again")


def _unwitnessed_ms(ctx: Context, since: int) -> int:
    """How long heads have not been written, the first of a record of then: by the steady clock where that is known."""
    if ctx.witnessed_at is None:
        return ctx.clock.now_ms() - since
    return round((ctx.clock.monotonic() - ctx.witnessed_at) * 1000)


def _witnessed(store: Store) -> int | None:
    known = store.facts.get(WITNESSED)
    return int(known.removesuffix(BEGUN)) if known is not None else None


def unwritten(ctx: Context) -> tuple[int, str] | None:
    """Since when the witness file cannot be written, and why; None when it can, or none is set."""
    since, _, why = (ctx.store.facts.get(UNWRITTEN) or "").partition(" ")
    return (int(since), why) if since and ctx.witness is not None else None


class WitnessWatch(Watch):
    """That the witness file cannot be written; whoever tried has written the line in the log."""

    def __init__(self, ctx: Context) -> None:
        hint = "If that lasts, nothing that changes the portal runs; it is tried again by itself."
        super().__init__(ctx, find=_unwritten, hint=hint)


def _unwritten(ctx: Context) -> str:
    found = unwritten(ctx)
    return f"The witness file (B24BOT_WITNESS_FILE) cannot be written: {found[1]}." if found else ""


class Anchoring:
    """Bears witness as the log grows, and checks the chain every hour. In a thread of its own: a file on another
    host can keep whoever writes to it waiting."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._checked_at = ctx.clock.monotonic()
        self._failing = False

    def round(self) -> bool:
        """One round; True when there is more to write at once."""
        ctx = self._ctx
        now = ctx.clock.monotonic()
        if now - self._checked_at >= CHECK_SECONDS:
            self._checked_at = now
            note_chain(ctx)
        return ctx.witness is not None and CHAIN not in ctx.limits and self._bear_witness(ctx.witness)

    def _bear_witness(self, witness: Witness) -> bool:
        """Append the heads of new records. The witness of a log that it disagrees with is left as it is."""
        ctx = self._ctx
        last, witnessed = ctx.store.audit.place(), _witnessed(ctx.store)
        if last is None or last.seq == witnessed:
            ctx.witnessed_at = ctx.clock.monotonic()
            return False
        if witnessed is None:
            witnessed = self._begin(last)
        try:
            why = disagreement(ctx.store, witness)
            if why:
                ctx.keep_limit(CHAIN, Limit(name=CHAIN, mode=Mode.READ_ONLY, why=why, until=MENDED))
                return False
            reached = self._append(witness, witnessed)
        except OSError as error:
            self._note_failure(witness, error)
            return False
        self._failing = False
        with ctx.store.unit_of_work() as store:
            if store.facts.get(UNWRITTEN):
                store.facts.put(UNWRITTEN, "")
            self._note_cut(witness)
            store.facts.put(WITNESSED, str(reached))
        return reached < last.seq

    def _note_failure(self, witness: Witness, error: OSError) -> None:
        """Since when, for whoever asks how the bot is, and for the keeper, who tells the admins."""
        if self._failing:
            return
        with self._ctx.store.unit_of_work() as store:
            if not store.facts.get(UNWRITTEN):
                store.facts.put(UNWRITTEN, f"{self._ctx.clock.now_ms()} {error.strerror or error}")
        # Not before it is stored: what the database does not take now is tried again.
        self._failing = True
        log.warning("the witness file %s cannot be written: %s", witness.path, error, extra={"action": "witness_dead"})

    def _begin(self, last: Place) -> int:
        """A log that gets a witness begins with its newest record, and from now on what waits for it is counted."""
        with self._ctx.store.unit_of_work() as store:
            store.facts.put(WITNESSED, f"{last.seq - 1}{BEGUN}")
        return last.seq - 1

    def _note_cut(self, witness: Witness) -> None:
        """Whoever cuts the witness, or takes it away, is not to do so quietly. In a unit of work."""
        store, newest = self._ctx.store, witness.newest
        known = store.facts.get(WITNESSED) or ""
        if known.endswith(BEGUN) or newest >= int(known):
            return
        log.warning(
            "the witness file %s ended at record #%s, and had got #%s: it was cut, or is another file",
            *(witness.path, newest, known),
            extra={"action": "witness_cut"},
        )
        facts = {"seq": newest, "count": int(known)}
        store.record(Entry(tag=Tag.WITNESS_CUT, actor=SYSTEM, subject="witness", facts=facts))

    def _append(self, witness: Witness, witnessed: int) -> int:
        """A line for every record that is copied to the audit channel, and for the last one whatever it is."""
        records = list(islice(self._ctx.store.audit.walk(after=witnessed), RECORDS_A_ROUND))
        lines = [
            witness_line(one.tag, Place(seq=one.seq, mac=one.mac), at=iso(one.at), key_id=one.key_id)
            for one in records
            if one.tag not in QUIET or one is records[-1]
        ]
        witness.append(lines)
        return records[-1].seq
