"""Only the bot writes a mention: whatever is typed stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import mentions
from bot.core.parsing.characters import drop_invisible
from bot.core.principals import Principal
from tests.core.samples import ANNA, BORIS, SHELL

typed = st.text(st.sampled_from("\ue000\ue001\ue002<@!U0 >C|a"), max_size=20) | st.text()


def shown(text: str) -> tuple[str, list[str]]:
    """The text with every mention replaced, and whom it mentioned."""
    mentioned: list[str] = []

    def mention(kind: str, name: str) -> str:
        mentioned.append(f"{kind}{name}")
        return f"<{kind}{name}>"

    return (
        mentions.replace_marks(text, person=lambda user: mention("@", user), channel=lambda room: mention("#", room)),
        mentioned,
    )


@given(typed)
def test_typed_text_never_mentions_anybody(text: str) -> None:
    stripped = mentions.remove_marks(text)
    assert shown(stripped) == (stripped, [])
    assert shown(drop_invisible(text))[1] == []


@given(typed, typed, typed)
def test_between_typed_texts_exactly_the_bots_own_mentions_stand(one: str, two: str, three: str) -> None:
    first, second, third = map(mentions.remove_marks, (one, two, three))
    text = f"{first}{mentions.person(ANNA)}{second}{mentions.channel('C1')}{third}"
    rendered, mentioned = shown(text)
    assert mentioned == ["@T0001:U0001", "#C1"]
    assert (
        rendered
        == f"{mentions.remove_marks(one)}<@T0001:U0001>{mentions.remove_marks(two)}<#C1>{mentions.remove_marks(three)}"
    )


@given(typed)
def test_stripping_takes_out_marks_and_nothing_else(text: str) -> None:
    assert mentions.remove_marks(text) == "".join(char for char in text if char not in "\ue000\ue001\ue002")


def test_people_and_channels_are_told_apart() -> None:
    assert shown(f"{mentions.person(ANNA)} {mentions.person(BORIS)} {mentions.channel('C9')}") == (
        "<@T0001:U0001> <@T0001:U0002> <#C9>",
        ["@T0001:U0001", "@T0001:U0002", "#C9"],
    )


def test_the_account_at_the_shell_is_marked_as_people_are() -> None:
    assert shown(mentions.person(SHELL))[1] == ["@local:root"]


@pytest.mark.parametrize("text", ["\ue000U1", "U1\ue002", "\ue002U1\ue000", ""])
def test_half_a_mark_is_no_mention(text: str) -> None:
    assert shown(text)[1] == []


def test_a_person_of_another_team_keeps_that_team() -> None:
    assert shown(mentions.person(Principal(team="T0009", user="W1")))[1] == ["@T0009:W1"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (mentions.person(ANNA), "T0001:U0001"),
        (mentions.person(SHELL), "local:root"),
        (mentions.person(Principal(team="", user="U0001")), "@U0001"),
        ("\ue000U0001\ue002", "@U0001"),
        (mentions.channel("C9"), "#C9"),
        (mentions.mark_account("T0001:U0001"), "T0001:U0001"),
    ],
)
def test_where_nothing_is_a_mention_a_person_is_the_whole_id(text: str, written: str) -> None:
    assert mentions.unmark(text) == written


@pytest.mark.parametrize(
    "stored", ["b24bot", "CR-1001", "access:T0001:U0001", "T0001:", ":U0001", "\ue000b24bot\ue002"]
)
def test_what_is_nobodys_id_is_no_person(stored: str) -> None:
    assert mentions.mark_account(stored) == mentions.remove_marks(stored)
    assert not mentions.has_person_mark(mentions.mark_account(stored))


def test_a_target_names_the_person_it_is_about() -> None:
    assert mentions.target(f"access:{ANNA.id}") == f"access:{mentions.person(ANNA)}"
    assert mentions.target("connector:access:T0001:U0001") == "connector:access:T0001:U0001"
    assert [mentions.find_person_id(each) for each in (f"access:{ANNA.id}", "access:x", ANNA.id)] == [ANNA.id, "", ""]


def test_those_who_are_concerned_are_named_alike_in_a_text_and_nobody_else_is() -> None:
    naming = mentions.make_namer((ANNA.id, SHELL.id, "CR-1001"), lambda one: f"<{one}>")
    text = "@U0001, T0001:U0001, T0001:U00011, @U0002, local:root and @root"
    assert naming(text) == "<T0001:U0001>, <T0001:U0001>, T0001:U00011, @U0002, <local:root> and @root"
    assert mentions.make_namer(("CR-1001",), str.lower)("CR-1001") == "CR-1001"


def test_people_that_an_older_release_marked_are_the_same_people() -> None:
    older = "\ue000U0001\ue002 (T0001:U0001) has no role; local:root ran it, and \ue000U0002\ue002"
    now = f"{mentions.person(ANNA)} has no role; {mentions.person(SHELL)} ran it, and {mentions.person(BORIS)}"
    assert mentions.unify_marks(older) == mentions.unify_marks(now)
    assert mentions.unify_marks(now) != mentions.unify_marks(now.replace("U0002", "U0003"))


def test_a_person_in_a_typed_line_is_told_by_id_and_by_the_name_that_stood_there() -> None:
    line = f"ask {mentions.typed('OLGA', 'olga')}, {mentions.typed('U0002')} and {mentions.typed('U0003', '')}"
    assert mentions.render_typed(line, lambda user, name: f"{user}/{name}") == "ask OLGA/olga, U0002/ and U0003/"


@pytest.mark.parametrize("stored", ["T0001:U0001", "HQ:OLGA", "E0001:W0002"])
def test_an_id_of_a_person_is_told_whatever_chat_gave_it(stored: str) -> None:
    assert mentions.is_person(stored)
    assert shown(mentions.mark_account(stored))[1] == [f"@{stored}"]


@pytest.mark.parametrize("stored", ["b24bot", "connector:myconnector", "12:30", "HQ:", ":OLGA", "HQ:olga", ""])
def test_what_is_no_id_of_a_person_is_no_mention(stored: str) -> None:
    assert shown(mentions.mark_account(stored)) == (stored, [])
