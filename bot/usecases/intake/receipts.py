"""What comes in is put on disk before it is acknowledged: a receipt against repetition, and a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from json import JSONEncoder
from typing import assert_never

from bot.core.bot_errors import LineTooLong, SecretTyped, StoreUnavailable
from bot.core.encoding import encode, fields_of
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand, inbound_fields
from bot.core.messages.notices import Mood
from bot.core.parsing.invocation import LONGEST_LINE, check_length
from bot.core.request_id import make_request_id, working_on
from bot.plugin import Message, Reply
from bot.store.files.known_secrets import KnownSecrets
from bot.store.repositories.jobs import INBOUND, Receipt
from bot.store.store import Transaction
from bot.usecases.authority import card_token
from bot.usecases.authority.refusal_records import record_mismatch, record_refusal, record_refused_click
from bot.usecases.context import Context, log
from bot.usecases.intake.priority import find_position
from bot.usecases.intake.stop_requests import says_freeze, without_reason
from bot.usecases.intake.stop_words import hold_stop
from bot.usecases.integrity.file_identity import note_files
from bot.usecases.notices.change_entries import recorded_line
from bot.usecases.notices.notifications import notify_person
from bot.usecases.process.wake_signal import Group

MOST_WAITING = 20
"""Commands of one person that may wait at a time."""
LONG_LINE = Message("intake.line_too_long")
"""Why a line that nobody reads was refused, as its record says."""
TOO_MANY_SENTENCE = Message(
    "intake.too_many_waiting",
    count=MOST_WAITING,
    undo=Message("card.button.undo"),
    again=Message("card.button.again"),
)
_SORTED = JSONEncoder(sort_keys=True, default=fields_of)
_WOKEN = {Receipt.NEW: (Group.RUNNERS,)}
"""Who has something to do: of what was refused somebody is told."""
_LATER = ("form", "message", "thread", "direct", "about")
_PASSING = ("answer_url", "trigger", "workspace", "enterprise", "pressed", *_LATER)
"""What a redelivery may carry anew without being another delivery. Old releases did not store the last eight."""


def receive(ctx: Context, inbound: Inbound) -> Receipt:
    """Record one delivery. A repeated one is forgotten; one that reuses a key for other words is recorded and refused.

    A word that stops holds from here on. A command of somebody who has too many waiting is not taken on, and nothing
    but a record comes of it: whoever acknowledges it answers with `TOO_MANY_SENTENCE`.

    Raises StoreUnavailable: then nothing was recorded that anybody would find, and it must not be acknowledged. Raises
    SecretTyped for words that hold one of the bot's own secrets: they are not recorded anywhere, and acknowledged with
    what it says. A word that stops holds all the same, without its reason. Raises LineTooLong for a line that nobody
    reads, before anything looks at it; that it was refused is recorded.
    """
    with working_on(make_request_id(inbound.key)):
        receipt = _receive(ctx, inbound)
        log.debug("received: %s", receipt, extra={"action": "received"})
    return receipt


def _receive(ctx: Context, inbound: Inbound) -> Receipt:
    lost = ctx.store.engine.lost()
    if lost:
        # A worker opens the file that lies there now.
        note_files(ctx)
        raise StoreUnavailable(Message("limit.files", trouble=lost))
    inbound = _within_limit(ctx, inbound)
    # What is asked first is asked in the same transaction: each question outside would take SQLite's lock for itself.
    with ctx.store.unit_of_work() as tx:
        inbound = _without_secrets(ctx, inbound)
        fields, position, now = inbound_fields(inbound), find_position(ctx, inbound), ctx.clock.now_ms()
        receipt = tx.jobs.receive(inbound.key, _lasting(fields), at=now)
        if receipt is Receipt.NEW and position.counted and tx.jobs.waiting_of(position.person) >= MOST_WAITING:
            receipt = Receipt.TOO_MANY
            _refuse(tx, ctx, inbound)
        elif receipt is Receipt.NEW:
            tx.jobs.add(INBOUND, encode(fields), at=now, position=position)
            hold_stop(tx, ctx, inbound)
        elif receipt is Receipt.MISMATCHED:
            record_mismatch(tx, ctx, inbound)
    ctx.threads.wake(*_WOKEN.get(receipt, ()))
    return receipt


def _within_limit(ctx: Context, inbound: Inbound) -> Inbound:
    """The delivery, if it is not too long to be looked through; of a word that stops as much as is.

    Nobody who says stop is told that their words are too long.
    """
    match inbound:
        case SlashCommand(text=text) if len(text) > LONGEST_LINE:
            beginning = _beginning(text)
            if not says_freeze(beginning):
                _refuse_long(ctx, inbound)
            return replace(inbound, text=beginning)
        case Form(fields=fields):
            return replace(inbound, fields={name: _beginning(words) for name, words in fields.items()})
        case Click(value=value) if len(value) > LONGEST_LINE:
            raise ValueError("no button of the bot has such a value")
    return inbound


def _beginning(words: str) -> str:
    """The first words, as many as are looked through; none is cut, for a part of a secret would not be found."""
    if len(words) <= LONGEST_LINE:
        return words
    whole, *cut = words[:LONGEST_LINE].rsplit(maxsplit=1)
    return whole if cut else ""


def _refuse_long(ctx: Context, slash: SlashCommand) -> None:
    try:
        check_length(slash.text)
    except LineTooLong:
        with ctx.store.unit_of_work() as tx:
            record_refusal(tx, ctx, slash.person, recorded_line(ctx, slash.text), LONG_LINE)
        raise


def _refuse(tx: Transaction, ctx: Context, inbound: Inbound) -> None:
    if isinstance(inbound, SlashCommand):
        record_refusal(tx, ctx, inbound.person, recorded_line(ctx, inbound.text), TOO_MANY_SENTENCE)
    else:
        change = card_token.verify_token(ctx.store, ctx.workspace.team, inbound)
        record_refused_click(tx, ctx, inbound.person, change, TOO_MANY_SENTENCE)
    if not isinstance(inbound, SlashCommand) or inbound.pressed or inbound.message:
        # An acknowledged click carries no words, nor does an acknowledged message.
        channel = "" if isinstance(inbound, Form) else inbound.channel
        notify_person(tx, ctx, inbound.person, channel, Reply(title=TOO_MANY_SENTENCE), mood=Mood.REFUSAL)


def words_in(inbound: Inbound) -> Iterator[str]:
    """All that a person may have typed or pasted into a delivery."""
    match inbound:
        case SlashCommand(text=text):
            yield text
        case Form(fields=fields):
            yield from fields.values()
        case Click(value=value):
            yield value
        case _:
            assert_never(inbound)


def _without_secrets(ctx: Context, inbound: Inbound) -> Inbound:
    """What came in, if it holds no secret of this bot; a word that stops without the reason that holds one."""
    what = find_secret(ctx.deployment.known_secrets, words_in(inbound))
    if not what:
        return inbound
    stopping = without_reason(inbound, what)
    if stopping is None:
        raise SecretTyped(what)
    check_secrets(ctx, words_in(stopping))
    return stopping


def check_secrets(ctx: Context, words: Iterable[str]) -> None:
    """Raise SecretTyped when a secret of this bot stands in the words."""
    what = find_secret(ctx.deployment.known_secrets, words)
    if what:
        raise SecretTyped(what)


def find_secret(known_secrets: KnownSecrets, words: Iterable[str]) -> Message | None:
    """What the first secret of this bot in the words is; None when there is none. Finding one is logged."""
    what = known_secrets.find(words)
    if what:
        log.warning("typed words hold %s; they were not recorded", what, extra={"action": "secret_typed"})
    return what


def _lasting(stored: Mapping[str, object]) -> str:
    """What a redelivery has to have in common, as every release has written it: receipts last for a week."""
    kept = {name: value for name, value in stored.items() if name not in _PASSING}
    return _SORTED.encode(kept)
