"""The card of a change request: one message, drawn anew from what is stored in every status.

What somebody decides by comes first: the effect, or what came of it. What only identifies it comes last and small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.change.change_request import ChangeRequest
from bot.core.change.status_table import find_badge
from bot.core.text import one_line
from bot.language.catalogues import ENGLISH
from bot.language.command_words import translate_line
from bot.language.translation import translate
from bot.plugin import CommandLine, Message, Risk
from bot.slack.render.block_kit import Block, make_actions, make_fields, make_header
from bot.slack.render.card_buttons import card_buttons, short_digest
from bot.slack.render.card_people import PERSON, card_fields, name_people
from bot.slack.render.card_plan import plan_lines, reason_lines
from bot.slack.render.ending_text import ending_lines, outcome_text, result_lines
from bot.slack.render.plain_summary import leave_person_out
from bot.slack.render.slack_text import context, cut, escape, mrkdwn, notification, plain, section, sections
from bot.usecases.outcomes.next_steps import asks_people

RISKS: Mapping[Risk, Message] = {
    Risk.READ: Message("card.risk.read"),
    Risk.PERSONAL: Message("card.risk.personal"),
    Risk.HALT: Message("card.risk.halt"),
    Risk.CHANGE: Message("card.risk.change"),
    Risk.DESTROY: Message("card.risk.destroy"),
    Risk.GOVERN: Message("card.risk.govern"),
}
"""The kind of change in the reader's words; the codes belong to help and to the policy table."""
TITLE_MOST, OUTCOME_MOST, BARE_OUTCOME_MOST, LINE_MOST = 150, 1_500, 500, 300


def card_text(change: ChangeRequest, language: str = ENGLISH) -> str:
    """The notification: what a phone shows."""
    badge = find_badge(change)
    summary = one_line(translate(change.summary_with_place, language))
    told = translate(badge.words, language)
    return notification(one_line(f"{badge.sign} {change.id} {summary}: {told}"))


def bare_card(change: ChangeRequest, language: str = ENGLISH) -> str:
    """A card without blocks, for a change request of which Slack refused the blocks: how it ended, and where to look.

    It has no buttons: nobody decides what they cannot read.
    """
    outcome = cut(mrkdwn(change.outcome, language), BARE_OUTCOME_MOST)
    details = Message("card.details", command=CommandLine(command_line=f"request show {change.id}"))
    return "\n".join(part for part in (card_text(change, language), outcome, mrkdwn(details, language)) if part)


def card_blocks(change: ChangeRequest, value: str, language: str = ENGLISH) -> list[Block]:
    """The blocks of the card in the language of its channel; `value` is what its buttons carry."""
    title = f"{find_badge(change).sign} {plain(leave_person_out(change).plan.summary, language)}"
    blocks: list[Block] = [
        make_header(cut(one_line(title), TITLE_MOST)),
        *sections([*result_lines(change, language)] or [*_person_lines(change, language)]),
    ]
    outcome = outcome_text(change, language)
    if outcome:
        label = mrkdwn(Message("card.label.outcome"), language)
        blocks.append(section(cut(f"*{label}*\n{outcome}", OUTCOME_MOST)))
    blocks += sections(list(ending_lines(change, language)))
    blocks += sections([*plan_lines(change, language), *reason_lines(change, language)])
    blocks.append(make_fields(card_fields(change, language)))
    blocks += [context(line) for line in _small_lines(change, language)]
    buttons = card_buttons(change, value, language)
    if buttons:
        blocks.append(make_actions(f"decide:{change.number}", buttons))
    return blocks


def _person_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """Whom a request that waits is about: a header shows no mention."""
    people = name_people(change, language)
    if people:
        yield f"*{mrkdwn(PERSON, language)}* · {people}"


def _small_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """What helps to find it again, or to settle it from the host's terminal."""
    if asks_people(change):
        command = Message("card.settle_line", request=change.id)
        yield mrkdwn(Message("card.settle_in_terminal", command=command), language)
    plan = Message("card.plan", plan=short_digest(change))
    risk = RISKS[change.risk]
    line = cut(escape(one_line(plain(translate_line(change.line, language))).replace("`", "'")), LINE_MOST)
    yield f"{change.id} · {mrkdwn(plan, language)} · {mrkdwn(risk, language)} · `{line}`"
