"""400 simulated days with restarts: a portal that is used or touched at least every 180 days is never lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.diagnosis import portal_maintenance
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.traffic.portal_connections import Connections
from tests.bitrix24.plugin_bot import PluginBot
from tests.long.form import sized

DAYS = 400
DAY = 86_400
SEEDS = sized(2, 12)


@pytest.fixture
def make_bot(tmp_path: Path) -> Iterator[Callable[[], PluginBot]]:
    """A portal with a bot; each has a store of its own."""
    made: list[PluginBot] = []

    def make() -> PluginBot:
        made.append(PluginBot(tmp_path / str(len(made))))
        return made[-1]

    yield make
    for bot in made:
        bot.stop()


class Years:
    """Lets days pass; a restart gives the bot a plugin and services of its own over the same store."""

    def __init__(self, bot: PluginBot, seed: int) -> None:
        self.bot, self.chance = bot, random.Random(seed)
        self.plugin: BitrixPlugin = bot.plugin
        self.services = bot.services

    def restart(self) -> None:
        self.plugin.close()
        self.services = self.bot.more_services()
        self.plugin = self.bot.more_plugins()
        self.plugin.start(self.services)

    def pass_days(self, days: int, *, running: bool = True) -> None:
        """Whole days, in each of which the running bot looks after its portals a few times."""
        for _ in range(days):
            if running and self.chance.random() < 0.2:
                self.restart()
            rounds = self.chance.randint(1, 3) if running else 1
            for _ in range(rounds):
                self.bot.clock.advance(DAY / rounds)
                self.bot.portal.clock.advance(DAY / rounds)
                if running:
                    self.look_after()

    def look_after(self) -> None:
        """What the worker has done about tokens once an hour."""
        plugin, services = self.plugin, self.services
        portal_maintenance.look_after_portals(
            services, Connections(), lambda portal: plugin.open(services, portal.place)
        )

    def works(self) -> bool:
        """Whether somebody gets an answer of the portal."""
        return bool(self.plugin.open(self.services, self.plugin.places(self.services)[0]).connectors())


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_portal_that_nobody_uses_is_kept_for_400_days(make_bot: Callable[[], PluginBot], seed: int) -> None:
    bot = make_bot()
    years = Years(bot, seed)
    years.pass_days(DAYS)
    assert years.works()
    assert bot.recorded(audit_events.TOKENS_REFUSED.tag) == []
    renewals = len(bot.refreshes())
    assert DAYS // 25 <= renewals <= DAYS // 15, "renewed rarely: more often may get the application blocked"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_bot_that_is_off_for_up_to_179_days_at_a_time_keeps_its_portal(
    make_bot: Callable[[], PluginBot], seed: int
) -> None:
    bot = make_bot()
    years, passed = Years(bot, seed), 0
    while passed < DAYS:
        off = years.chance.randint(100, 179)
        years.pass_days(off, running=False)
        years.restart()
        years.look_after()
        passed += off
    assert years.works()
    assert bot.recorded(audit_events.TOKENS_REFUSED.tag) == []


def test_an_authorisation_server_that_is_out_of_reach_for_five_months_costs_warnings_and_no_portal(
    make_bot: Callable[[], PluginBot],
) -> None:
    bot = make_bot()
    years = Years(bot, 7)
    years.pass_days(30)
    bot.fault("lost_before", "oauth.token", times="forever")
    years.pass_days(155)
    warned = [each for each in bot.recorded(audit_events.WARNING_RAISED.tag) if each.facts["warning"] == "token end"]
    assert len(warned) >= 1, "before the damage"
    with bot.portal.world.lock:
        bot.portal.world.faults.clear()
    years.pass_days(DAYS - 185)
    assert years.works()
    assert bot.recorded(audit_events.TOKENS_REFUSED.tag) == []


def test_a_plan_that_is_not_paid_for_months_costs_no_tokens(make_bot: Callable[[], PluginBot]) -> None:
    bot = make_bot()
    years = Years(bot, 11)
    years.pass_days(10)
    with bot.portal.world.lock:
        bot.portal.state.change_app(bot.portal.client_id, paid=False)
    years.pass_days(100)
    with bot.portal.world.lock:
        bot.portal.state.change_app(bot.portal.client_id, paid=True)
    years.pass_days(DAYS - 110)
    assert years.works()


def test_the_simulated_portal_forgets_tokens_that_nobody_renews_for_181_days(
    make_bot: Callable[[], PluginBot],
) -> None:
    """So the tests above can fail."""
    bot = make_bot()
    years = Years(bot, 13)
    years.pass_days(181, running=False)
    years.look_after()
    assert bot.recorded(audit_events.TOKENS_REFUSED.tag)
