"""Storyboards: what the bot shows in Slack as text, in each language, kept as files that a person reviews."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.core.audit.audit_record import AuditRecord
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.notices import PrivateNotice
from bot.core.text import one_line
from bot.playground.workspace.control.transcript import block_lines, plain
from bot.plugin import Text
from bot.slack.outgoing.home_view import home_view
from bot.slack.render.answer import answer_blocks, file_text, wants_file
from bot.slack.render.audit_line import audit_blocks
from bot.slack.render.block_kit import Modal
from bot.slack.render.card import bare_card, card_blocks, card_text
from bot.slack.render.command_form import command_form
from bot.slack.render.form import make_reason_form
from bot.slack.render.slack_text import Writer, cut, sections, show_invisible
from tests.slack.render.answer_cases import list_answers
from tests.slack.render.card_cases import NAMES, make_card
from tests.slack.render.course import EVA, MAX, play
from tests.slack.render.form_cases import list_choices, list_forms
from tests.slack.render.home_cases import HOMES
from tests.usecases.core_bot import APPROVALS, OPS, ROLES

FOLDER = Path(__file__).parents[2] / "data" / "storyboards"
LANGUAGES = ("en", "ru")
FORMS = ("pending", "pending-review", "long-pending", "right-to-left-pending", "emoji-pending", "hostile-pending")
"""The cards whose form is drawn."""
VALUE = "1042.0123456789abcdef.0123456789abcdef0123456789abcdef"
WHO = {
    "U0001": "Olga",
    "U0002": "Anton",
    "U0003": "Vera",
    "C0002": "approvals",
    **{who.user: who.user.removeprefix("U").capitalize() for who in (*ROLES, EVA, MAX)},
    APPROVALS: "approvals",
    OPS: "connectors",
}
"""What stands for people and channels."""
_HEAD = re.compile(r"`#(\d+) [0-9a-f]{16}`")


def draw_all() -> Mapping[Path, str]:
    """Every storyboard by the file that keeps it."""
    return {
        FOLDER / language / f"{name}.txt": "\n".join(lines) + "\n"
        for language in LANGUAGES
        for name, lines in _draw(language)
    }


def _draw(language: str) -> Iterator[tuple[str, Iterable[str]]]:
    for name in NAMES:
        yield f"card-{name}", _draw_card(make_card(name), language)
    yield "forms", _draw_forms(language)
    yield "command-forms", _draw_command_forms(language)
    for name, answers in list_answers().items():
        yield f"answer-{name}", (line for title, answer in answers for line in _draw_answer(title, answer, language))
    yield "home", _draw_homes(language)
    yield "course", _draw_course(language)


def form_of(name: str, language: str) -> Modal:
    """The form that asks why somebody rejects what this card shows."""
    return make_reason_form(make_card(name), VALUE, language)


def _draw_forms(language: str) -> Iterator[str]:
    for name in FORMS:
        form: Any = form_of(name, language)
        hints = [block["hint"]["text"] for block in form["blocks"] if "hint" in block]
        buttons = f"[{form['close']['text']}] [{form['submit']['text']}]"
        shown = [f"== {form['title']['text']} ==", *block_lines(form["blocks"], WHO), *hints, buttons]
        yield from _part(f"card-{name}", shown)


def _draw_homes(language: str) -> Iterator[str]:
    for name, tab in HOMES.items():
        view = home_view(tab, Writer(language=language), lambda _: "https://acme.slack.com/archives/C0002/p1042")
        yield from _part(name, block_lines(view["blocks"], WHO))


def _draw_command_forms(language: str) -> Iterator[str]:
    writer = Writer(language=language)
    for title, form, errors in list_forms():
        view: Any = command_form(form, language=language)
        buttons = " ".join(f"[{view[name]['text']}]" for name in ("close", "submit") if name in view)
        wrong = [f"!! {name}: {writer.plain(text)}" for name, text in errors]
        shown = [line for block in view["blocks"] for line in _field_lines(block)]
        yield from _part(title, [f"== {view['title']['text']} ==", *shown, *wrong, buttons])
    yield from _part("a menu", [writer.plain(text) for _, text in list_choices()])


def _field_lines(block: Any) -> list[str]:
    hint = [f"  {block['hint']['text']}"] if "hint" in block else []
    optional = ["  (optional)"] if block.get("optional") else []
    return [*block_lines([block], WHO), *hint, *optional]


def _draw_answer(title: str, answer: PrivateNotice, language: str) -> Iterator[str]:
    writer = Writer(language=language)
    told = one_line(cut(show_invisible(title), 100))
    blocks: list[Any] = list(answer_blocks(answer, writer))
    yield from _part(told, block_lines(blocks, WHO))
    if answer.reply.table is not None and wants_file(answer.reply):
        yield from _part(f"{told}, the file", file_text(answer.reply, answer.reply.table, writer).splitlines()[:12])


def _draw_course(language: str) -> Iterator[str]:
    writer = Writer(language=language)
    for whom, said in play():
        if isinstance(said, PrivateNotice):
            yield from _draw_answer(whom, said, language)
            continue
        # The head of the chain is another with every fact of every record before it.
        shown = [_HEAD.sub(r"`#\1 …`", line) for line in block_lines(lines_of(said, writer), WHO)]
        yield from _part(whom, shown)


def lines_of(said: tuple[Text, ...] | list[AuditRecord], writer: Writer) -> list[Any]:
    """The blocks of lines under a card, of a notice in a channel, or of audit records."""
    if isinstance(said, list):
        return list(audit_blocks(said, language=writer.language))
    return list(sections([writer.mrkdwn(text) for text in said]))


def _draw_card(change: ChangeRequest, language: str) -> Iterator[str]:
    blocks: list[Any] = list(card_blocks(change, VALUE, language))
    yield from _part("notification", plain(card_text(change, language), WHO).splitlines())
    yield from _part("card", block_lines(blocks, WHO))
    for block in blocks:
        for button in block["elements"] if block["type"] == "actions" else ():
            if "confirm" in button:
                yield from _part(f"[{button['text']['text']}]", _dialog_lines(button["confirm"]))
    yield from _part("without blocks", plain(bare_card(change, language), WHO).splitlines())


def _dialog_lines(dialog: Any) -> list[str]:
    answers = f"[{dialog['deny']['text']}] [{dialog['confirm']['text']}]"
    return [f"== {dialog['title']['text']} ==", dialog["text"]["text"], answers]


def _part(title: str, lines: list[str]) -> Iterator[str]:
    yield f"--- {title}"
    yield from (f"    {line}".rstrip() for line in lines)
