"""The card of a change request: one message, drawn anew from what is stored in every status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from bot.core import mentions
from bot.core.authority.policy import (
    Allowed,
    BrokenGlass,
    Decision,
    NeedsApproval,
    NeedsConfirmation,
    Refused,
    describe_requirement,
)
from bot.core.change.change_request import PARTLY_DONE, ChangeRequest, Review, Status
from bot.core.text import one_line, plural
from bot.language.translation import translate
from bot.plugin import Text, UndoKind
from bot.plugin.frozen import dataclass
from bot.slack.render.block_kit import Block, Button, Dialog, Markdown, Style
from bot.slack.render.ending_text import ending_lines
from bot.slack.render.slack_text import (
    context,
    cut,
    escape,
    fit_lines,
    format_time_token,
    marked,
    mrkdwn,
    notification,
    plain,
    section,
    sections,
)
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.outcomes.follow_ups import can_ask_again, undo_line

ACTION_PREFIX = "b24:"
MOST_LINES = 20
"""Lines of one kind. With the characters below it keeps a card under what Slack takes (docs/slack-behaviour.md S23)."""
WHY_MOST, CALLS_MOST, RADIUS_MOST, WARNINGS_MOST, UNDO_MOST, OUTCOME_MOST = 900, 1_600, 2_600, 1_800, 400, 1_500
FIELD_MOST = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBadge:
    """How a status is shown in the card's first line."""

    emoji: str
    words: str


BADGES: Mapping[Status, StatusBadge] = {
    Status.PENDING: StatusBadge(emoji="🟠", words="waiting for approval"),
    Status.APPROVED: StatusBadge(emoji="🔵", words="approved, about to run"),
    Status.RUNNING: StatusBadge(emoji="🔵", words="running now"),
    Status.DONE: StatusBadge(emoji="🟢", words="done and verified"),
    Status.GONE: StatusBadge(emoji="⚪", words="nothing left to do"),
    Status.FAILED: StatusBadge(emoji="🔴", words="failed"),
    Status.CHANGED: StatusBadge(emoji="🟡", words="not run, it had changed since"),
    Status.UNKNOWN: StatusBadge(emoji="🟣", words="outcome not proven yet, reading back; do not repeat by hand"),
    Status.REJECTED: StatusBadge(emoji="⚪", words="rejected"),
    Status.WITHDRAWN: StatusBadge(emoji="⚪", words="withdrawn"),
    Status.EXPIRED: StatusBadge(emoji="⚪", words="expired"),
}

CONFIRMED_BY_ONE: Mapping[Status, StatusBadge] = {
    **BADGES,
    Status.PENDING: StatusBadge(emoji="🟠", words="waiting for confirmation"),
    Status.APPROVED: StatusBadge(emoji="🔵", words="confirmed, about to run"),
}
"""The same where nobody else has to approve."""

BROKEN: Mapping[Status, StatusBadge] = {
    **BADGES,
    Status.PENDING: StatusBadge(emoji="🚨", words="the glass is about to be broken: waiting for one confirmation"),
    Status.APPROVED: StatusBadge(emoji="🚨", words="the glass was broken, about to run without approval"),
    Status.RUNNING: StatusBadge(emoji="🚨", words="the glass was broken, running now without approval"),
}
"""The same where an admin does not wait for approval."""

DECISION_BADGES: Mapping[type[Decision], Mapping[Status, StatusBadge]] = {NeedsApproval: BADGES, BrokenGlass: BROKEN}

UNVERIFIED: Mapping[Status, StatusBadge] = {
    Status.DONE: StatusBadge(emoji="🟢", words="done, by the portal's word alone"),
    Status.UNKNOWN: StatusBadge(
        emoji="🟣", words="outcome not known; look on the portal, do not repeat by hand before"
    ),
}
"""What differs where reading back can prove nothing."""

AFTER_DONE = "It ends as done, and the record says that this is your word."
AFTER_NOT_DONE = "It ends as not done, the record says that this is your word, and it may be asked for again."

PLAN_WORDS: Mapping[Status, str] = {Status.RUNNING: "*Happens now*", Status.UNKNOWN: "*May have happened*"}
"""What stands above the calls where they are neither to come nor over."""

AFTER_BREAK_GLASS = "All other admins are told, and one of them has to review it."

BY_PERSON: Mapping[Status, StatusBadge] = {
    Status.DONE: StatusBadge(emoji="🟢", words="done, by the word of a person who looked"),
    Status.FAILED: StatusBadge(emoji="🔴", words="not done, by the word of a person who looked"),
}
"""What differs where a person decided what reading back did not."""

UNDO: Mapping[UndoKind, str] = {UndoKind.FULL: "full", UndoKind.PARTIAL: "partial", UndoKind.NONE: "none"}


BUILTIN_DONE = StatusBadge(emoji="🟢", words="done")
"""Of the bot's own rules: that it was done is stored together with what was done, whatever was read afterwards."""


PARTLY = StatusBadge(emoji="🟤", words=PARTLY_DONE)
"""Of what failed with a part of it done."""


def find_badge(change: ChangeRequest) -> StatusBadge:
    if change.undone_by is not None:
        return StatusBadge(
            emoji="↩️", words=f"{'partly ' if change.partly else ''}done, and undone by CR-{change.undone_by}"
        )
    if change.partly:
        return PARTLY
    if change.settled_by is not None and change.status in BY_PERSON:
        return BY_PERSON[change.status]
    if change.is_local and change.status is Status.DONE:
        return BUILTIN_DONE
    looks = DECISION_BADGES.get(type(change.decision), CONFIRMED_BY_ONE)
    if not change.plan.provable and change.status in UNVERIFIED:
        return UNVERIFIED[change.status]
    return looks[change.status]


def headline(change: ChangeRequest) -> str:
    """What is to be done and where, for a dialog, where Slack shows no mention."""
    return one_line(plain(change.summary_with_place))


def card_text(change: ChangeRequest) -> str:
    """The notification: what a phone shows."""
    look = find_badge(change)
    return notification(one_line(f"{look.emoji} {change.id} {translate(change.summary_with_place)}: {look.words}"))


def bare_card(change: ChangeRequest) -> str:
    """A card without blocks, for a change request of which Slack refused the blocks: how it ended, and where to look.

    It has no buttons: nobody decides what they cannot read.
    """
    outcome = cut(mrkdwn(change.outcome), 500)
    whole = f"The whole of it: type `request show {change.id}`"
    return "\n".join(part for part in (card_text(change), outcome, whole) if part)


def card_blocks(change: ChangeRequest, value: str) -> list[Block]:
    """The blocks of the card; `value` is what its buttons carry."""
    look = find_badge(change)
    blocks: list[Block] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": cut(one_line(plain(f"{look.emoji} {_title(change)}")), 150)},
        },
        section(f"*{escape(change.id)}* · *{escape(look.words)}*"),
        {"type": "section", "fields": [_field(label, text) for label, text in _fields(change)]},
    ]
    if change.outcome:
        blocks.append(section(cut(f"*Outcome*\n{mrkdwn(change.outcome)}", OUTCOME_MOST)))
    blocks += sections(list(ending_lines(change)))
    blocks += sections(list(_plan_lines(change)))
    if _asks_people(change):
        settle = f"b24bot request settle {change.id} done|failed"
        blocks.append(context(f"Look on the portal, then press what you saw. In the host's terminal: `{settle}`"))
    typed = cut(escape(one_line(plain(change.line)).replace("`", "'")), 300)
    blocks.append(context(f"`{typed}` · {_short(change)} · {change.risk}"))
    actions = _actions(change, value)
    if actions:
        blocks.append({"type": "actions", "block_id": f"decide:{change.number}", "elements": actions})
    return blocks


def _title(change: ChangeRequest) -> str:
    """The plan for a header, where Slack shows no names: the lines below say who is meant."""
    return mentions.replace_marks(
        translate(change.plan.summary), person=lambda _: "somebody", channel=lambda channel: f"#{channel}"
    )


def _short(change: ChangeRequest) -> str:
    """The beginning of the digest, for comparing by eye."""
    return f"plan {change.digest[:4]}-{change.digest[4:8]}"


def _field(label: str, text: str) -> Markdown:
    return marked(f"*{label}*\n{text}", FIELD_MOST)


def _fields(change: ChangeRequest) -> Iterator[tuple[str, str]]:
    if change.place_name:
        yield change.place_term.word.capitalize(), escape(one_line(f"{change.place_name} · {change.place_label}"))
    yield "Asked by", mrkdwn(mentions.person(change.requester))
    if change.undo_of is not None:
        yield "Undoes", f"CR-{change.undo_of}"
    yield from _votes(change)
    if change.status is Status.PENDING:
        yield "Expires", format_time_token(change.expires_at)
    elif change.ended_at is not None:
        yield "Ended", format_time_token(change.ended_at)


def _votes(change: ChangeRequest) -> Iterator[tuple[str, str]]:
    approved = _names(change.approvals)
    pending = change.status is Status.PENDING
    match change.decision:
        case BrokenGlass():
            sure = "to be bypassed" if pending else "bypassed" if approved else "not bypassed"
            yield "Approval", f"🚨 {sure} by {mrkdwn(mentions.person(change.requester))}"
        case NeedsApproval() as decision if pending:
            yield "Needs", escape(describe_requirement(decision)) + _so_far(decision, change.approvals)
        case NeedsApproval():
            if approved:
                yield "Approved by", approved
        case NeedsConfirmation() | Allowed() | Refused():
            if pending:
                yield "Needs", f"the confirmation of {mrkdwn(mentions.person(change.requester))}"
            elif approved:
                yield "Confirmed by", approved
        case _:
            assert_never(change.decision)
    if change.rejection is not None:
        yield "Rejected by", mrkdwn(mentions.person(change.rejection.reviewer))


def _so_far(decision: NeedsApproval, approvals: Sequence[Review]) -> str:
    """How many of the approvals there are, and whose do not count any more.

    With all of them it still waits where one counts again, or may not count after all: a press finds out.
    """
    counted, void = [one for one in approvals if one.counts], [one for one in approvals if not one.counts]
    given = f" ✅ {_names(counted)}" if counted else ""
    gone = f" · does not count any more: {_names(void)}" if void else ""
    again = " · press *Approve* once more to have them counted" if len(counted) >= decision.quorum else ""
    return f" · {len(counted)}/{decision.quorum}{given}{gone}{again}"


def _names(reviews: Sequence[Review]) -> str:
    return ", ".join(mrkdwn(mentions.person(one.reviewer)) for one in reviews)


def _plan_lines(change: ChangeRequest) -> Iterator[str]:
    plan = change.plan
    if change.reason:
        quoted = (f"> {escape(plain(line))}" for line in change.reason.splitlines())
        yield "\n".join(["*Why* (in their words)", *fit_lines(quoted, most=MOST_LINES, characters=WHY_MOST)])
    yield PLAN_WORDS.get(change.status, "*Will happen*" if change.status.open else "*The plan was*")
    yield from _list("•", [*(call.note for call in plan.calls), *plan.notes], CALLS_MOST)
    yield from _list("✂️", plan.radius, RADIUS_MOST)
    if plan.warnings and change.status.open:
        yield "*Beware*"
        yield from _list("⚠️", plan.warnings, WARNINGS_MOST)
    if change.undone_by is not None:
        yield f"*Undone* by CR-{change.undone_by}: this is not in effect any more."
    elif change.status.open or change.status is Status.DONE:
        yield cut(f"*Undo* {UNDO[plan.undo.kind]}: {mrkdwn(one_line(translate(plan.undo.sentence)))}", UNDO_MOST)


def _list(sign: str, lines: Sequence[Text], characters: int) -> Iterator[str]:
    return fit_lines(
        (f"{sign} {mrkdwn(one_line(translate(line)))}" for line in lines), most=MOST_LINES, characters=characters
    )


def _actions(change: ChangeRequest, value: str) -> list[Button]:
    if change.status is Status.APPROVED:
        return _stop_buttons(change, value)
    following = [_button("Undo…", card_token.UNDO, value)] if undo_line(change) else []
    following += [_button("Ask again…", card_token.AGAIN, value)] if can_ask_again(change) else []
    if following:
        return following
    if _asks_people(change):
        return [
            _question_button(change, "It was done", card_token.WAS_DONE, value, AFTER_DONE),
            _question_button(change, "It was not done", card_token.WAS_NOT_DONE, value, AFTER_NOT_DONE),
        ]
    if change.status is not Status.PENDING:
        return []
    match change.decision:
        case BrokenGlass():
            return [_break_glass_button(change, value), _button("Withdraw", card_token.WITHDRAW, value)]
        case NeedsConfirmation() | Allowed() | Refused():
            confirm = _button("Confirm", card_token.CONFIRM, value, style="primary")
            return [confirm, _button("Withdraw", card_token.WITHDRAW, value)]
        case NeedsApproval():
            return [_approve_button(change, value), *_stop_buttons(change, value)]
        case _:
            assert_never(change.decision)


def _stop_buttons(change: ChangeRequest, value: str) -> list[Button]:
    """The buttons that stop it, which count until it begins."""
    withdraw = [] if is_review(change) else [_button("Withdraw", card_token.WITHDRAW, value)]
    if not isinstance(change.decision, NeedsApproval):
        return withdraw
    return [_button("Reject…", card_token.REJECT, value, style="danger"), *withdraw]


def _approve_button(change: ChangeRequest, value: str) -> Button:
    dialog = _confirmation(change, f"Approve {change.id}?", "Approve")
    return {**_button("Approve", card_token.APPROVE, value, style="primary"), "confirm": dialog}


def _break_glass_button(change: ChangeRequest, value: str) -> Button:
    """The button of an emergency, and what it says before it does anything."""
    dialog = _confirmation(change, f"Run {change.id} without approval?", "Break the glass")
    dialog["text"]["text"] = cut(f"{dialog['text']['text']} {AFTER_BREAK_GLASS}", 300)
    return {
        **_button("Break the glass", card_token.CONFIRM, value, style="danger"),
        "confirm": {**dialog, "style": "danger"},
    }


def _button(label: str, name: str, value: str, *, style: Style | None = None) -> Button:
    button: Button = {
        "type": "button",
        "action_id": f"{ACTION_PREFIX}{name}",
        "text": {"type": "plain_text", "text": label},
        "value": value,
    }
    return {**button, "style": style} if style else button


def _asks_people(change: ChangeRequest) -> bool:
    return change.status is Status.UNKNOWN and change.asked_at is not None


def _question_button(change: ChangeRequest, label: str, name: str, value: str, consequence: str) -> Button:
    """A button for somebody who has looked; what is said with it is said once more before it counts."""
    text = f"{cut(headline(change), 160)}: you have looked on the portal. {consequence}"
    return {**_button(label, name, value), "confirm": _dialog(f"{change.id}: {label.lower()}?", text, label)}


def _confirmation(change: ChangeRequest, question: str, answer: str) -> Dialog:
    plan = change.plan
    touched = f" It touches {plural(len(plan.radius), 'line')}." if plan.radius else ""
    text = f"{cut(headline(change), 200)}, now.{touched} Undo: {UNDO[plan.undo.kind]}. As {_short(change)}."
    return _dialog(question, text, answer)


def _dialog(title: str, text: str, yes: str) -> Dialog:
    return {
        "title": {"type": "plain_text", "text": cut(plain(title), 100)},
        "text": {"type": "plain_text", "text": cut(text, 300)},
        "confirm": {"type": "plain_text", "text": yes},
        "deny": {"type": "plain_text", "text": "Go back"},
    }
