"""A person who looked says what became of an outcome that nothing the bot can read would show."""

from __future__ import annotations

from bot.core.audit import Tag
from bot.core.change import ENDINGS, ChangeRequest, Status
from bot.core.execution import Ending
from bot.core.principals import Principal
from bot.plugin import Refusal
from bot.usecases.context import Context
from bot.usecases.execute import close
from bot.usecases.notify import told

BY_HAND = {
    Status.DONE: "Somebody looked on the portal: it was done.",
    Status.FAILED: "Somebody looked on the portal: it was not done.",
}


def settle_by_hand(ctx: Context, person: Principal, change: ChangeRequest, status: Status) -> str:
    """End an unknown outcome, on the record of who said so; in a unit of work. Raises Refusal when it is not theirs."""
    if change.status is not Status.UNKNOWN:
        raise Refusal(f"{told(change)} {ENDINGS[change.status]}; there is nothing to settle.")
    if change.plan.provable:
        raise Refusal(
            f"{change.id} is being read back, and ends by itself with what is seen.",
            hint="Only an outcome that reading cannot show is settled by hand.",
        )
    ending = Ending(status=status, sentence=BY_HAND[status])
    if not close(ctx, change, Status.UNKNOWN, ending, tag=Tag.EXECUTION_SETTLED, actor=person.id):
        raise Refusal(f"{change.id} has ended meanwhile.")
    return f"{told(change)} is settled: {status}."
