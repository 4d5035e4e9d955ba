"""What became of a change request, told where its requester typed or wrote it.

Once Slack takes no answer at the address of a typed command, the requester is told directly.

The line under the card mentions the requester in any case.
"""

from __future__ import annotations

from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest
from bot.core.change.status_table import describe_status
from bot.core.messages.notices import Mood
from bot.plugin import Json, Message, Reply
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.context import Context
from bot.usecases.notices.notifications import notify_person, request_label
from bot.usecases.outcomes.ending_buttons import ending_buttons

KIND = "answer_address"
LASTS_MS = 30 * 60_000
"""How long Slack takes answers at the address of a command (docs/slack-behaviour.md S18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPlace:
    """Where a command is answered: at the address of a typed one, or where a message to the bot stands."""

    channel: str
    answer_url: str = ""
    is_message: bool = False
    thread: str = ""
    """The thread in which a message is answered; empty for the channel itself."""


def keep_answer_place(tx: Transaction, change: ChangeRequest, place: AnswerPlace) -> None:
    """Keep where a change request was asked for, if its card stands in another channel."""
    if not (place.answer_url or place.is_message) or place.channel in ("", change.channel):
        return
    kept: dict[str, Json] = {"url": place.answer_url, "channel": place.channel, "until": change.created_at + LASTS_MS}
    if place.is_message:
        kept |= {"thread": place.thread, "shared": True}
    tx.records(BUILTIN).put(KIND, str(change.number), kept)


def tell_requester(tx: Transaction, ctx: Context, number: int) -> None:
    """Tell the requester how it stands now: where they asked, or directly once Slack takes no answer there."""
    change, records = tx.changes.require(number), tx.records(BUILTIN)
    kept = records.get(KIND, str(number))
    if kept is None:
        return
    if not change.status.open:
        records.delete(KIND, str(number))
    shared = bool(kept.get("shared"))
    lasts = shared or ctx.clock.now_ms() <= kept["until"]
    title = Message("request.became", request=request_label(ctx, change), status=describe_status(change))
    notify_person(
        tx,
        ctx,
        change.requester,
        kept["channel"] if lasts else "",
        Reply(title=title, notes=(change.outcome,) if change.outcome else ()),
        answer_url=kept["url"] if lasts else "",
        mood=Mood.CALM,
        buttons=ending_buttons(ctx, change),
        card=number,
        thread=kept.get("thread", ""),
        shared=shared,
    )
