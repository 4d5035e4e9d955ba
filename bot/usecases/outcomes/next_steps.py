"""What to do next about a change request that is over: on its card, and where it has no buttons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.change.change_request import ChangeRequest, Repeat, Status
from bot.core.change.effects import effects_of
from bot.plugin import CommandLine, Message, Text
from bot.plugin.frozen import dataclass
from bot.usecases.outcomes.follow_ups import AGAIN_BUTTON, UNDO_BUTTON, can_ask_again, undo_line

NOTHING_TO_DO, NEW_COMMAND = Message("card.next.nothing"), Message("card.next.new_command")
WAS_DONE, WAS_NOT_DONE = Message("card.button.was_done"), Message("card.button.was_not_done")
ALL_BACK = Message("card.next.undo_changes")
SAME_AGAIN = Message("card.next.same_again")
LOOK_FIRST = Message("card.next.look_before_rest")


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonStep:
    """A step that a button of the card takes, as the card says it and as it is said elsewhere."""

    on_card: Message
    elsewhere: Message

    def choose(self, *, on_card: bool) -> Message:
        """The wording for where it is read."""
        return self.on_card if on_card else self.elsewhere


AGAIN: Mapping[tuple[Repeat, bool], ButtonStep] = {
    (Repeat.MAY_DIFFER, False): ButtonStep(
        on_card=Message("card.next.again", button=AGAIN_BUTTON),
        elsewhere=Message("card.next.again_elsewhere", button=AGAIN_BUTTON),
    ),
    (Repeat.MAY_DIFFER, True): ButtonStep(
        on_card=Message("card.next.again_rest", button=AGAIN_BUTTON),
        elsewhere=Message("card.next.again_rest_elsewhere", button=AGAIN_BUTTON),
    ),
    (Repeat.AFTER_MENDING, False): ButtonStep(
        on_card=Message("card.next.again_after_mending", button=AGAIN_BUTTON),
        elsewhere=Message("card.next.again_after_mending_elsewhere", button=AGAIN_BUTTON),
    ),
    (Repeat.AFTER_MENDING, True): ButtonStep(
        on_card=Message("card.next.again_rest_after_mending", button=AGAIN_BUTTON),
        elsewhere=Message("card.next.again_rest_after_mending_elsewhere", button=AGAIN_BUTTON),
    ),
}
"""What is said of asking for the same again where the card offers it, by whether a part was done."""

NEXT: Mapping[Status, Message] = {
    Status.DONE: NOTHING_TO_DO,
    Status.GONE: NOTHING_TO_DO,
    Status.UNKNOWN: Message("card.next.wait"),
    Status.FAILED: Message("card.next.read_outcome"),
    Status.CHANGED: NEW_COMMAND,
    Status.REJECTED: NEW_COMMAND,
    Status.WITHDRAWN: NEW_COMMAND,
    Status.EXPIRED: NEW_COMMAND,
}
"""What to do where no button helps, by status. What has no row is not over."""


def asks_people(change: ChangeRequest) -> bool:
    """Whether people are asked to say what became of it."""
    return change.status is Status.UNKNOWN and change.asked_at is not None


def list_next_steps(change: ChangeRequest, *, on_card: bool) -> tuple[Text, ...]:
    """List what to do next, a sentence each; none while it can still be decided or runs."""
    if change.status not in NEXT:
        return ()
    steps = tuple(_steps_after_failure(change, on_card=on_card))
    return steps or tuple(_usual_steps(change, on_card=on_card))


def _steps_after_failure(change: ChangeRequest, *, on_card: bool) -> Iterator[Text]:
    """What helps where not all was done. Nothing for an ending that is as it was wanted, and for what was undone."""
    if change.undone_by is not None:
        return
    if change.partly and undo_line(change):
        yield _offer_undo(change, on_card=on_card)
        partial = change.plan.undo.partial
        yield partial.sentence if partial else ALL_BACK
    if change.repeat is Repeat.SAME:
        yield from _obstacles(change) or [SAME_AGAIN]
    elif can_ask_again(change):
        yield AGAIN[change.repeat, change.partly].choose(on_card=on_card)
    elif change.partly:
        yield LOOK_FIRST


def _usual_steps(change: ChangeRequest, *, on_card: bool) -> Iterator[Text]:
    if asks_people(change):
        yield Message("card.next.settle", done=WAS_DONE, not_done=WAS_NOT_DONE)
    elif change.status is Status.UNKNOWN and not change.plan.provable:
        yield Message("card.next.look")
    elif change.undone_by is not None:
        yield NOTHING_TO_DO
    else:
        yield _next_of_plan(change)
        if undo_line(change):
            yield _offer_undo(change, on_card=on_card, after_done=True)


def _next_of_plan(change: ChangeRequest) -> Text:
    usual, ending = NEXT[change.status], change.plan.ending
    if ending is None:
        return usual
    if change.status is Status.DONE:
        return ending.next_made or usual
    return ending.next_not_made or usual if usual is NEW_COMMAND else usual


def _offer_undo(change: ChangeRequest, *, on_card: bool, after_done: bool = False) -> Message:
    command = CommandLine(command_line=undo_line(change))
    if not on_card:
        return Message("card.next.undo_elsewhere", command=command)
    if after_done:
        return Message("card.next.undo_done", button=UNDO_BUTTON, command=command)
    return Message("card.next.undo", button=UNDO_BUTTON, command=command)


def _obstacles(change: ChangeRequest) -> list[Text]:
    """Why what stayed as it was does so, and what helps."""
    effects = effects_of(change)
    return [change.plan.obstacles[label] for label in effects.same if label in change.plan.obstacles] if effects else []
