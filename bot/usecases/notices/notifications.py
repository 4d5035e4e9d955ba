"""Queue what must be said, in the transaction of what happened."""

from __future__ import annotations

from dataclasses import replace

from bot import clock as ids
from bot.core.audit.chain import mask_heads
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.notices import Announcement, CardNotice, LineButton, Mood, PrivateNotice, ThreadNotice
from bot.core.principals import Principal
from bot.plugin import Message, PluginError, Reply, TargetRefused, TargetUnreachable, Text, map_text
from bot.store.repositories.outbox import Urgency
from bot.store.store import Transaction
from bot.usecases.command_context.place_choice import describe_with_place, has_several_places, term_of
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context, log
from bot.usecases.leases.lease_holding import steady_ms

ERROR_CODE, ERROR_REFERENCE = Message("request.error_code"), Message("request.error_reference")
LASTS_MS = 1_200
"""How long an approved change request waits or runs before its card tells so: the time between two rewrites."""


def queue_card(
    tx: Transaction,
    ctx: Context,
    number: int,
    *,
    answer_url: str = "",
    typed_in: str = "",
    unchanged: bool = False,
    urgency: Urgency = Urgency.USUAL,
) -> None:
    """The card is to be posted or rewritten. It is drawn from what is stored when it goes out, so it is never old.

    With `unchanged` it is only looked whether it still stands.
    """
    notice = CardNotice(number=number, answer_url=answer_url, typed_in=typed_in, unchanged=unchanged)
    urgency = Urgency.LAST if unchanged else urgency
    tx.outbox.put(card_key(number), notice, at=ctx.clock.now_ms(), urgency=urgency)


def queue_clicked_card(tx: Transaction, ctx: Context, number: int) -> None:
    """Show what came of a click: the card is rewritten before others that have changed by themselves."""
    queue_card(tx, ctx, number, urgency=Urgency.AWAITED)


def queue_card_if_it_lasts(tx: Transaction, ctx: Context, number: int) -> None:
    """Show a status that may be over in a moment, unless the card is rewritten for another reason before.

    A run that is over sooner costs one rewrite instead of three, of which the last would wait for the others.
    """
    due = steady_ms(ctx) + LASTS_MS
    tx.outbox.put(card_key(number), CardNotice(number=number), at=ctx.clock.now_ms(), due=due, urgency=Urgency.LAST)


def card_key(number: int) -> str:
    """The outbox key of a card."""
    return f"card:{number}"


def post_in_thread(tx: Transaction, ctx: Context, number: int, text: Text) -> None:
    """Say something under a card; where there are several places, with the one it is about."""
    tx.outbox.put(f"thread:{number}:{ids.token()}", _line(ctx, number, text), at=ctx.clock.now_ms())


def _line(ctx: Context, number: int, text: Text) -> ThreadNotice:
    change = ctx.store.changes.get(number)
    named: Text = (
        Message("change.line_at_place", place=change.place.shown_name, text=text)
        if change and has_several_places(ctx, change.plugin)
        else text
    )
    return ThreadNotice(number=number, text=named)


def post_once_in_thread(tx: Transaction, ctx: Context, number: int, what: str, text: Text) -> None:
    """Say something under a card that is worth saying one time only; `what` names it among the card's lines."""
    if not was_posted_in_thread(ctx, number, what):
        tx.outbox.put(_once(number, what), _line(ctx, number, text), at=ctx.clock.now_ms())


def was_posted_in_thread(ctx: Context, number: int, what: str) -> bool:
    """Whether `post_once_in_thread` has said this lately."""
    return ctx.store.outbox.state_of(_once(number, what)) is not None


def _once(number: int, what: str) -> str:
    return f"thread:{number}:{what}"


def announce(tx: Transaction, ctx: Context, text: Text) -> None:
    """Say something to everybody, in a message of its own in the approval channel and in the audit channel.

    A reason in it is what somebody typed, and must not pass for a head once the channel is saved as text.
    """
    text = map_text(text, mask_heads)
    for channel in dict.fromkeys((ctx.chat.channels.approval, ctx.chat.channels.audit)):
        if channel:
            notice = Announcement(channel=channel, text=text)
            tx.outbox.put(f"announcement:{ids.token()}", notice, at=ctx.clock.now_ms())


def post_in_thread_of(tx: Transaction, ctx: Context, channel: str, message: str, text: Text) -> None:
    """Say something under a message that is no card any more."""
    notice = Announcement(channel=channel, text=text, thread=message)
    tx.outbox.put(f"announcement:{ids.token()}", notice, at=ctx.clock.now_ms())


def notify_person(
    tx: Transaction,
    ctx: Context,
    person: Principal,
    channel: str,
    reply: Reply,
    *,
    answer_url: str = "",
    mood: Mood = Mood.ANSWER,
    suggestion: str = "",
    key: str = "",
    number: int = 0,
    buttons: tuple[LineButton, ...] = (),
    card: int = 0,
    due: int = 0,
    sealed: bool = False,
    thread: str = "",
    shared: bool = False,
) -> None:
    """Queue words for one person. `key` names what is worth saying one time only.

    `number` is of the change request they are about; where there are several places, its place is named.
    `card` is the change request whose card can be opened from them. They wait until `due` on the steady clock.
    With `sealed` they hold a secret for that person. With `shared` everybody in the channel sees them. `thread` is
    where in the channel they are said.
    """
    # Slack shows words alone: what is meant for programs is not kept in the outbox.
    shown = replace(reply, data=None, facts=(*_place_fact(ctx, number), *reply.facts))
    notice = PrivateNotice(
        person=person,
        channel=channel,
        reply=shown,
        answer_url=answer_url,
        mood=mood,
        suggestion=suggestion,
        number=number,
        buttons=buttons,
        card=card,
        sealed=sealed,
        thread=thread,
        shared=shared,
    )
    tx.outbox.put(
        key or f"whisper:{ids.token()}",
        notice,
        at=ctx.clock.now_ms(),
        due=due,
        person=ctx.deployment.people.id_of(person),
        urgency=Urgency.USUAL if role_of(ctx, person) else Urgency.LAST,
    )


def _place_fact(ctx: Context, number: int) -> tuple[tuple[Text, str], ...]:
    """The place of a change request as a fact, where there are several."""
    found = ctx.store.changes.whereabouts(number) if number else None
    if not found or not has_several_places(ctx, found[0]):
        return ()
    return ((term_of(ctx.registry, found[0]).label, found[1]),)


def error_reply(error: PluginError, *, reference: str = "") -> Reply:
    """An error as an answer: the sentence, the remote side's code, the reference in the log, and what to do next."""
    facts = ((ERROR_CODE, getattr(error, "code", "")), (ERROR_REFERENCE, reference))
    return Reply(
        title=error.sentence,
        facts=tuple(fact for fact in facts if fact[1]),
        notes=(error.hint,) if error.hint else (),
    )


def note_trouble(error: PluginError, doing: str) -> str:
    """Log what the remote side did, with its technical facts. Returns the reference to tell the person, if logged."""
    if not isinstance(error, TargetRefused | TargetUnreachable):
        return ""
    reference = ids.incident_id()
    facts = " ".join(f"{name}={value}" for name, value in error.facts.items())
    log.warning(
        "%s: %s: %s %s",
        reference,
        doing,
        error.sentence,
        facts,
        extra={"action": "remote_trouble", "incident": reference},
    )
    return reference


def opened_key(number: int) -> str:
    """The outbox key of the answer that a change request was opened: it waits a moment for the card that it links."""
    return f"whisper:{number}:opened"


def request_label(ctx: Context, change: ChangeRequest) -> Message:
    """Name a change request by its number and its plan in words."""
    return Message("request.label", id=change.id, summary=describe_with_place(ctx, change))
