"""Before each attempt of a changing call the host is asked, after all waiting and before the first byte."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.host.plugin_services import services_for
from bot.plugin import Call, CallOutcome, CallVerdict
from plugins.bitrix24.http.exchange import CHANGING
from plugins.bitrix24.rest import methods
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

REMOVE: Call = methods.call("imconnector.unregister", "Unregister.", ID="myconnector")


@dataclass(slots=True)
class Host:
    """Answers whether a call may be sent, up to `yes` times with yes, and notes when it was asked."""

    plugin_bot: PluginBot
    yes: int = 100
    asked: list[float] = field(default_factory=list)
    longest: list[float] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    """How many calls of the method had reached the portal each time."""

    def may_send(self, seconds: float) -> bool:
        self.asked.append(self.plugin_bot.clock.monotonic())
        self.longest.append(seconds)
        self.seen.append(len(self.plugin_bot.calls("imconnector.unregister")))
        return len(self.asked) <= self.yes

    def perform(self) -> CallOutcome:
        services = replace(self.plugin_bot.services, ask_to_send=self.may_send)
        return self.plugin_bot.plugin.perform(services, self.plugin_bot.place, REMOVE)


def test_an_attempt_that_is_not_permitted_is_not_sent(plugin_bot: PluginBot) -> None:
    outcome = Host(plugin_bot, yes=0).perform()
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert en(outcome.sentence).startswith("This attempt ended because another process took over")
    assert outcome.sent_ms_ago is None
    assert plugin_bot.calls("imconnector.unregister") == []


def test_the_permit_is_for_the_longest_that_the_attempt_can_take(plugin_bot: PluginBot) -> None:
    host = Host(plugin_bot)
    assert host.perform().verdict is CallVerdict.DONE
    assert host.longest == [CHANGING.longest]
    assert CHANGING.longest >= CHANGING.total + 2 * CHANGING.connect


@pytest.mark.parametrize("yes", [0, 1, 2])
def test_each_attempt_of_a_call_that_is_rate_limited_is_asked_for_anew(plugin_bot: PluginBot, yes: int) -> None:
    plugin_bot.fault("query_limit", times=5)
    host = Host(plugin_bot, yes=yes)
    outcome = host.perform()
    assert host.seen == list(range(yes + 1))
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert len(plugin_bot.calls("imconnector.unregister")) == yes


def test_the_host_is_asked_after_the_wait_for_a_place_at_the_portal(plugin_bot: PluginBot) -> None:
    """The rate limit of our own side: 48 at once, two a second after that."""
    plugin_bot.switch(rate_limit="off")
    for _ in range(60):
        plugin_bot.open().app()
    host, before = Host(plugin_bot, yes=0), len(plugin_bot.clock.slept)
    host.perform()
    assert sum(plugin_bot.clock.slept[before:]) > 0
    (asked,) = host.asked
    assert plugin_bot.clock.monotonic() - asked < 0.5


def test_the_host_is_asked_again_once_the_tokens_were_renewed(plugin_bot: PluginBot) -> None:
    plugin_bot.expire("access")
    host = Host(plugin_bot, yes=1)
    assert host.perform().verdict is CallVerdict.NOT_SENT
    assert len(plugin_bot.refreshes()) == 1
    assert len(host.asked) == 2
    assert plugin_bot.effects() == 0


def test_no_read_is_asked_for(plugin_bot: PluginBot) -> None:
    def never(seconds: float) -> bool:
        raise AssertionError(f"a read of {seconds} s was asked for")

    services = replace(plugin_bot.services, ask_to_send=never)
    assert plugin_bot.plugin.open(services, plugin_bot.place).connectors()


def test_a_plugin_that_is_not_asked_to_perform_sends_no_change(plugin_bot: PluginBot) -> None:
    """Whatever a planner gets hold of, the services it is given permit nothing."""
    given = plugin_bot.services
    services = services_for("bitrix24", given.settings, given.store, given.clock)
    assert plugin_bot.plugin.perform(services, plugin_bot.place, REMOVE).verdict is CallVerdict.NOT_SENT
    assert plugin_bot.calls("imconnector.unregister") == []


def test_a_database_that_cannot_be_read_permits_nothing(plugin_bot: PluginBot) -> None:
    def broken(seconds: float) -> bool:
        raise StoreUnavailable(f"The database cannot be read now ({seconds}).")

    services = replace(plugin_bot.services, ask_to_send=broken)
    outcome = plugin_bot.plugin.perform(services, plugin_bot.place, REMOVE)
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert en(outcome.sentence).endswith("Nothing was sent.")
    assert plugin_bot.calls("imconnector.unregister") == []


def test_calls_that_are_withheld_do_not_make_the_portal_look_dead(plugin_bot: PluginBot) -> None:
    for _ in range(6):
        assert Host(plugin_bot, yes=0).perform().verdict is CallVerdict.NOT_SENT
    assert Host(plugin_bot).perform().verdict is CallVerdict.DONE
