"""A command about another command takes the rest of the line, with the options of that one, as one text."""

from __future__ import annotations

import pytest

from bot.core.parsing.invocation import understand
from bot.usecases.admin.builtin_plugin import make_registry

COMMANDS = make_registry(()).commands


@pytest.mark.parametrize(
    ("typed", "inner"),
    [
        ("@U0LGA freeze", "freeze"),
        ("@U0LGA connector remove wa_eu --portal prod", "connector remove wa_eu --portal prod"),
        ("@U0LGA 'connector remove wa_eu --portal prod'", "connector remove wa_eu --portal prod"),
        ('@U0LGA thing remove one --reason "old number" --dry-run', 'thing remove one --reason "old number" --dry-run'),
        ("--channel C0123 @U0LGA thing remove --at 5", "thing remove --at 5"),
        ("@U0LGA --channel=C0123 --at 2026-03-02T18:30 thing remove --channel C9", "thing remove --channel C9"),
    ],
)
def test_the_options_behind_the_inner_command_are_its_own(typed: str, inner: str) -> None:
    read = understand(COMMANDS, f"policy test {typed}")
    assert read.arguments["line"] == inner
    assert read.invocation.reason == ""
    again = understand(COMMANDS, read.invocation.line)
    assert again.arguments == read.arguments


def test_the_command_is_read_in_russian_with_the_inner_line_as_typed() -> None:
    read = understand(COMMANDS, "политика проверить @U0LGA --канал C0123 доступ выдать @U0GLEB оператор --на 8ч")
    assert (read.command.path, read.arguments["channel"]) == ("policy test", "C0123")
    assert read.arguments["line"] == "доступ выдать @U0GLEB оператор --на 8ч"


def test_a_line_of_another_command_is_read_as_before() -> None:
    assert understand(COMMANDS, "access grant @U0LGA operator --for 8h").arguments["for_"] == 8 * 3_600_000
