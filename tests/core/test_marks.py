"""Only the bot writes a mention: whatever is typed stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import marks
from bot.core.characters import drop_invisible
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
        marks.render(text, person=lambda user: mention("@", user), channel=lambda room: mention("#", room)),
        mentioned,
    )


@given(typed)
def test_typed_text_never_mentions_anybody(text: str) -> None:
    stripped = marks.strip(text)
    assert shown(stripped) == (stripped, [])
    assert shown(drop_invisible(text))[1] == []


@given(typed, typed, typed)
def test_between_typed_texts_exactly_the_bots_own_mentions_stand(one: str, two: str, three: str) -> None:
    text = f"{marks.strip(one)}{marks.person(ANNA)}{marks.strip(two)}{marks.channel('C1')}{marks.strip(three)}"
    rendered, mentioned = shown(text)
    assert mentioned == ["@U0001", "#C1"]
    assert rendered == f"{marks.strip(one)}<@U0001>{marks.strip(two)}<#C1>{marks.strip(three)}"


@given(typed)
def test_stripping_takes_out_marks_and_nothing_else(text: str) -> None:
    assert marks.strip(text) == "".join(char for char in text if char not in "\ue000\ue001\ue002")


def test_people_and_channels_are_told_apart() -> None:
    assert shown(f"{marks.person(ANNA)} {marks.person(BORIS)} {marks.channel('C9')}") == (
        "<@U0001> <@U0002> <#C9>",
        ["@U0001", "@U0002", "#C9"],
    )


def test_the_account_at_the_shell_is_written_out() -> None:
    assert marks.person(SHELL) == "local:root"


@pytest.mark.parametrize("text", ["\ue000U1", "U1\ue002", "\ue002U1\ue000", ""])
def test_half_a_mark_is_no_mention(text: str) -> None:
    assert shown(text)[1] == []


def test_a_person_of_another_team_is_mentioned_by_user_id() -> None:
    assert shown(marks.person(Principal(team="T0009", user="W1")))[1] == ["@W1"]
