"""In the pseudo-language every sentence of the bot's own is marked: what is not, is in no catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.language.translation import PSEUDO
from bot.playground.environment import Playground
from tests.language.pseudo import find_unmarked
from tests.stories.scene import Scene

NOT_CONVERTED: Mapping[str, str] = {
    "help": "bot/usecases/admin/help_pages.py",
    "status": "bot/usecases/admin/status_report.py",
    "connector list": "plugins/bitrix24/commands",
}
"""Lines whose answers have words outside of messages still, each with where these are written. It only gets shorter."""
CONVERTED = (
    "conector list",
    "connector fly",
    "connector",
    "connector remove a b",
    "tractor",
    'connector show "x',
    *("request list", "request show CR-7", "request show seven", "whoami"),
    *("audit find --actor Nobody", "audit find --tag nothing", "audit find --subject CR-7"),
)


@pytest.fixture
def scene(make_full_bot: Callable[..., Playground]) -> Scene:
    return Scene(make_full_bot(settings={"B24BOT_LANGUAGE": PSEUDO}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("⟦Did you mean `/b24 help`?⟧", []),
        ("⟦a ⟦b⟧ c⟧ <@U0001> CR-1001 ⛔", []),
        ("*Role*: ⟦none⟧ at last", ["Role", "at", "last"]),
        ("⟦open", []),
    ],
)
def test_words_outside_of_messages_are_found(text: str, words: list[str]) -> None:
    assert find_unmarked(text) == words


def test_every_word_of_an_answer_is_in_a_message_but_for_what_is_not_converted_yet(scene: Scene) -> None:
    unmarked: dict[str, list[str]] = {}
    for seen, line in enumerate((*CONVERTED, *NOT_CONVERTED), start=1):
        scene.ask("Olga", line)
        (*_, last) = scene.workspace.wait_for(
            lambda seen=seen: (shown := scene.workspace.ephemerals("Olga"))[seen - 1 :] and shown, what=line
        )
        unmarked[line] = find_unmarked(scene.workspace.transcript(last).partition("\n")[2])
    assert {line: words for line, words in unmarked.items() if words and line not in NOT_CONVERTED} == {}
