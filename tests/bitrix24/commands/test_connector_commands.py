"""The connector commands tell what is there, and a removal tells what it will cost before anybody approves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core import mentions
from bot.plugin import BadArgument, Call, CallVerdict, Refusal, TargetUnreachable, UndoKind
from plugins.bitrix24.commands.common.observation import REGISTERED
from plugins.bitrix24.commands.connector_read import parse_kind
from plugins.bitrix24.connectors.model import ACTIVE, BUILT_IN, IN_ERROR
from tests.bitrix24.hand import WHOLE
from tests.bitrix24.plugin_bot import REGISTRATION, PluginBot
from tests.language.english import en, en_facts, en_rows, raises, spoken

MINE = ("myconnector", "WhatsApp EU", "ours", "2")
SHOP = ("shopchat", "Shop chat", "ownership not proven", "1")


def set_error(plugin_bot: PluginBot, connector: str = "myconnector", line: int = 2, *, active: bool = True) -> None:
    plugin_bot.portal.seed(activations=[{"connector": connector, "line": line, "error": True, "active": active}])


def test_list_shows_all_connectors_with_their_kind_and_lines(plugin_bot: PluginBot) -> None:
    plugin_bot.adopt()
    reply = plugin_bot.reply("connector list")
    rows = plugin_bot.rows("connector list")
    assert MINE in rows
    assert SHOP in rows
    assert ("livechat", "Live chat", "built-in", "0") in rows
    assert en(reply.title) == "13 connectors on default"
    assert reply.notes == ()


@pytest.mark.parametrize(
    ("word", "rows"),
    [("ours", [MINE]), ("not-proven", [SHOP]), ("Built-In", 11)],
    ids=["ours", "not proven", "built-in"],
)
def test_list_shows_one_kind_when_asked(plugin_bot: PluginBot, word: str, rows: list[tuple[str, ...]] | int) -> None:
    plugin_bot.adopt()
    found = plugin_bot.rows("connector list", kind=parse_kind(word))
    assert (len(found) if isinstance(rows, int) else list(found)) == rows


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(BadArgument) as caught:
        parse_kind("foreign")
    assert en(caught.value.hint) == "Use one of: ours, built-in, not-proven."


def test_list_counts_errors_and_does_not_hide_what_it_could_not_read(plugin_bot: PluginBot) -> None:
    set_error(plugin_bot)
    body = {"error": "insufficient_scope", "error_description": ""}
    plugin_bot.fault("reply", "imconnector.status", status=401, body=body)
    reply = plugin_bot.reply("connector list")
    table = {row[0]: row[3] for row in en_rows(reply.table)}
    assert table["myconnector"] == "2, 1 with an error"
    assert table["avito"] == "0 or more, not all readable"
    assert "insufficient_scope" in en(reply.notes[0])


def test_an_empty_portal_has_an_empty_list(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot(seeded=False)
    plugin_bot.portal.seed(built_in={})
    assert plugin_bot.rows("connector list") == ()
    assert plugin_bot.rows("connector status") == ()
    assert en(plugin_bot.reply("connector list").title) == "0 connectors on default"


def test_show_tells_what_is_known(plugin_bot: PluginBot) -> None:
    reply = plugin_bot.reply("connector show", connector="myconnector")
    assert dict(en_facts(reply)) == {
        "name": "WhatsApp EU",
        "kind": "ownership not proven",
        "lines active": "2",
        "b24bot's record": "none: neither registered nor adopted here",
    }
    assert plugin_bot.rows("connector show", connector="myconnector") == (
        ("myconnector", "yes", "line 1 · Sales EU", "active", "on", "–"),
        ("myconnector", "yes", "line 2 · Support", "active", "on", "–"),
    )


def test_show_tells_how_far_our_record_reaches(plugin_bot: PluginBot) -> None:
    plugin_bot.adopt()
    facts = dict(en_facts(plugin_bot.reply("connector show", connector="myconnector")))
    assert mentions.unmark(facts["b24bot's record"]) == "adopted 2026-09-21 14:13 UTC, registration not known"
    plugin_bot.adopt(registration=dict(REGISTRATION), how="registered")
    facts = dict(en_facts(plugin_bot.reply("connector show", connector="myconnector")))
    assert facts["b24bot's record"].startswith("registered ")
    assert facts["b24bot's record"].endswith(", registration known")


@pytest.mark.parametrize("path", ["connector show", "connector status"])
def test_an_unknown_id_is_answered_with_the_one_that_was_meant(plugin_bot: PluginBot, path: str) -> None:
    near, far = (plugin_bot.refusal(path, connector=name) for name in ("myconector", "zzz"))
    assert "no connector “myconector” on default" in en(near.sentence)
    assert en(near.hint) == "Did you mean “myconnector”?"
    assert mentions.unmark(en(far.hint)) == "connector list shows the connectors of the portal."


def test_status_shows_every_line_of_one_connector_and_whether_the_line_is_on(plugin_bot: PluginBot) -> None:
    set_error(plugin_bot, line=3, active=False)
    assert plugin_bot.rows("connector status", connector="myconnector") == (
        ("myconnector", "yes", "line 1 · Sales EU", "active", "on", "–"),
        ("myconnector", "yes", "line 2 · Support", "active", "on", "–"),
        ("myconnector", "yes", "line 3 · Chat DE", "error", "switched off", "–"),
    )
    assert len([call for call in plugin_bot.calls() if not call.in_batch]) == 2


def test_status_of_all_shows_only_what_is_connected(plugin_bot: PluginBot) -> None:
    assert [row[:4:3] for row in plugin_bot.rows("connector status", all=True)] == [
        ("myconnector", "active"),
        ("myconnector", "active"),
        ("shopchat", "active"),
    ]


def test_status_tells_of_a_connector_that_is_active_but_not_registered(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(activations=[{"connector": "ghost", "line": 1}])
    reply = plugin_bot.reply("connector status", connector="ghost")
    assert tuple(map(en, reply.notes)) == ("ghost is active but not registered, so it cannot work.",)
    assert plugin_bot.rows("connector status", connector="ghost")[0][:4] == (
        "ghost",
        "no",
        "line 1 · Sales EU",
        "active",
    )


# ------------------------------------------------------------------------------------------------------ remove


def test_a_removal_names_every_line_it_cuts_off_and_what_should_be_gone(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 3}])
    set_error(plugin_bot)
    plan = plugin_bot.plan()
    assert plan.target == "connector:myconnector"
    assert en(plan.summary) == "Remove the connector myconnector from default"
    assert tuple(map(en, plan.radius)) == (
        "Sales EU (line 1, on): active",
        "Support (line 2, on): active, with an error",
        "Chat DE (line 3, switched off): active",
    )
    assert plan.before == {
        "registration": REGISTERED,
        "line:1": ACTIVE,
        "line:2": IN_ERROR,
        "line:3": ACTIVE,
    }
    assert spoken(plan.labels) == {
        "registration": "registration",
        "line:1": "line 1 · Sales EU",
        "line:2": "line 2 · Support",
        "line:3": "line 3 · Chat DE",
    }
    assert plan.wanted == dict.fromkeys(plan.before)
    assert spoken(plan.calls) == (
        Call(
            method="imconnector.unregister",
            params={"ID": "myconnector"},
            note="Unregister myconnector and disconnect it from 3 lines.",
        ),
    )
    assert plugin_bot.effects() == 0


def test_of_a_connector_that_is_not_proven_ours_the_card_says_what_the_portal_will_do(plugin_bot: PluginBot) -> None:
    warning = plugin_bot.plan("shopchat").warnings[0]
    assert "b24bot did not register or adopt shopchat" in en(warning)
    assert "disconnect it from Support, keep its registration, and still report success" in en(warning)


def test_of_our_own_connector_there_is_no_such_warning(plugin_bot: PluginBot) -> None:
    plugin_bot.adopt()
    (warning,) = plugin_bot.plan().warnings
    assert en(warning).startswith("Open chats stay open, but messages that operators write in them")


def test_when_the_installation_says_so_a_connector_that_is_not_proven_ours_is_left_alone(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    plugin_bot = make_plugin_bot(BITRIX24_UNOWNED="refuse")
    error = plugin_bot.refusal("connector remove", connector="shopchat")
    assert isinstance(error, Refusal)
    assert "neither registered nor adopted here" in en(error.sentence)
    plugin_bot.adopt()
    assert plugin_bot.plan().calls


def test_bitrix24s_own_channels_are_refused_before_the_portal_is_asked(plugin_bot: PluginBot) -> None:
    for connector in sorted(BUILT_IN):
        plugin_bot.adopt(connector)
        assert "a built-in channel of Bitrix24" in en(
            plugin_bot.refusal("connector remove", connector=connector).sentence
        )
    assert plugin_bot.calls() == []


def test_every_channel_the_simulated_portal_has_built_in_is_known_as_such(plugin_bot: PluginBot) -> None:
    assert set(dict(plugin_bot.portal.state.built_in.items())) <= BUILT_IN


def test_where_nothing_is_there_is_nothing_to_remove_and_the_one_meant_is_named(plugin_bot: PluginBot) -> None:
    assert en(plugin_bot.nothing("myconector").sentence) == (
        "There is no connector “myconector” on default, so there is nothing to remove. Did you mean “myconnector”?"
    )
    assert en(plugin_bot.nothing("zzz").sentence).endswith("so there is nothing to remove.")


def test_what_is_left_on_lines_of_an_unregistered_connector_can_be_removed(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(activations=[{"connector": "ghost", "line": 1}])
    plan = plugin_bot.plan("ghost")
    assert plan.before == {"line:1": ACTIVE}
    assert "does not list ghost as registered" in en(plan.warnings[1])


def test_a_connector_without_lines_has_no_radius(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(connectors=[{"id": "lonely"}])
    plan = plugin_bot.plan("lonely")
    assert plan.radius == ()
    assert en(plan.calls[0].note) == "Unregister lonely, which is not connected to any line."
    assert "keep its registration and still report success" in en(plan.warnings[0])


def test_a_radius_that_cannot_be_seen_is_not_planned_over(plugin_bot: PluginBot) -> None:
    body = {"error": "insufficient_scope", "error_description": ""}
    plugin_bot.fault("reply", "imconnector.status", status=401, body=body, skip=1)
    error = plugin_bot.refusal("connector remove", connector="myconnector")
    assert isinstance(error, TargetUnreachable)
    assert "The status of myconnector on line 2 · Support cannot be read" in en(error.sentence)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({}, UndoKind.NONE),
        ({"registration": dict(REGISTRATION), "lines": {"1": {}}}, UndoKind.PARTIAL),
        ({"registration": dict(WHOLE), "lines": {"1": {"NAME": "WA"}, "2": {}}}, UndoKind.FULL),
    ],
)
def test_the_plan_says_how_far_it_can_be_undone(plugin_bot: PluginBot, record: dict[str, Any], kind: UndoKind) -> None:
    plugin_bot.adopt(**record)
    assert plugin_bot.plan().undo.kind is kind


def test_a_full_undo_puts_back_what_was_there(plugin_bot: PluginBot) -> None:
    plugin_bot.adopt(registration=dict(REGISTRATION), lines={"1": {"NAME": "WA"}, "2": {}})
    plan = plugin_bot.plan()
    assert plugin_bot.perform(plan).verdict is CallVerdict.DONE
    for call in plan.undo.calls:
        assert plugin_bot.plugin.perform(plugin_bot.services, plugin_bot.place, call).verdict is CallVerdict.DONE
    assert plugin_bot.plan().before == plan.before
    assert plugin_bot.portal.state.status("myconnector", 1).data["NAME"] == "WA"


# ------------------------------------------------------------------------------------------------------ verify


def test_after_a_removal_nothing_is_left(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    plugin_bot.perform(plan)
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan) == {}


def test_after_the_removal_of_anothers_connector_its_registration_is_still_there(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan("shopchat")
    assert plugin_bot.perform(plan).verdict is CallVerdict.DONE
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan) == {"registration": REGISTERED}


def test_a_line_renamed_meanwhile_keeps_its_label_so_that_a_leftover_does_not_pass_for_removed(
    plugin_bot: PluginBot,
) -> None:
    plan = plugin_bot.plan()
    with plugin_bot.portal.world.lock:
        lines = plugin_bot.portal.state.lines
        lines.put(1, replace(lines[1], name="Sales Europe"))
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan) == plan.before


def test_a_line_that_is_gone_from_the_list_is_still_looked_at(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.lines.drop(1)
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan)["line:1"] == ACTIVE


def test_a_line_connected_meanwhile_makes_another_plan_and_is_no_part_of_reading_the_first_one_back(
    plugin_bot: PluginBot,
) -> None:
    plan = plugin_bot.plan()
    plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 3}])
    assert plugin_bot.plan().before["line:3"] == ACTIVE
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan) == plan.before


@pytest.mark.parametrize("target", ["line:1", "connector:", "x", ""])
def test_a_target_that_is_not_a_connector_cannot_be_looked_at(plugin_bot: PluginBot, target: str) -> None:
    plan = replace(plugin_bot.plan(), target=target)
    with raises(Refusal, match="cannot read the state"):
        plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan)


def test_a_removal_says_whose_customers_are_cut_off_on_each_line_where_it_was_active(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    active = {label for label, word in plan.before.items() if en(word).startswith("active")}
    assert active
    assert set(plan.consequences) == {*active, "registration"}
    for label in active:
        assert en(plan.consequences[label]).startswith(
            f"{en(plan.labels[label]).partition(' · ')[2]}: messages of customers"
        )
