"""Two applications of one portal: each is watched, hears its own events, and tells what happens to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from bot.plugin import Json
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.diagnosis.stored_checks import BEGIN_MS, check_events
from plugins.bitrix24.events.findings.watch_memory import read_memory
from plugins.bitrix24.events.portal_events import read_portal_events
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import methods
from tests.bitrix24.events.test_online_events import Posted
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

OWN = "shopchat"


class Pair:
    """`default` has the connector `myconnector`, and `second`, another application of its portal, has `shopchat`."""

    def __init__(self, make: Callable[..., PluginBot]) -> None:
        self.posted = Posted(make)
        self.bot, self.watched = self.posted.bot, self.posted.watched
        store, keys = CredentialStore(self.bot.services), self.bot.portal.other_application
        main = store.portals()[0]
        with self.bot.services.transaction():
            store.add(
                KnownPortal(
                    name="second", domain=main.domain, member_id=main.member_id, added_at=self.bot.clock.now_ms()
                ),
                replace(
                    store.held(main).credentials,
                    client_id=keys["client_id"],
                    client_secret=Secret(keys["client_secret"]),
                    access=Secret(keys["access_token"]),
                    refresh=Secret(keys["refresh_token"]),
                ),
            )
        self.second = store.portal("second")
        self.watched.connect(line=2, connector=OWN)
        self.adopt(OWN)

    def adopt(self, connector: str) -> None:
        value: Mapping[str, Json] = {"v": 1, "how": "adopted", "at": 1, "registration": None, "lines": {}}
        self.bot.services.records.put("connector", f"{self.second.identity}/{connector}", value)

    def open(self) -> Portal:
        return self.bot.plugin.open(self.bot.services, self.second.place)

    def told(self) -> list[tuple[str, str]]:
        """The portal and the sentence of each notice, oldest first."""
        return [(record.subject, str(record.facts["sentence"])) for record in self.bot.recorded("portal:watch:raised")]

    def hear(self, seconds: float = 5) -> None:
        self.posted.delivered()
        self.watched.pass_time(seconds)


@pytest.fixture
def pair(make_plugin_bot: Callable[..., PluginBot]) -> Iterator[Pair]:
    made = Pair(make_plugin_bot)
    made.watched.settle(15)
    yield made
    made.posted.server.stop()


def test_both_applications_bind_their_events_and_keep_a_memory_of_their_own(pair: Pair) -> None:
    with pair.bot.portal.world.lock:
        bound = {(row.client_id, row.event) for row in pair.bot.portal.state.handlers.rows() if not row.offline}
    assert {client for client, event in bound if event == "ONAPPTEST"} == {
        pair.bot.portal.client_id,
        pair.bot.portal.other_application["client_id"],
    }
    for identity in (pair.watched.portal.identity, pair.second.identity):
        memory = read_memory(pair.bot.services.records, identity)
        assert memory is not None
        assert memory.way == "online"


def test_a_disconnected_connector_of_either_is_told_once_under_its_own_name(pair: Pair) -> None:
    pair.watched.disconnect(connector=OWN)
    pair.hear()
    [(place, told)] = pair.told()
    assert place == "second"
    assert told.startswith("User 27 disconnected shopchat from line 2")
    pair.watched.disconnect(connector="myconnector", line=1)
    pair.hear()
    assert [place for place, _ in pair.told()] == ["second", "default"]
    pair.watched.settle(60)
    assert len(pair.told()) == 2


def test_a_connector_that_both_have_is_told_of_once(pair: Pair) -> None:
    pair.adopt("myconnector")
    pair.watched.settle(15)
    pair.watched.disconnect(connector="myconnector", line=1)
    pair.watched.settle(30)
    assert [place for place, _ in pair.told()] == ["default"]


def test_what_one_application_changes_of_the_other_is_no_notice(pair: Pair) -> None:
    call = methods.call("imconnector.activate", "", CONNECTOR="myconnector", LINE=1, ACTIVE=0)
    pair.bot.plugin.perform(pair.bot.services, pair.second.place, call)
    pair.hear(60)
    call = methods.call("imconnector.activate", "", CONNECTOR=OWN, LINE=2, ACTIVE=0)
    pair.bot.plugin.perform(pair.bot.services, pair.watched.portal.place, call)
    pair.hear(60)
    pair.watched.settle(30)
    assert pair.told() == []


def test_the_removal_of_the_second_application_is_told(pair: Pair) -> None:
    pair.watched.do("uninstall", app="other")
    pair.hear()
    pair.watched.settle(30)
    [(place, told)] = pair.told()
    assert place == "second"
    assert "application" in told


def test_the_check_of_the_second_application_tries_its_own_events(pair: Pair) -> None:
    pair.bot.clock.told = lambda _seconds: pair.posted.delivered()
    assert (
        en(check_events(Examination(pair.open())).detail) == "The portal posts events to b24bot. A test event arrived."
    )
    with pair.bot.portal.world.lock:
        pair.bot.portal.state.handlers.drop_where(
            lambda row: row.client_id == pair.bot.portal.other_application["client_id"]
        )
    assert not check_events(Examination(pair.open())).ok
    assert check_events(Examination(pair.bot.open())).ok


def test_a_portal_whose_events_never_begin_is_not_called_sound(pair: Pair) -> None:
    pair.bot.services.records.delete("watch", pair.second.identity)
    assert read_portal_events(pair.bot.services.records, pair.second.identity).way == "none"
    found = check_events(Examination(pair.open()))
    assert not found.ok
    assert "b24bot serve" in en(found.do)
    with pair.bot.services.transaction():
        fresh = replace(pair.second, added_at=pair.bot.clock.now_ms() - BEGIN_MS + 60_000)
        CredentialStore(pair.bot.services).protect(fresh, on=False)
    assert check_events(Examination(pair.open())).ok
