"""What became of a change request, told where its requester typed it, or directly once Slack takes no answer there.

The line under the card mentions the requester in any case.
"""

from __future__ import annotations

from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest
from bot.core.change.status_table import describe_status
from bot.core.messages.notices import Mood
from bot.plugin import Message, Reply
from bot.store.store import Transaction
from bot.usecases.context import Context
from bot.usecases.notices.notifications import notify_person, request_label
from bot.usecases.outcomes.ending_buttons import ending_buttons

KIND = "answer_address"
LASTS_MS = 30 * 60_000
"""How long Slack takes answers at the address of a command (docs/slack-behaviour.md S18)."""


def keep_answer_address(tx: Transaction, change: ChangeRequest, channel: str, answer_url: str) -> None:
    """Keep where a change request was asked for, if its card stands in another channel."""
    if answer_url and channel and channel != change.channel:
        until = change.created_at + LASTS_MS
        tx.records(BUILTIN).put(KIND, str(change.number), {"url": answer_url, "channel": channel, "until": until})


def tell_requester(tx: Transaction, ctx: Context, number: int) -> None:
    """Tell the requester how it stands now: where they asked, or directly once Slack takes no answer there."""
    change, records = tx.changes.require(number), tx.records(BUILTIN)
    kept = records.get(KIND, str(number))
    if kept is None:
        return
    if not change.status.open:
        records.delete(KIND, str(number))
    lasts = ctx.clock.now_ms() <= kept["until"]
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
    )
