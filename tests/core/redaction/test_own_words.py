"""Redaction leaves the bot's own words as they are: hints about set-up, names of settings, all it can say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.checks.table import CHECKS
from bot.core.redaction.redactor import redact
from bot.host.plugin_catalogues import bind_plugin_catalogue
from bot.settings import HOST_SETTINGS
from bot.slack.disconnect_reasons import DISCONNECTS, LINK_DISABLED
from bot.slack.refusals import REFUSALS
from bot.slack.token_errors import APP_TOKEN, BOT_TOKEN, token_refused
from bot.usecases.chat.chat_refusals import Subject
from bot.usecases.chat.delivery_errors import DeliveryError
from plugins.bitrix24.plugin import plugin
from tests.language.english import en
from tests.tables.quick import fewer

bind_plugin_catalogue(plugin)

ROOT = Path(__file__).parents[3]
ELSEWHERE = ("bot/playground/workspace/", "plugins/bitrix24/simulator/", "bot/core/redaction/secret_patterns.py")
"""Code whose texts are no words of the bot: simulators, which hold invented secrets, and the patterns themselves."""
SAID = [
    "Look under Basic Information of the Slack app.",
    "Basic information for the team",
    "Sent as a bearer token in the header Authorization.",
    "Set B24BOT_SIGNING_SECRET, SLACK_SIGNING_SECRET and BITRIX24_CLIENT_SECRET.",
    "SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with xapp-.",
    "The bot's token, xoxb-…, from OAuth & Permissions.",
    "B24BOT_SECRET_CLIENT_SECRET holds it for one run.",
    "password: ask the admin of the portal for it",
    "Others can read the key file /home/b24/.config/b24bot/key.",
    "‹secret, 32 characters, #a1b2c3›",
]


@pytest.mark.parametrize("text", SAID)
def test_a_hint_about_setting_up_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_every_refusal_of_a_token_and_every_disconnect_stays_readable() -> None:
    tokens = [code for code, refusal in REFUSALS.items() if refusal.subject is Subject.TOKEN]
    assert len(tokens) >= 10
    for code in (*tokens, LINK_DISABLED):
        for setting in (BOT_TOKEN, APP_TOKEN):
            refused = token_refused(setting, DeliveryError(code))
            assert refused is not None
            told = f"{en(refused.sentence)} {en(refused.hint)}"
            assert redact(told) == told
    for each in DISCONNECTS.values():
        told = f"{en(each.why)} {en(each.hint)}"
        assert redact(told) == told


def test_every_setting_and_check_stays_readable() -> None:
    for setting in (*HOST_SETTINGS, *plugin.settings):
        meaning = en(setting.help)
        for text in (f"{setting.name} is not set.", meaning, f"{setting.name}: {meaning}"):
            assert redact(text) == text
    for check in CHECKS:
        assert redact(f"{check.name}: {check.look.__doc__}") == f"{check.name}: {check.look.__doc__}"


def sentences() -> Iterator[tuple[str, str]]:
    """Every text with a blank in it that the bot can say, by the place where it stands; what is filled in is a name."""
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(ELSEWHERE):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "name" for part in parts)
            if (
                isinstance(node, ast.JoinedStr | ast.Constant)
                and " " in text
                and isinstance(getattr(node, "value", ""), str)
            ):
                yield f"{place}:{node.lineno}", text


def test_every_sentence_of_the_source_stays_readable() -> None:
    """Also those that nobody thought of: texts for logs and programmers, docstrings."""
    said = list(sentences())
    assert len(said) > 2_000
    assert [(place, text) for place, text in said[:: fewer(1, 4)] if redact(text) != text] == []


def catalogued() -> Iterator[tuple[str, str]]:
    """Every sentence of the catalogues, in each language, by its catalogue."""
    for path in sorted([*(ROOT / "bot").rglob("*.po"), *(ROOT / "plugins").rglob("*.po")]):
        with path.open("rb") as file:
            for entry in read_po(file):
                told = entry.string or ""
                for sentence in [told] if isinstance(told, str) else told:
                    yield path.relative_to(ROOT).as_posix(), sentence


def test_every_sentence_of_the_catalogues_stays_readable() -> None:
    said = list(catalogued())
    assert len(said) > 3_000
    assert [(place, text) for place, text in said if redact(text) != text] == []
