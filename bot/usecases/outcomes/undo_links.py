"""Which change request undoes which: found when one is asked for, and noted on the first one once it was done."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.change.effects import undo_command
from bot.core.change.planned_command import Planned
from bot.core.parsing.invocation import Understood, understand
from bot.host.registry import Registry
from bot.plugin import Message, Person, PluginError
from bot.store.store import Transaction
from bot.usecases.context import Context
from bot.usecases.notices.notifications import post_in_thread, queue_card, request_label


def find_undone(ctx: Context, planned: Planned) -> int | None:
    """The number of the change request that this command undoes: the last one done to the target, if it is its undo.

    Whether the button was pressed or the command typed is the same.
    """
    plan = planned.plan
    last = ctx.store.changes.newest_done(planned.plugin, planned.place, plan.target, plan.part)
    if last is None or last.undone_by is not None:
        return None
    last = ctx.store.changes.exact(last)
    lines = {undo_command(last), last.plan.undo.line}
    return last.number if any(_is_same(ctx.registry, line, planned.understood) for line in lines if line) else None


def _is_same(registry: Registry, line: str, asked: Understood) -> bool:
    try:
        undo = understand(registry.typed, line)
    except PluginError:
        return False
    return (undo.command.path, undo.arguments) == (asked.command.path, asked.arguments)


def note_undone(tx: Transaction, ctx: Context, change: ChangeRequest) -> None:
    """Once an undo was done, say so on the card of what it undoes; that card loses its button."""
    first = tx.changes.get(change.undo_of) if change.undo_of is not None else None
    if first is None or first.undone_by is not None:
        return
    tx.changes.note(first.number, {"undone_by": change.number})
    who = Person(person=change.requester.id)
    post_in_thread(tx, ctx, first.number, Message("outcome.undone", undo=request_label(ctx, change), person=who))
    queue_card(tx, ctx, first.number)
