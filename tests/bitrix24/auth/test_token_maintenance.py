"""Pairs that nobody uses are renewed before the portal forgets them, rarely, and their age is told when that fails."""

from __future__ import annotations

import logging

import pytest

from plugins.bitrix24.auth import audit_events, token_maintenance
from plugins.bitrix24.auth.backup_tokens import REFUSED, BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.auth.token_maintenance import IDLE_DAYS, idle_days
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.traffic.portal_connections import Connections
from tests.bitrix24.auth.test_token_refresh import generation
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

DAY = 86_400


def days(plugin_bot: PluginBot, number: float) -> None:
    """Time passes, for the bot and for the portal."""
    plugin_bot.clock.advance(number * DAY)
    plugin_bot.portal.clock.advance(number * DAY)


def maintain_tokens(plugin_bot: PluginBot) -> int:
    """Let the plugin look after tokens alone; how often it asked the token endpoint for that."""
    before = len(plugin_bot.refreshes())
    token_maintenance.maintain_tokens(plugin_bot.services, Connections())
    return len(plugin_bot.refreshes()) - before


def test_a_pair_in_use_is_left_alone(plugin_bot: PluginBot) -> None:
    assert maintain_tokens(plugin_bot) == 0
    days(plugin_bot, IDLE_DAYS - 0.5)
    assert maintain_tokens(plugin_bot) == 0
    assert plugin_bot.rows("connector list"), "renewed on the way, by a call"
    days(plugin_bot, IDLE_DAYS - 0.5)
    assert maintain_tokens(plugin_bot) == 0


def test_an_idle_pair_is_renewed_once_and_then_every_three_weeks(plugin_bot: PluginBot) -> None:
    renewed = 0
    for _ in range(24 * 10):
        days(plugin_bot, 0.5)
        renewed += maintain_tokens(plugin_bot)
    assert renewed == 120 // IDLE_DAYS
    assert generation(plugin_bot) == 1 + renewed
    assert len(plugin_bot.recorded(audit_events.TOKENS_RENEWED.tag)) == renewed
    assert plugin_bot.rows("connector list")


def test_without_being_looked_after_the_pair_dies(plugin_bot: PluginBot) -> None:
    """The simulated portal keeps to the 180 days, so the test above means something."""
    days(plugin_bot, 181)
    assert "has no access to this portal" in en(plugin_bot.refusal("connector list").sentence)


def test_a_spare_is_proven_soon_and_then_kept_alive(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    assert maintain_tokens(plugin_bot) == 1
    known = BackupTokenStore(plugin_bot.services).known(CredentialStore(plugin_bot.services).portal("default"))
    assert known is not None
    assert known.proven
    assert maintain_tokens(plugin_bot) == 0
    for _ in range(10):
        days(plugin_bot, IDLE_DAYS)
        assert plugin_bot.rows("connector list")
        assert maintain_tokens(plugin_bot) == 1, "the spare; the pair in use was renewed by the call"
    plugin_bot.lose()
    assert plugin_bot.rows("connector list")
    assert plugin_bot.recorded(audit_events.TOKENS_REPLACED.tag)


def test_a_spare_that_is_refused_is_told_and_asked_for_no_more(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.lose("default#spare")
    assert maintain_tokens(plugin_bot) == 1
    assert maintain_tokens(plugin_bot) == 0
    (record,) = plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag)
    assert (record.facts["chain"], record.facts["code"]) == ("spare", "invalid_grant")
    assert plugin_bot.services.secrets.read("default#spare") is None
    (note,) = plugin_bot.reply("portal check").notes
    assert "the last pair is lost. " in en(note)
    known = BackupTokenStore(plugin_bot.services).known(CredentialStore(plugin_bot.services).portal("default"))
    assert known is not None
    assert known.state == REFUSED


@pytest.mark.parametrize("fault", ["lost_before", "error_html"])
def test_a_token_endpoint_in_trouble_costs_nothing_but_one_question_each_time(
    plugin_bot: PluginBot, fault: str
) -> None:
    plugin_bot.store_spare()
    plugin_bot.fault(fault, "oauth.token", times=2)
    assert [maintain_tokens(plugin_bot) for _ in range(4)] == [1, 1, 1, 0]
    assert plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag) == []


def test_a_locked_out_pair_is_left_to_a_person(plugin_bot: PluginBot) -> None:
    plugin_bot.lose()
    plugin_bot.refusal("connector list")
    days(plugin_bot, IDLE_DAYS + 1)
    assert maintain_tokens(plugin_bot) == 0


def paid(plugin_bot: PluginBot, yes: bool) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.change_app(plugin_bot.portal.client_id, paid=yes)


def test_a_pair_that_is_refused_for_a_reason_that_may_pass_is_tried_once_a_day(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    paid(plugin_bot, False)
    plugin_bot.refusal("connector list")
    asked = 0
    for _ in range(24):
        days(plugin_bot, 0.25)
        asked += maintain_tokens(plugin_bot)
    assert asked == 6
    assert len(plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag)) == 1, "the same refusal is no news"
    paid(plugin_bot, True)
    days(plugin_bot, 1)
    assert maintain_tokens(plugin_bot) == 1
    assert generation(plugin_bot) == 2
    assert maintain_tokens(plugin_bot) == 0


def test_a_refusal_does_not_make_a_pair_young(plugin_bot: PluginBot) -> None:
    days(plugin_bot, 5)
    plugin_bot.expire()
    assert plugin_bot.rows("connector list"), "renewed on the way, by a call"
    plugin_bot.expire()
    paid(plugin_bot, False)
    plugin_bot.refusal("connector list")
    days(plugin_bot, 26)
    plugin_bot.refusal("connector list")
    assert idle_days(plugin_bot.services, CredentialStore(plugin_bot.services).portal("default")) == 26


def test_an_idle_pair_that_is_lost_is_replaced_by_the_spare(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    maintain_tokens(plugin_bot)
    days(plugin_bot, IDLE_DAYS + 1)
    plugin_bot.lose()
    maintain_tokens(plugin_bot)
    assert len(plugin_bot.recorded(audit_events.TOKENS_REPLACED.tag)) == 1
    assert plugin_bot.rows("connector list")


@pytest.mark.parametrize(("age", "words"), [(25, ""), (26, "only 28 days"), (149, "only 28 days"), (150, "180 days")])
def test_an_old_pair_is_told_in_the_log_and_by_check(
    plugin_bot: PluginBot, age: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    plugin_bot.portal.clock.advance(0)
    plugin_bot.clock.advance(age * DAY)
    plugin_bot.fault("lost_before", "oauth.token", times="forever")
    with caplog.at_level(logging.WARNING):
        maintain_tokens(plugin_bot)
    notes = " ".join(map(en, plugin_bot.reply("portal check").notes))
    assert (f"The refresh token was last renewed {age} days ago" in notes) is bool(words)
    assert words in notes
    assert words in caplog.text


def test_what_goes_wrong_with_one_portal_stops_no_other(
    plugin_bot: PluginBot, caplog: pytest.LogCaptureFixture
) -> None:
    plugin_bot.run(
        "portal add",
        name="another",
        domain=plugin_bot.portal.url,
        member_id="m2",
        client_id="c",
        client_secret=Secret("s"),
        access_token=Secret("a"),
        refresh_token=Secret("r"),
    )
    plugin_bot.services.secrets.delete("default")
    plugin_bot.clock.advance(IDLE_DAYS * DAY)
    with caplog.at_level(logging.WARNING):
        assert maintain_tokens(plugin_bot) == 1
    assert "the tokens of the portal default cannot be looked after" in caplog.text


def test_replaced_credentials_are_as_old_as_their_replacement(plugin_bot: PluginBot) -> None:
    days(plugin_bot, 175)
    plugin_bot.store_again(plugin_bot.issue())
    known = CredentialStore(plugin_bot.services).portal("default")
    assert idle_days(plugin_bot.services, known) == 0
    assert token_maintenance.list_token_warnings(plugin_bot.services, known) == []
    assert not list(plugin_bot.recorded("portal:warning:raised"))
