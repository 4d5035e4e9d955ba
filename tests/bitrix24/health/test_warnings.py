"""People are warned once when something begins, daily while the bot cannot work, and hear once that it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core.audit.audit_sentences import describe
from bot.plugin import CallVerdict, PluginError
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.diagnosis import portal_maintenance
from plugins.bitrix24.health.access_losses import GUIDE
from plugins.bitrix24.health.portal_refusals import HOLD_MS, PortalRefusals
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.traffic.portal_connections import Connections
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

DAY = 86_400


def pass_time(plugin_bot: PluginBot, days: float) -> None:
    """For the bot and for the portal."""
    plugin_bot.clock.advance(days * DAY)
    plugin_bot.portal.clock.advance(days * DAY)


def told(plugin_bot: PluginBot, subject: str = "", *, ended: bool = False) -> list[str]:
    """The sentences of the warnings so far, oldest first."""
    event = audit_events.WARNING_ENDED if ended else audit_events.WARNING_RAISED
    records = [each for each in plugin_bot.recorded(event.tag) if subject in ("", each.facts["warning"])]
    return [str(each.facts["sentence"]) for each in records]


def maintain(plugin_bot: PluginBot) -> None:
    plugin, services = plugin_bot.plugin, plugin_bot.services
    portal_maintenance.look_after_portals(services, Connections(), lambda portal: plugin.open(services, portal.place))


def use(plugin_bot: PluginBot) -> None:
    """Somebody types a command, whatever comes of it."""
    try:
        plugin_bot.run("connector list")
    except PluginError:
        plugin_bot.services.log.info("the portal does not work")


def change_app(plugin_bot: PluginBot, **values: Any) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.change_app(plugin_bot.portal.client_id, **values)


def change_plan(plugin_bot: PluginBot, **values: Any) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.plan = replace(plugin_bot.portal.state.plan, **values)


def change_user(plugin_bot: PluginBot, **values: Any) -> None:
    plugin_bot.portal.seed(people=[{"id": 1, **values}])


BREAKS: dict[str, tuple[Callable[[PluginBot], object], Callable[[PluginBot], object], str]] = {
    "user dismissed": (
        lambda bot: change_user(bot, active=False),
        lambda bot: change_user(bot, active=True),
        "can no longer sign in",
    ),
    "overload limit": (
        lambda bot: change_plan(bot, overloaded=True),
        lambda bot: change_plan(bot, overloaded=False),
        "because of overload",
    ),
    "portal deleted": (
        lambda bot: change_plan(bot, deleted=True),
        lambda bot: change_plan(bot, deleted=False),
        "was deleted",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_portal_that_refuses_is_told_at_once_and_after_the_repair_everything_goes_on(
    plugin_bot: PluginBot, name: str
) -> None:
    broken, repaired, words = BREAKS[name]
    broken(plugin_bot)
    for _ in range(3):
        use(plugin_bot)
    (sentence,) = told(plugin_bot, "access")
    assert words in sentence
    (record,) = [each for each in plugin_bot.recorded("portal:warning:raised") if each.facts["warning"] == "access"]
    assert f"{GUIDE}#" in str(record.facts["advice"])
    pass_time(plugin_bot, 1.01)
    maintain(plugin_bot)
    assert len(told(plugin_bot, "access")) == 2, "told again after a day"
    repaired(plugin_bot)
    pass_time(plugin_bot, 1.01)
    maintain(plugin_bot)
    (over,) = told(plugin_bot, ended=True)
    assert words in over
    assert plugin_bot.rows("connector list"), "without a restart"
    maintain(plugin_bot)
    assert len(told(plugin_bot, ended=True)) == 1


TOKEN_BREAKS: dict[str, tuple[Callable[[PluginBot], object], str]] = {
    "refresh token refused": (lambda bot: bot.lose(), "it was used already"),
    "client secret refused": (lambda bot: change_app(bot, client_secret="another"), "refuses the client_secret"),
    "box registered again": (
        lambda bot: bot.fault(
            "reply",
            "oauth.token",
            status=200,
            body={"access_token": "a", "refresh_token": "r", "member_id": "another"},
            times="forever",
        ),
        "another member_id",
    ),
}


@pytest.mark.parametrize("name", TOKEN_BREAKS)
def test_tokens_that_cannot_be_renewed_are_told_once_in_their_own_words(plugin_bot: PluginBot, name: str) -> None:
    make, words = TOKEN_BREAKS[name]
    plugin_bot.expire()
    make(plugin_bot)
    for _ in range(3):
        use(plugin_bot)
    (sentence,) = told(plugin_bot, "access")
    assert words in sentence
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.faults.clear()
    change_app(plugin_bot, client_secret=plugin_bot.portal.client_secret, paid=True)
    plugin_bot.store_again(plugin_bot.issue())
    assert plugin_bot.rows("connector list"), "without a restart"
    maintain(plugin_bot)
    (over,) = told(plugin_bot, ended=True)
    assert words in over


def test_a_refresh_token_that_ran_out_is_told_as_such(plugin_bot: PluginBot) -> None:
    pass_time(plugin_bot, 181)
    use(plugin_bot)
    (sentence,) = told(plugin_bot, "access")
    assert "expired after 180 days" in sentence


def test_the_end_of_the_refresh_token_is_told_30_7_and_1_days_before(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("lost_before", "oauth.token", times="forever")
    for _ in range(149):
        pass_time(plugin_bot, 1)
        maintain(plugin_bot)
    assert told(plugin_bot, "token end") == []
    days: list[int] = []
    for day in range(150, 180):
        before = len(told(plugin_bot, "token end"))
        pass_time(plugin_bot, 1)
        maintain(plugin_bot)
        days += [day] * (len(told(plugin_bot, "token end")) - before)
    assert days == [150, 173, 179]
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.faults.clear()
    plugin_bot.clock.advance(60)
    maintain(plugin_bot)
    assert len(told(plugin_bot, "token end")) == 3
    assert len(told(plugin_bot, ended=True)) == 1
    assert plugin_bot.rows("connector list")


def test_one_user_alone_is_told_once_and_a_second_user_ends_it(plugin_bot: PluginBot) -> None:
    for _ in range(3):
        maintain(plugin_bot)
    (sentence,) = told(plugin_bot, "one user")
    assert "tokens of one user only" in sentence
    plugin_bot.expire()
    assert plugin_bot.rows("connector list"), "the renewal names the user of the tokens in use"
    with plugin_bot.portal.world.lock:
        pair = plugin_bot.portal.world.tokens.issue(plugin_bot.portal.client_id, 27)
    plugin_bot.keep_backup(Secret(pair.access.value), Secret(pair.refresh.value))
    maintain(plugin_bot)
    assert len(told(plugin_bot, ended=True)) == 1


def test_backup_tokens_of_the_same_user_are_no_second_chain(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    assert plugin_bot.rows("connector list")
    plugin_bot.store_spare()
    maintain(plugin_bot)
    assert "belong to the same user" in told(plugin_bot, "one user")[-1]


def test_a_dismissed_user_is_replaced_by_the_second_one(plugin_bot: PluginBot) -> None:
    """The portal says so as long as the access token lasts; then the backup tokens take over."""
    plugin_bot.portal.seed(people=[{"id": 27, "connectors": True}])
    with plugin_bot.portal.world.lock:
        pair = plugin_bot.portal.world.tokens.issue(plugin_bot.portal.client_id, 27)
    plugin_bot.keep_backup(Secret(pair.access.value), Secret(pair.refresh.value))
    maintain(plugin_bot)
    change_user(plugin_bot, active=False)
    use(plugin_bot)
    assert "can no longer sign in" in told(plugin_bot, "access")[0]
    pass_time(plugin_bot, 0.1)
    assert plugin_bot.rows("connector list")
    maintain(plugin_bot)
    assert any("can no longer sign in" in each for each in told(plugin_bot, ended=True))


def test_an_application_that_was_installed_again_is_told_once(plugin_bot: PluginBot) -> None:
    plugin_bot.run("portal check")
    change_app(plugin_bot, app_id=77)
    for _ in range(2):
        plugin_bot.run("portal check")
    (sentence,) = told(plugin_bot, "application reinstalled")
    assert "was installed again" in sentence


def test_who_the_tokens_belong_to_is_asked_once_after_a_renewal_and_costs_no_renewal(plugin_bot: PluginBot) -> None:
    maintain(plugin_bot)
    assert plugin_bot.calls("profile") == []
    plugin_bot.expire()
    assert plugin_bot.rows("connector list")
    for _ in range(5):
        maintain(plugin_bot)
    assert len(plugin_bot.calls("profile")) == 1
    pass_time(plugin_bot, 0.1)
    for _ in range(24):
        pass_time(plugin_bot, 1 / 24)
        maintain(plugin_bot)
    assert len(plugin_bot.refreshes()) == 1


def test_an_overload_block_stops_every_call_and_one_an_hour_asks_again(plugin_bot: PluginBot) -> None:
    change_plan(plugin_bot, overloaded=True)
    use(plugin_bot)
    sent = len(plugin_bot.calls())
    for _ in range(5):
        assert "because of overload" in en(plugin_bot.refusal("connector list").sentence)
        assert plugin_bot.perform_remove().verdict is CallVerdict.NOT_SENT
    assert len(plugin_bot.calls()) == sent, "nothing was sent"
    assert "Only" not in en(plugin_bot.refusal("connector list").sentence)
    assert "support" in en(plugin_bot.refusal("connector list").hint)
    plugin_bot.clock.advance(HOLD_MS / 1000 + 1)
    use(plugin_bot)
    use(plugin_bot)
    assert len(plugin_bot.calls()) == sent + 1
    change_plan(plugin_bot, overloaded=False)
    plugin_bot.run("portal check")
    assert plugin_bot.rows("connector list"), "portal check asks at once"
    known = CredentialStore(plugin_bot.services).portal("default")
    assert PortalRefusals(plugin_bot.services).known(known.identity) is None


def test_what_the_watch_tells_is_no_warning_as_well(plugin_bot: PluginBot) -> None:
    """An application that is gone and a plan that has lapsed are findings of the watch over other people's changes."""
    change_app(plugin_bot, deleted=True, installed=False)
    use(plugin_bot)
    change_app(plugin_bot, deleted=False, installed=True)
    change_plan(plugin_bot, rest=False)
    use(plugin_bot)
    assert told(plugin_bot, "access") == []


def test_a_refusal_of_one_method_is_no_refusal_of_the_portal(plugin_bot: PluginBot) -> None:
    change_user(plugin_bot, connectors=False)
    use(plugin_bot)
    assert told(plugin_bot, "access") == []


def test_a_removed_portal_leaves_nothing_behind(plugin_bot: PluginBot) -> None:
    change_user(plugin_bot, active=False)
    use(plugin_bot)
    change_user(plugin_bot, active=True)
    plugin_bot.run("portal check")
    change_user(plugin_bot, active=False)
    use(plugin_bot)
    kinds = ("portal_application", "portal_refusal", "portal_warnings")
    assert all(plugin_bot.services.records.all(kind) for kind in kinds)
    store = CredentialStore(plugin_bot.services)
    store.remove(store.portal("default"))
    maintain(plugin_bot)
    assert not any(plugin_bot.services.records.all(kind) for kind in kinds)


def test_an_access_token_that_has_run_out_is_not_renewed_to_ask_who_it_belongs_to(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    assert plugin_bot.rows("connector list")
    pass_time(plugin_bot, 2 / 24)
    maintain(plugin_bot)
    assert len(plugin_bot.refreshes()) == 1
    assert plugin_bot.calls("profile") == []


def test_the_audit_line_of_a_warning_has_the_portals_colour_and_its_name(plugin_bot: PluginBot) -> None:
    portal = CredentialStore(plugin_bot.services).portal("default")
    CredentialStore(plugin_bot.services).paint(portal, "blue")
    maintain(plugin_bot)
    (record,) = plugin_bot.recorded(audit_events.WARNING_RAISED.tag)
    events = {event.tag: event for event in audit_events.EVENTS}
    sentence, *_ = describe(record, clean=str, is_known=lambda _: True, events=events)
    assert en(sentence) == "Warning about the portal 🟦 default"
