"""Whatever happens, no secret is in a log at its most talkative, in an exception, in an outcome or in the records."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.plugin import PluginError
from plugins.bitrix24.auth.credentials import CredentialStore
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

FAULTS = ["lost_before", "lost_after", "error_html", "html", "truncated", "unavailable", "false_nested", "too_many"]


def secrets_of(plugin_bot: PluginBot) -> list[str]:
    """All values that must not be seen: those the bot began with and those it was given since."""
    tokens = plugin_bot.portal.world.tokens
    return [plugin_bot.portal.client_secret, *tokens.access, *tokens.refresh]


@pytest.fixture
def talkative(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def everything(error: BaseException) -> str:
    """An exception as a crash reporter would write it, with the values it was raised beside."""
    found = [*traceback.format_exception(error), repr(error.__dict__)]
    inner: BaseException | None = error
    while inner is not None:
        assert inner.__cause__ is None, "an exception of a library is not chained to ours"
        found.append(repr(inner.args))
        inner = inner.__context__
    return "".join(found)


@pytest.mark.parametrize("reads", ["query", "body"])
def test_a_life_with_every_fault_shows_no_secret(
    make_plugin_bot: Callable[..., PluginBot], talkative: pytest.LogCaptureFixture, tmp_path: Path, reads: str
) -> None:
    plugin_bot = make_plugin_bot(short=True)
    plugin_bot.switch(oauth_reads_body=reads)
    seen: list[str] = []
    for kind in FAULTS:
        for method in ("imconnector.list", "imconnector.unregister", "oauth.token"):
            plugin_bot.expire()
            plugin_bot.fault(kind, method)
            seen += tried(plugin_bot)
            plugin_bot.portal.world.faults.clear()
            plugin_bot.clock.sleep(31.0)
            plugin_bot.store_again(plugin_bot.issue())
    plugin_bot.expire("both")
    seen += tried(plugin_bot)
    said = "\n".join([*seen, talkative.text, *(repr(record.__dict__) for record in own(talkative))])
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in secrets_of(plugin_bot):
        assert secret not in said
        assert secret.encode() not in stored


def own(talkative: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in talkative.records if record.name.startswith(("b24bot", "urllib3", "requests"))]


def tried(plugin_bot: PluginBot) -> list[str]:
    """What a reading and a changing call leave behind."""
    found = [repr(plugin_bot.perform_remove()), repr(plugin_bot.services.records.all("portal_health"))]
    try:
        found.append(repr(plugin_bot.run("connector list")))
    except PluginError as error:
        found.append(everything(error))
    return found


def test_a_portal_that_echoes_the_token_is_not_repeated(
    plugin_bot: PluginBot, talkative: pytest.LogCaptureFixture
) -> None:
    token = plugin_bot.portal.access_token
    body = {"error": "BRAND_NEW", "error_description": f"The token {token} is odd"}
    plugin_bot.fault("reply", "imconnector.list", status=400, body=body)
    error = plugin_bot.refusal("connector list")
    assert "The token *** is odd" in en(error.sentence)
    assert token not in everything(error) + talkative.text


def test_no_request_to_the_portal_has_a_query(plugin_bot: PluginBot, talkative: pytest.LogCaptureFixture) -> None:
    plugin_bot.expire()
    plugin_bot.perform(plugin_bot.plan())
    sent = [record.getMessage() for record in own(talkative) if "/rest/" in record.getMessage()]
    assert sent
    assert not [text for text in sent if "?" in text]


def test_what_the_plugin_hands_around_prints_without_its_secrets(plugin_bot: PluginBot) -> None:
    credential_store = CredentialStore(plugin_bot.services)
    held = credential_store.held(credential_store.portal("default"))
    assert held.credentials.access.reveal() == plugin_bot.portal.access_token
    shown = repr([plugin_bot.open(), plugin_bot.plugin, held, credential_store, held.credentials.secrets])
    assert not [secret for secret in secrets_of(plugin_bot) if secret in shown]
