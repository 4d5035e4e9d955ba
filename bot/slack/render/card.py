"""The card of a change request: one message, drawn anew from what is stored in every status.

What somebody decides by comes first: the effect, or what came of it. What only identifies it comes last and small.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.authority.policy import RISK_NAMES
from bot.core.change.change_request import ChangeRequest
from bot.core.text import one_line
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.plugin import CommandLine, Message
from bot.slack.render.block_kit import Block, make_actions, make_fields, make_header
from bot.slack.render.card_buttons import card_buttons, short_digest
from bot.slack.render.card_people import card_fields
from bot.slack.render.card_plan import plan_lines, reason_lines
from bot.slack.render.ending_text import asks_people, ending_lines, result_lines
from bot.slack.render.plain_summary import leave_person_out
from bot.slack.render.slack_text import context, cut, escape, mrkdwn, notification, plain, section, sections
from bot.slack.render.status_badge import find_badge

TITLE_MOST, OUTCOME_MOST, BARE_OUTCOME_MOST, LINE_MOST = 150, 1_500, 500, 300


def card_text(change: ChangeRequest, language: str = ENGLISH) -> str:
    """The notification: what a phone shows."""
    badge = find_badge(change)
    summary = one_line(translate(change.summary_with_place, language))
    told = translate(badge.words, language)
    return notification(one_line(f"{badge.emoji} {change.id} {summary}: {told}"))


def bare_card(change: ChangeRequest, language: str = ENGLISH) -> str:
    """A card without blocks, for a change request of which Slack refused the blocks: how it ended, and where to look.

    It has no buttons: nobody decides what they cannot read.
    """
    outcome = cut(mrkdwn(change.outcome, language), BARE_OUTCOME_MOST)
    details = Message("card.details", command=CommandLine(command_line=f"request show {change.id}"))
    return "\n".join(part for part in (card_text(change, language), outcome, mrkdwn(details, language)) if part)


def card_blocks(change: ChangeRequest, value: str, language: str = ENGLISH) -> list[Block]:
    """The blocks of the card in the language of its channel; `value` is what its buttons carry."""
    title = f"{find_badge(change).emoji} {plain(leave_person_out(change).plan.summary, language)}"
    blocks: list[Block] = [
        make_header(cut(one_line(title), TITLE_MOST)),
        *sections(list(result_lines(change, language))),
    ]
    if change.outcome:
        label = mrkdwn(Message("card.label.outcome"), language)
        blocks.append(section(cut(f"*{label}*\n{mrkdwn(change.outcome, language)}", OUTCOME_MOST)))
    blocks += sections(list(ending_lines(change, language)))
    blocks += sections([*plan_lines(change, language), *reason_lines(change, language)])
    blocks.append(make_fields(card_fields(change, language)))
    blocks += [context(line) for line in _small_lines(change, language)]
    buttons = card_buttons(change, value, language)
    if buttons:
        blocks.append(make_actions(f"decide:{change.number}", buttons))
    return blocks


def _small_lines(change: ChangeRequest, language: str) -> Iterator[str]:
    """What helps to find it again, or to settle it from the host's terminal."""
    if asks_people(change):
        command = f"b24bot request settle {change.id} done|failed"
        yield mrkdwn(Message("card.settle_in_terminal", command=command), language)
    plan = Message("card.plan", plan=short_digest(change))
    risk = Message("card.risk", risk=RISK_NAMES[change.risk])
    line = cut(escape(one_line(plain(change.line)).replace("`", "'")), LINE_MOST)
    yield f"{change.id} · {mrkdwn(plan, language)} · {mrkdwn(risk, language)} · `{line}`"
