"""Other words for commands: plural nouns, a noun alone, verbs without a noun, and what is only offered."""

from __future__ import annotations

from typing import Annotated

import pytest

from bot.core.bot_errors import WordsError
from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import understand
from bot.host.word_checks import find_collisions
from bot.plugin import Arg, Group, Reply, Risk
from tests.language.english import en

Name = Annotated[str, Arg(help="its name", label="NAME")]
boats: Group[None] = Group("boat", help="Boats.", words={"en": ("ship",), "ru": ("лодка",)})
crews: Group[None] = Group("crew", help="Crews.", words={"ru": ("команда",)})


@boats.command("list", words={"en": ("ls",)}, risk=Risk.READ)
def list_boats(_: None) -> Reply:
    """List them."""
    return Reply(title="boats")


@boats.command("remove", words={"en": ("rm", "delete"), "ru": ("удалить",)}, risk=Risk.DESTROY)
def remove_boat(_: None, name: Name) -> Reply:
    """Remove one."""
    return Reply(title=name)


@crews.command("find", words={"en": ("ls",)}, risk=Risk.READ)
def find_crews(_: None) -> Reply:
    """Find them."""
    return Reply(title="crews")


@crews.command("remove", words={"en": ("rm",), "ru": ("удалить",)}, risk=Risk.GOVERN)
def remove_crew(_: None, name: Name) -> Reply:
    """Remove one."""
    return Reply(title=name)


COMMANDS = Commands([*boats, *crews])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("boats", "boat list"),
        ("BOAT", "boat list"),
        ("ship", "boat list"),
        ("лодка", "boat list"),
        ("boat ls", "boat list"),
        ("boats rm blue", "boat remove blue"),
        ("ship delete blue", "boat remove blue"),
        ("crews", "crew find"),
        ("crew --dry-run", "crew find"),
    ],
)
def test_other_words_are_read_as_the_command_they_stand_for(typed: str, read: str) -> None:
    assert understand(COMMANDS, typed).invocation.line == read


@pytest.mark.parametrize(
    ("typed", "meant", "others"),
    [
        ("remove blue", "boat remove blue", ["crew remove blue"]),
        ("rm blue", "boat remove blue", ["crew remove blue"]),
        ("удалить blue", "лодка удалить blue", ["команда удалить blue"]),
        ("delete blue", "boat remove blue", []),
        ("remvoe blue", "boat remove blue", ["crew remove blue"]),
        ("ls", "boat list", ["crew find"]),
        ("boats remvoe blue", "boats remove blue", []),
        ("bota remove blue", "boat remove blue", []),
        ("xyzzy", "help", []),
    ],
)
def test_what_is_no_command_is_refused_with_the_nearest_one(typed: str, meant: str, others: list[str]) -> None:
    with pytest.raises(WordsError) as refused:
        understand(COMMANDS, typed)
    assert refused.value.suggestion == meant
    assert [line for line in others if line not in en(refused.value.hint)] == []


def test_a_word_that_is_the_plural_of_another_noun_or_means_two_verbs_collides() -> None:
    fleets: Group[None] = Group("fleet", help="Fleets.", words={"en": ("boats",)})

    @fleets.command("list", words={"en": ("rm",)}, risk=Risk.READ)
    def list_fleets(_: None) -> Reply:
        """List them."""
        return Reply(title="")

    @fleets.command("remove", words={"en": ("rm",)}, risk=Risk.DESTROY)
    def remove_fleet(_: None) -> Reply:
        """Remove one."""
        return Reply(title="")

    found = {(one.word, one.first, one.second) for one in find_collisions([*boats, *fleets])}
    assert found == {("boats", "boat", "fleet"), ("rm", "fleet list", "fleet remove")}
    assert list_fleets(None) == remove_fleet(None)
