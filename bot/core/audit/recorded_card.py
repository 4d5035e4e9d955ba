"""The card of a change request in its record: what people decided by, as keys and arguments, each with its English.

It stands in one fact of the record, as JSON, and is chained with it. A record has a limited size, so long lines are cut
and a card that is too long loses its last lines. The card says how many of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from bot.core.encoding import canonical
from bot.plugin import Call, Impact, Message, PageLink, Plan, Text, UndoKind, map_text, read_text, write_text
from bot.plugin.frozen import dataclass

CARD = "card"
"""The name of the fact."""
LONGEST = 500
"""Characters of the English of a line. What is longer is cut, and its message is left out."""
LARGEST = 2_000
"""Characters of a message as JSON. A larger one is left out, and its English stands alone."""
MOST = 20_000
"""Characters of all lines as JSON. The lines after the first one that does not fit are left out."""


class Part(StrEnum):
    """What a line of a card is about. The order is that in which lines are kept: what decides most comes first."""

    SUMMARY = "summary"
    CALL = "call"
    """Its label is the method."""
    NOTE = "note"
    UNDO = "undo"
    """Its label is how much comes back."""
    UNDO_LINE = "undo_line"
    LINK = "link"
    """Its label is the address."""
    WARNING = "warning"
    RADIUS = "radius"
    IMPACT = "impact"
    """Its label is that of the row."""
    DETAIL = "detail"
    """It is about the row of the impact before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """One line of a card. `text` is the message, or the English where the record has no message of it."""

    part: Part
    label: str
    text: Text
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCard:
    """What a record keeps of a card."""

    language: str
    """In which the card was drawn."""
    lines: tuple[CardLine, ...]
    cut: int = 0
    """How many lines are shorter than on the card, or stand in English only."""
    left_out: int = 0
    """How many lines are not in the record, because there was no room."""
    withheld: int = 0
    """How many lines are not in the record, because they have words of a customer."""

    @property
    def is_whole(self) -> bool:
        """Whether the record has all that the card said."""
        return not (self.cut or self.left_out or self.withheld)


def make_card(plan: Plan, language: str, in_english: Callable[[Text], str], *, shown: Plan) -> RecordedCard:
    """Make the card of a plan for its record.

    The plan has marks for the words of a customer. The `shown` one has the words, as the card does.
    """
    every = [_shorten(part, label, text, in_english) for part, label, text in _list_lines(plan)]
    kept: list[CardLine] = []
    room = MOST
    for line, _ in every:
        room -= len(canonical(_line_as_json(line))) + 1
        if room < 0:
            break
        kept.append(line)
    return RecordedCard(
        language=language,
        lines=tuple(kept),
        cut=sum(cut for _, cut in every[: len(kept)]),
        left_out=len(every) - len(kept),
        withheld=sum(one != other for one, other in zip(_list_lines(plan), _list_lines(shown), strict=True)),
    )


def _list_lines(plan: Plan) -> Iterator[tuple[Part, str, Text]]:
    yield Part.SUMMARY, "", plan.summary
    yield from ((Part.CALL, call.method, call.note) for call in plan.calls)
    yield from ((Part.NOTE, "", note) for note in plan.notes)
    yield Part.UNDO, plan.undo.kind, plan.undo.sentence
    if plan.undo.line:
        yield Part.UNDO_LINE, "", plan.undo.line
    if plan.link is not None:
        yield Part.LINK, plan.link.address, plan.link.label
    yield from ((Part.WARNING, "", line) for line in plan.warnings)
    yield from ((Part.RADIUS, "", line) for line in plan.radius)
    for row in plan.impact:
        yield Part.IMPACT, row.label, row.sentence
        yield from ((Part.DETAIL, row.label, detail) for detail in row.details)


def _shorten(part: Part, label: str, text: Text, in_english: Callable[[Text], str]) -> tuple[CardLine, bool]:
    """The line as the record keeps it, and whether that is less than the card had."""
    english = in_english(text)
    kept = english[:LONGEST]
    whole = kept == english and len(label) <= LONGEST and len(canonical(text)) <= LARGEST
    return CardLine(part=part, label=label[:LONGEST], text=text if whole else kept, english=kept), not whole


def write_card(card: RecordedCard) -> str:
    """Write a card for the fact of a record."""
    counts = {name: getattr(card, name) for name in ("cut", "left_out", "withheld")}
    return canonical({"language": card.language, "lines": [_line_as_json(line) for line in card.lines], **counts})


def _line_as_json(line: CardLine) -> dict[str, Any]:
    told: dict[str, Any] = {"part": line.part.value, "english": line.english}
    if line.label:
        told["label"] = line.label
    if isinstance(line.text, Message):
        told["message"] = write_text(line.text)
    return told


def read_card(stored: object) -> RecordedCard | None:
    """Read the card of a record; None where there is none, or what stands there is something else."""
    try:
        found: Any = json.loads(str(stored))
        counts = {name: int(found[name]) for name in ("cut", "left_out", "withheld")}
        lines = tuple(map(_read_line, found["lines"]))
        return RecordedCard(language=str(found["language"]), lines=lines, **counts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _read_line(row: Mapping[str, Any]) -> CardLine:
    english = str(row["english"])
    text = read_text(row["message"]) if "message" in row else english
    return CardLine(part=Part(row["part"]), label=str(row.get("label", "")), text=text, english=english)


def change_card(stored: str, change: Callable[[str], str]) -> str:
    """Apply `change` to every text of others in a stored card; what is none is changed as a text."""
    card = read_card(stored)
    if card is None:
        return change(stored)
    lines = (
        replace(line, label=change(line.label), text=map_text(line.text, change), english=change(line.english))
        for line in card.lines
    )
    return write_card(replace(card, lines=tuple(lines)))


def restore_plan(plan: Plan, card: RecordedCard, explain_gap: Callable[[Text], Message | None]) -> Plan:
    """The plan with what the card said of it. English stands for a message that the catalogues cannot say.

    `explain_gap` says why they cannot, and None where they can.
    """
    told = [(line, line.english if explain_gap(line.text) else line.text) for line in card.lines]

    def texts_of(part: Part) -> tuple[Text, ...]:
        return tuple(text for line, text in told if line.part is part)

    undo = next(((line, text) for line, text in told if line.part is Part.UNDO), None)
    link = next((PageLink(label=text, address=line.label) for line, text in told if line.part is Part.LINK), None)
    return replace(
        plan,
        summary=next(iter(texts_of(Part.SUMMARY)), plan.summary),
        calls=tuple(Call(method=line.label, params={}, note=text) for line, text in told if line.part is Part.CALL),
        notes=texts_of(Part.NOTE),
        undo=replace(
            plan.undo,
            kind=UndoKind(undo[0].label) if undo else plan.undo.kind,
            sentence=undo[1] if undo else "",
            line=str(next(iter(texts_of(Part.UNDO_LINE)), "")),
        ),
        link=link,
        warnings=texts_of(Part.WARNING),
        radius=texts_of(Part.RADIUS),
        impact=tuple(_restore_impact(told)),
    )


def _restore_impact(told: list[tuple[CardLine, Text]]) -> Iterator[Impact]:
    for number, (line, text) in enumerate(told):
        if line.part is Part.IMPACT:
            details = []
            for other, detail in told[number + 1 :]:
                if other.part is not Part.DETAIL:
                    break
                details.append(detail)
            sentence = text if isinstance(text, Message) else _in_english(line.text, line.english)
            yield Impact(label=line.label, sentence=sentence, details=tuple(details))


def _in_english(recorded: Text, english: str) -> Message:
    """The English of a row of the impact. Its number stays a number for programs."""
    if isinstance(recorded, str):
        return Message("audit.card.english_only", text=english)
    count = recorded.arguments.get("count")
    if isinstance(count, int):
        return Message("audit.card.counted_in_english", count=count, text=english)
    return Message("audit.card.shown_in_english", text=english)
