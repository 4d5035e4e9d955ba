"""A limit says why and when to ask again, one sentence behind the other: each has to be a whole one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.authority.limits import Limit
from bot.language.translation import translate
from bot.plugin import Message
from bot.usecases.integrity.active_limits import refuse_by_limit
from tests.slack.render.limit_cases import LIMITS

BOT = Path(__file__).parents[2] / "bot"
UNTIL = re.compile(r'Message\("(limit\.until\.\w+)"\)')
BEGINNINGS = {"en": "Ask again after ", "ru": "Повторите запрос"}
HALF = re.compile(r"[.!?] [a-zа-яё](?!24bot)")
"""A full stop, and then a sentence without a capital; b24bot's own name has none."""


def test_every_time_to_ask_again_is_drawn() -> None:
    in_code = {key for path in BOT.rglob("*.py") for key in UNTIL.findall(path.read_text("utf-8"))}
    assert in_code == {limit.until.key for limit in LIMITS}


@pytest.mark.parametrize("language", BEGINNINGS)
@pytest.mark.parametrize("limit", LIMITS, ids=[limit.name for limit in LIMITS])
def test_a_limit_is_said_in_whole_sentences(limit: Limit, language: str) -> None:
    until = translate(limit.until, language)
    assert until.startswith(BEGINNINGS[language])
    assert until.endswith(".")
    for said in (limit.sentence, refuse_by_limit(limit).sentence):
        assert isinstance(said, Message)
        assert translate(said, language).endswith(f". {until}")
        assert HALF.findall(translate(said, language)) == []
