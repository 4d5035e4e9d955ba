"""A message in words: in the reader's language, with its arguments as each surface shows them."""

from __future__ import annotations

import pytest

from bot.core import mentions
from bot.language.translation import PSEUDO, translate
from bot.plugin import Channel, CommandLine, Duration, Lines, Message, Person, Text, Time
from tests.tables.rows import each_row

NB = "\u00a0"


@each_row(
    ("text", "language", "words"),
    [
        ("Sales <EU>", "ru", "Sales <EU>"),
        (Message("time.minutes", count=1), "en", "1 minute"),
        (Message("time.minutes", count=15_000), "en", "15,000 minutes"),
        (Message("time.minutes", count=1), "ru", f"1{NB}минута"),
        (Message("time.minutes", count=3), "ru", f"3{NB}минуты"),
        (Message("time.minutes", count=11), "ru", f"11{NB}минут"),
        (Message("time.minutes", count=15_000), "ru", f"15{NB}000{NB}минут"),
        (Message("change.absent"), "de", "absent"),
        (Message("change.state", label="registration", state=Message("change.absent")), "en", "registration: absent"),
        (
            Message("answer.sentence_and_list", sentence=Message("outcome.done"), lines=Lines(lines=("one", "two"))),
            "en",
            "Done.\n• one\n• two",
        ),
        (Message("strange.key", name="x"), "en", "strange.key (name: x)"),
        (Message("strange.key"), "ru", "strange.key"),
    ],
)
def test_a_message_has_the_words_of_its_language(text: Text, language: str, words: str) -> None:
    assert translate(text, language) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (1, "1 second"),
        (90_000, "90 seconds"),
        (60_000, "1 minute"),
        (7_200_000, "2 hours"),
        (172_800_000, "2 days"),
    ],
)
def test_a_duration_is_told_in_the_unit_it_is_whole_in(milliseconds: int, words: str) -> None:
    message = Message("change.state", label="x", state=Duration(duration=milliseconds))
    assert translate(message) == f"x: {words}"


def test_what_a_surface_shows_in_its_own_way_is_a_mark() -> None:
    about = (
        Person(person="T0001:U0002"),
        Channel(channel="C0003"),
        Time(time=1_772_373_900_000),
        CommandLine(command_line="freeze now"),
    )
    message = Message("change.state", label="x", state=about)
    marked = translate(message)
    assert mentions.unmark(marked) == "x: T0001:U0002, #C0003, 2026-03-01 14:05 UTC, freeze now"
    shown = mentions.replace_marks(
        marked, person="<{}>".format, channel="#{}".format, time=str, command_line="`{}`".format
    )
    assert shown == "x: <T0001:U0002>, #C0003, 1772373900000, `freeze now`"


def test_the_pseudo_language_marks_every_message_and_nothing_else() -> None:
    message = Message("change.state", label="Sales", state=Message("change.absent"))
    assert translate(message, PSEUDO) == "⟦Sales: ⟦absent⟧⟧"
    assert translate("Sales", PSEUDO) == "Sales"
