"""People and roles: how they are read, and who reaches whom."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.principals import Principal, Role
from bot.plugin import BadArgument
from tests.core.samples import ANNA, SHELL
from tests.language.english import en, raises
from tests.tables.rows import each_row

LADDER = ["viewer", "operator", "approver", "admin"]


@each_row(("one", "other"), list(product(Role, Role)))
def test_a_role_reaches_itself_and_those_below(one: Role, other: Role) -> None:
    assert one.reaches(other) == (LADDER.index(one) >= LADDER.index(other))


@pytest.mark.parametrize("word", ["operator", "Operator", " OPERATOR "])
def test_a_role_is_read_however_it_is_capitalised(word: str) -> None:
    assert Role.parse(word) is Role.OPERATOR


@pytest.mark.parametrize("word", ["", "root", "admins", "оperator"])
def test_an_unknown_role_is_refused_with_the_list(word: str) -> None:
    with pytest.raises(BadArgument) as caught:
        Role.parse(word)
    assert en(caught.value.hint) == "The roles are viewer, operator, approver, and admin."


@pytest.mark.parametrize("text", ["T0001:U0002", " T0001:W0002 ", "E0001:U0002"])
def test_a_person_is_read_by_team_and_user(text: str) -> None:
    assert Principal.parse(text).id == text.strip()


@each_row(
    "text",
    [
        "",
        "U0002",
        "T0001",
        "T0001:",
        ":U0002",
        "T0001:U0002:U0003",
        "t0001:u0002",
        "T0001-U0002",
        "<@U0002>",
        "@anna",
        "local:root",
        "T0001:C0002",
        "T0001:U0002\nT1:U2",
        "Т0001:U0002",  # a Cyrillic letter
        "T0001:U\ue002",
        "T" * 30 + ":U0002",
    ],
)
def test_what_is_not_a_person_of_slack_is_refused_with_the_way_to_find_out(text: str) -> None:
    with pytest.raises(BadArgument) as caught:
        Principal.parse(text)
    assert "T0001:U0002" in en(caught.value.hint)


def test_what_was_stored_reads_as_the_same_person() -> None:
    for person in (ANNA, SHELL, Principal.shell("a:b")):
        assert Principal.read(person.id) == person


def test_only_the_shell_is_local() -> None:
    assert SHELL.local
    assert SHELL.id == "local:root"
    assert not ANNA.local


@pytest.mark.parametrize("text", ["@U0002", " @U0002 ", "@W0002"])
def test_a_mention_by_id_is_somebody_of_the_workspace_at_hand(text: str) -> None:
    assert Principal.named(text) == Principal(team="", user=text.strip()[1:])


def test_a_person_with_a_team_is_read_as_ever() -> None:
    assert Principal.named("T0001:U0002") == Principal(team="T0001", user="U0002")


@pytest.mark.parametrize("text", ["@anton", "U0002", "@U", "@u0002", "anton", "", "@B0002", "@U0002 x", "@U02\n@U03"])
def test_a_name_is_nobody(text: str) -> None:
    with raises(BadArgument, match="is not a Slack person"):
        Principal.named(text)
