"""Whether the audit log is still the one it was: the chain holds, and the witness file has seen no other.

A start recomputes what came after the mark of the last process that recomputed all of it; the rest follows while the
bot works. Until then what changes something waits.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from bot.core.audit.archive_chain import examine_kept
from bot.core.audit.chain import START, Place, recompute_chain
from bot.core.authority.limits import Limit, Mode
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.store.files.verified_head import BROKEN, VERIFIED, Mark, encode_mark, is_broken, read_kept_mark, read_marks
from bot.store.files.witness_file import Witness
from bot.store.store import Store, Transaction
from bot.usecases.context import Context, log
from bot.usecases.process.audit_progress import RECOMPUTED_AT_ONCE, UncheckedLog
from bot.usecases.process.found_limits import FoundLimits

CHAIN = "chain"
"""The name of the limit in `ctx.limits`."""
MENDED = Message("limit.until.log_repaired")
WITNESSED = "witnessed"
"""The fact that holds the number of the last record whose head is in the witness file."""
BEGUN = " at first"
"""Stands behind that number until the first line is written."""
PAGE = 2_000
"""Records that are recomputed at a time while the bot works."""
CHECK_SECONDS = 3_600.0
LONGEST_REST_SECONDS = 60.0
"""How long what changes something waits for a log that was in order when it was recomputed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Whether the log can be trusted, and how far it was recomputed and held."""

    limit: Limit | None
    """Why it cannot be trusted; None when it can."""
    verified: Place
    start: Place = START
    """From where it was recomputed."""
    keys: tuple[str, ...] = ()
    """The keys of the records that were recomputed."""
    compared: bool = True
    """Whether the witness file could be read, where one is set and the chain holds."""


def examine_log(store: Store, witness: Witness | None, *, start: Place = START, most: int | None = None) -> Examined:
    """Recompute the chain from a place that is known to be right, and compare it with the witness file.

    Of more than `most` records the newest are recomputed. Where somebody archives meanwhile, all that is left is.
    """
    archived = store.audit.archived().seq
    found = _examine(store, witness, start, most)
    if found.limit is not None and store.audit.archived().seq != archived:
        return _examine(store, witness, START, most)
    return found


def _examine(store: Store, witness: Witness | None, start: Place, most: int | None) -> Examined:
    last = store.audit.place() or START
    fits = _fits(store, start)
    if fits and most is not None and last.seq - start.seq > most:
        nearer = store.audit.place_at(last.seq - most)
        start = nearer if nearer is not None and _fits(store, nearer) else start
    return _compare(store, witness, _recompute(store, start))


def examine_head(store: Store, witness: Witness | None) -> Examined:
    """The same from the mark of the last process that recomputed all of it; without one, all of it.

    What was changed before the mark this does not see: a bot that runs does, within the time that it takes to
    recompute the log, and `b24bot audit verify`.
    """
    return examine_log(store, witness, start=_mark_place(store, witness, RECOMPUTED_AT_ONCE))


def _compare(store: Store, witness: Witness | None, found: Examined) -> Examined:
    """Hold a chain that holds against what was kept: of one that was cut, or written anew with the key, that tells."""
    if found.limit is None:
        found = replace(found, limit=_find_mark_mismatch(store))
    if found.limit is not None or witness is None:
        return found
    try:
        return replace(found, limit=find_witness_mismatch(store, witness))
    except OSError as error:
        log.warning("the witness file %s cannot be read: %s", witness.path, error, extra={"action": "witness_unread"})
        return replace(found, compared=False)


def _mark_place(store: Store, witness: Witness | None, at_once: int) -> Place:
    """Where to begin: at the newest mark; at the start of a log that is short, has none, or was found broken."""
    last = store.audit.place() or START
    if last.seq <= at_once or is_broken(store.engine):
        return START
    marks = [*_witnessed_marks(store, witness), read_kept_mark(store.engine, store.keys)]
    places = [mark.place for mark in marks if mark is not None]
    return max(places, key=lambda place: place.seq, default=START)


def _witnessed_marks(store: Store, witness: Witness | None) -> list[Mark]:
    """The marks of this log in the witness file.

    Those of another one `find_witness_mismatch` tells of, as of every head.
    """
    try:
        lines = witness.tail() if witness is not None else []
    except OSError:
        return []
    return [mark for mark in read_marks(lines, store.keys) if _fits(store, mark.place)]


def _find_mark_mismatch(store: Store) -> Limit | None:
    """What the mark in the database says against a chain that holds."""
    mark = read_kept_mark(store.engine, store.keys)
    return None if mark is None or _fits(store, mark.place) else _broken_before(store, mark.place)


def _fits(store: Store, place: Place) -> bool:
    """Whether the chain goes through a place, and can be followed from there: of what was archived it cannot."""
    if place == START:
        return True
    return store.audit.place_at(place.seq) == place and place.seq >= store.audit.archived().end.seq


def _recompute(store: Store, start: Place, records: int | None = None) -> Examined:
    """The next so many records, or all. From the start of the log those that an archiving has left come before them."""
    if not _fits(store, start):
        return Examined(limit=_broken_before(store, start), verified=start, start=start)
    try:
        return _recompute_from(store, start, records)
    except ConfigurationError as error:
        return Examined(limit=_distrust(error.sentence), verified=start, start=start)


def _recompute_from(store: Store, start: Place, records: int | None) -> Examined:
    audit, key_of, keys = store.audit, store.keys.audit_key, tuple[str, ...]()
    if start == START:
        archived = audit.archived()
        kept = examine_kept(audit, archived, key_of)
        if kept.broken_at is not None:
            return Examined(limit=_broken_at(kept.broken_at), verified=start, start=start)
        start, keys = archived.end, kept.keys
    links = audit.links(after=start.seq or None, page=min(records or PAGE, PAGE))
    found = recompute_chain(islice(links, records), key_of, start=start)
    limit = _broken_at(found.broken_at) if found.broken_at is not None else None
    return Examined(limit=limit, verified=found.place, start=start, keys=tuple(dict.fromkeys((*keys, *found.keys))))


def _broken_before(store: Store, place: Place) -> Limit:
    """Of a log that does not go through a place where it went."""
    last = store.audit.place() or START
    return _broken_at(min(place.seq, last.seq + 1))


def _broken_at(seq: int) -> Limit:
    return _distrust(Message("limit.log_broken", record=str(seq)))


def _distrust(why: Text) -> Limit:
    """Make the limit of a log that cannot be trusted."""
    return Limit(name=CHAIN, mode=Mode.READ_ONLY, why=why, until=MENDED)


def check_chain(ctx: Context) -> Examined:
    """Check the chain at once: from where this process has recomputed it, else as `examine_head` does."""
    chain, witness = ctx.audit.chain, ctx.audit.witness
    start = chain.verified if chain.verified != START else _mark_place(ctx.store, witness, chain.at_start)
    found = examine_log(ctx.store, witness, start=start)
    chain.record_verified(found.verified, found.keys)
    return found


def note_chain(ctx: Context) -> Limit | None:
    """The same, and what comes of it is a limit until another check finds it mended."""
    return _keep(ctx.limits, check_chain(ctx))


def _keep(limits: FoundLimits, found: Examined) -> Limit | None:
    """A witness file that cannot be read now mends nothing."""
    if found.limit is not None or found.compared:
        limits.keep_limit(CHAIN, found.limit)
    return limits.get(CHAIN)


def begin_check(ctx: Context) -> Limit | None:
    """What a start looks at before the first job: all of a short log; of a longer one what came after the mark.

    The rest is left to `ChainCheck`. Without a mark, or where too much came after it, that is all but the newest.
    """
    chain, witness, length = ctx.audit.chain, ctx.audit.witness, _length(ctx)
    if length <= chain.at_start:
        return note_chain(ctx)
    start = _mark_place(ctx.store, witness, chain.at_start)
    covered = start != START and length - start.seq <= chain.at_start
    chain.defer_check(UncheckedLog(covered=covered, since=ctx.clock.monotonic()))
    return _keep(ctx.limits, examine_log(ctx.store, witness, start=start, most=chain.at_start))


def is_unchecked(ctx: Context) -> bool:
    """Whether what changes something has to wait for the rest of the log.

    Not for longer than a minute where an earlier process found it in order: all that a decision rests on is proved
    with its key, each time.
    """
    rest = ctx.audit.chain.unchecked
    return rest is not None and not (rest.covered and ctx.clock.monotonic() - rest.since >= LONGEST_REST_SECONDS)


def _length(ctx: Context) -> int:
    return (ctx.store.audit.place() or START).seq


class ChainCheck:
    """Recomputes what a start has left, a page at a time; every hour, or when it is much, what is new."""

    def __init__(self, ctx: Context, *, page: int = PAGE) -> None:
        self._ctx = ctx
        self._page = page
        self._due = ctx.clock.monotonic() + CHECK_SECONDS
        self._at_it = False

    def run_once(self) -> bool:
        """One page, if there is one to look at; True when another follows."""
        ctx = self._ctx
        self._at_it = self._at_it or ctx.audit.chain.unchecked is not None or self._is_due()
        if not self._at_it:
            return False
        found = _recompute(ctx.store, ctx.audit.chain.verified, self._page)
        ctx.audit.chain.record_verified(found.verified, found.keys)
        if found.limit is None and found.verified.seq - found.start.seq == self._page:
            return True
        self._conclude(found)
        self._due = ctx.clock.monotonic() + CHECK_SECONDS
        self._at_it = False
        return False

    def _is_due(self) -> bool:
        """Before more has come than the next start recomputes at once, it gets another mark."""
        ctx, chain = self._ctx, self._ctx.audit.chain
        much = CHAIN not in ctx.limits and 2 * (_length(ctx) - chain.verified.seq) >= chain.at_start
        return much or ctx.clock.monotonic() >= self._due

    def _conclude(self, found: Examined) -> None:
        """The end was reached, or a break: that is a limit before anything that waited goes on."""
        ctx = self._ctx
        _keep(ctx.limits, _compare(ctx.store, ctx.audit.witness, found))
        if _length(ctx) > ctx.audit.chain.at_start:
            with ctx.store.unit_of_work() as tx:
                tx.facts.put(BROKEN, "yes" if found.limit is not None else "")
                mark = "" if CHAIN in ctx.limits else self._mark(tx)
            self._append_heads(mark)
        ctx.audit.chain.finish_check()
        ctx.threads.wake()

    def _mark(self, tx: Transaction) -> str:
        """Keep how far it was recomputed, so that the next start need not wait for all of it."""
        ctx, chain = self._ctx, self._ctx.audit.chain
        text = encode_mark(Mark(place=chain.verified, keys=chain.keys, at=ctx.clock.now_ms()), tx.keys)
        tx.facts.put(VERIFIED, text)
        return text

    def _append_heads(self, mark: str) -> None:
        """Write the mark to the witness file, too, where that takes it: it serves where the database has none."""
        witness = self._ctx.audit.witness
        try:
            if mark and witness is not None:
                witness.append([mark])
        except OSError as error:
            log.debug("the witness file did not take a mark: %s", error)


def witnessed_up_to(store: Store) -> int | None:
    """The number of the last record whose head was written to a witness file, as the database notes."""
    known = store.facts.get(WITNESSED)
    return int(known.removesuffix(BEGUN)) if known is not None else None


def _find_cut(store: Store) -> Limit | None:
    """What the database itself knows of its witness, wherever that file is now."""
    # Asked first: the log may grow meanwhile.
    witnessed = witnessed_up_to(store) or 0
    last = store.audit.place() or START
    if witnessed <= last.seq:
        return None
    return _distrust(Message("limit.log_cut", last=str(last.seq), witnessed=str(witnessed)))


def find_witness_mismatch(store: Store, witness: Witness) -> Limit | None:
    """Compare what is new in the witness file, whoever wrote it there: what does not fit.

    It is found again next time. Raises OSError.
    """
    cut = _find_cut(store)
    if cut is not None:
        return cut
    unread = witness.unread()
    last = store.audit.place() or START
    newest = max((anchor.seq for anchor in unread.anchors), default=0)
    if newest > last.seq:
        return _distrust(Message("limit.log_older_than_witness", last=str(last.seq), witnessed=str(newest)))
    archived = store.audit.archived().end.seq
    for anchor in sorted(unread.anchors, key=lambda one: one.seq):
        place = store.audit.place_at(anchor.seq)
        if place is None and anchor.seq < archived:
            # Its record is in an archive: b24bot audit verify --archive compares that.
            continue
        if place is None or not anchor.fits(place):
            return _distrust(Message("limit.log_differs_from_witness", record=str(anchor.seq)))
    witness.accept(unread)
    return None
