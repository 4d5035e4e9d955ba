"""`portal check` goes from the portal's name to the last event, and tells of each fault what to do."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.language.translation import translate
from bot.plugin import Message, Reply
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.common.json_views import PortalCheckRow, PortalRow
from plugins.bitrix24.diagnosis.check_table import CHECKS
from plugins.bitrix24.events.findings.watch_memory import KIND, WatchMemory
from plugins.bitrix24.health.access_losses import GUIDE, LOSSES
from plugins.bitrix24.health.application_record import ApplicationRecords
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_facts

ROOT = Path(__file__).resolve().parents[3]
CODES = [check.code for check in CHECKS]


def rows(reply: Reply) -> dict[str, PortalCheckRow]:
    """The rows of the answer for programs, by the code of the check."""
    assert isinstance(reply.data, tuple)
    return {row.check: row for row in reply.data if isinstance(row, PortalCheckRow)}


def check(plugin_bot: PluginBot) -> dict[str, PortalCheckRow]:
    return rows(plugin_bot.reply("portal check"))


def listed(plugin_bot: PluginBot) -> PortalRow:
    """The only row of `portal list` for programs."""
    data = plugin_bot.reply("portal list").data
    assert isinstance(data, tuple)
    (row,) = data
    assert isinstance(row, PortalRow)
    return row


def change_app(plugin_bot: PluginBot, **values: Any) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.change_app(plugin_bot.portal.client_id, **values)


def change_plan(plugin_bot: PluginBot, **values: Any) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.plan = replace(plugin_bot.portal.state.plan, **values)


def change_user(plugin_bot: PluginBot, **values: Any) -> None:
    plugin_bot.portal.seed(people=[{"id": 1, **values}])


def test_everything_works_and_each_check_says_what_it_saw(plugin_bot: PluginBot) -> None:
    reply = plugin_bot.reply("portal check")
    assert [row.check for row in rows(reply).values()] == CODES
    assert all(row.ok for row in rows(reply).values())
    assert reply.problems == ()
    facts = dict(en_facts(reply))
    assert facts["authorisation server"].endswith("confirms the application and the portal.")
    assert facts["user"] == "ok: b24bot acts as user 1 (Anna), an administrator."
    assert facts["rights"] == "ok: The user may list connectors (13) and lines (3, switched off: 1)."
    assert facts["certificate"] == "not used: The portal is on this host and needs no certificate."
    assert facts["last event"] == "not used: No event came yet."
    assert en(reply.title).endswith("everything works")


def test_a_check_that_does_not_apply_is_not_used_and_no_failure(plugin_bot: PluginBot) -> None:
    found = check(plugin_bot)
    unused = {code for code, row in found.items() if row.state == "not-used"}
    assert unused == {"certificate", "public-address", "links", "events", "last-event"}
    assert {row.state for row in found.values()} == {"ok", "not-used"}
    assert found["public-address"].next is None


def test_the_application_is_remembered_for_the_list_of_portals(plugin_bot: PluginBot) -> None:
    assert listed(plugin_bot).application is None
    check(plugin_bot)
    known = ApplicationRecords(plugin_bot.services).known(CredentialStore(plugin_bot.services).portal("default"))
    assert known is not None
    assert (known.installed, known.paid, known.user, known.admin) == (True, True, "1", True)
    shown = listed(plugin_bot).application
    assert shown is not None
    assert shown.installed


def uninstall(plugin_bot: PluginBot) -> None:
    change_app(plugin_bot, deleted=True, installed=False)


def forget_client(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    plugin_bot.fault("reply", "oauth.token", status=200, body={"error": "wrong_client"}, times="forever")


FAULTS: dict[str, tuple[Callable[[PluginBot], object], str, str, str]] = {
    "refresh token refused": (lambda bot: bot.expire("both"), "access", "it was used already", "is-refused"),
    "application uninstalled": (uninstall, "access", "is no longer installed", "was-uninstalled"),
    "application deleted": (forget_client, "access", "Somebody deleted it", "was-deleted"),
    "application switched off": (
        lambda bot: change_app(bot, active=False),
        "access",
        "switched it off",
        "was-uninstalled",
    ),
    "installation unfinished": (
        lambda bot: change_app(bot, installed=False),
        "installation",
        "not finished",
        "is-not-finished",
    ),
    "scope missing": (
        lambda bot: change_app(bot, scope=("imopenlines", "im")),
        "scopes",
        "does not have the scopes imconnector",
        "a-scope-is-missing",
    ),
    "user dismissed": (lambda bot: change_user(bot, active=False), "access", "can no longer sign in", "was-dismissed"),
    "user without access": (
        lambda bot: change_user(bot, app_access=False),
        "access",
        "may no longer open",
        "dismissed",
    ),
    "plan lapsed": (lambda bot: change_plan(bot, rest=False), "access", "no longer includes REST", "plan-has-lapsed"),
    "overload limit": (lambda bot: change_plan(bot, overloaded=True), "access", "because of overload", "has-blocked"),
    "portal deleted": (lambda bot: change_plan(bot, deleted=True), "access", "was deleted", "portal-was-deleted"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_way_to_lose_a_portal_is_told_in_its_own_words_with_a_link(plugin_bot: PluginBot, name: str) -> None:
    make, failing, words, link = FAULTS[name]
    make(plugin_bot)
    reply = plugin_bot.reply("portal check")
    row = rows(reply)[failing]
    assert not row.ok
    assert words in en(row.detail)
    assert f"{GUIDE}#" in en(row.next or "")
    assert link in en(row.next or "")
    assert [failing] == [each.check for each in rows(reply).values() if not each.ok][:1], "nothing else failed before"
    assert len(reply.problems) == 1
    assert words in en(reply.problems[0])


def test_what_a_failure_keeps_from_being_checked_is_listed_and_is_not_ok(plugin_bot: PluginBot) -> None:
    change_user(plugin_bot, active=False)
    found = check(plugin_bot)
    after = CODES[CODES.index("access") + 1 :]
    assert {en(found[name].detail) for name in after} == {"Not checked, because the check “access” failed."}
    assert not any(found[name].ok for name in after)
    assert {found[name].state for name in after} == {"not-checked"}
    assert {found[name].next for name in after} == {None}


def test_an_expired_refresh_token_is_told_from_a_refused_one(plugin_bot: PluginBot) -> None:
    for clock in (plugin_bot.clock, plugin_bot.portal.clock):
        clock.advance(181 * 86_400)
    assert "expired after 180 days" in en(check(plugin_bot)["access"].detail)


def test_a_user_who_may_not_list_connectors_is_told_with_the_missing_right(plugin_bot: PluginBot) -> None:
    change_user(plugin_bot, connectors=False)
    row = check(plugin_bot)["rights"]
    assert "ACCESS_DENIED" in en(row.detail)
    assert "cannot verify changes" in en(row.next or "")


def test_a_user_who_is_no_administrator_is_good_enough_and_gets_advice(plugin_bot: PluginBot) -> None:
    change_user(plugin_bot, admin=False)
    row = check(plugin_bot)["user"]
    assert row.ok
    assert "administrator" in en(row.next or "")


def test_a_port_that_is_closed_is_told_before_the_portal_is_asked(plugin_bot: PluginBot) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = CredentialStore(plugin_bot.services)
    store.moved(store.portal("default"), f"127.0.0.1:{port}")
    found = check(plugin_bot)
    assert found["name-resolution"].ok
    assert en(found["connection"].detail) == (
        f"127.0.0.1 accepts no connection on port {port}: the host refused the connection."
    )
    assert plugin_bot.calls() == []


def test_a_name_that_leads_nowhere_is_told_first(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot(BITRIX24_HOSTS="box.invalid")
    store = CredentialStore(plugin_bot.services)
    store.moved(store.portal("default"), "box.invalid")
    found = check(plugin_bot)
    assert "The name box.invalid cannot be used" in en(found["name-resolution"].detail)
    assert [row.check for row in found.values() if row.ok] == []


def test_an_authorisation_server_that_is_down_stops_no_other_check(plugin_bot: PluginBot) -> None:
    services = plugin_bot.more_services(BITRIX24_OAUTH_URL="http://127.0.0.1:9/oauth/token/")
    portal = plugin_bot.plugin.open(services, plugin_bot.place)
    command = next(each for group in plugin_bot.plugin.groups for each in group if each.path == "portal check")
    reply = command.answer(portal, {})
    assert isinstance(reply, Reply)
    assert [name for name, row in rows(reply).items() if not row.ok] == ["authorisation-server"]


def test_a_token_of_another_application_is_told(plugin_bot: PluginBot) -> None:
    with plugin_bot.portal.world.lock:
        apps = plugin_bot.portal.state.apps
        apps.put("local.another", replace(apps[plugin_bot.portal.client_id], client_id="local.another"))
        pair = plugin_bot.portal.world.tokens.issue("local.another", 1)
    credential_store = CredentialStore(plugin_bot.services)
    known = credential_store.portal("default")
    assert credential_store.renewed(
        known, credential_store.held(known), Secret(pair.access.value), Secret(pair.refresh.value)
    )
    row = check(plugin_bot)["authorisation-server"]
    assert not row.ok
    assert "belongs to the application local.another, not to" in en(row.detail)


def test_the_way_of_events_and_the_last_one_are_those_of_the_record(plugin_bot: PluginBot) -> None:
    memory = WatchMemory(way="queue", last_event_at=1_790_000_000_000)
    plugin_bot.services.records.put(KIND, plugin_bot.portal.member_id, memory.value())
    found = check(plugin_bot)
    assert "offline queue" in en(found["events"].detail)
    assert en(found["last-event"].detail).startswith("The last event came ")
    assert listed(plugin_bot).events.way == "queue"


def test_the_working_time_counts_from_half_of_the_limit_on(plugin_bot: PluginBot) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.operating.costs["imopenlines.config.list.get"] = 150.0
    plugin_bot.open().lines()
    row = check(plugin_bot)["working-time"]
    assert not row.ok
    assert "300 s on imopenlines.config.list.get" in en(row.detail)


def test_the_answer_is_in_the_language_of_the_reader(plugin_bot: PluginBot) -> None:
    facts = plugin_bot.reply("portal check").facts
    assert translate(facts[0][0], "ru") == "разрешение имени"


def test_every_loss_has_its_own_sentence_and_a_heading_in_the_guide() -> None:
    headings = re.findall(r"^#{2,4} (.+)$", (ROOT / GUIDE).read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert {loss.anchor for loss in LOSSES} <= anchors
    assert len({loss.says for loss in LOSSES}) == len(LOSSES)
    assert Message("bitrix24.loss.overloaded") in {loss.says for loss in LOSSES}
