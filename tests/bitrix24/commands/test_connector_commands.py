"""The connector commands tell what is there, and a removal tells what it will cost before anybody approves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.plugin import BadArgument, Call, CallVerdict, Refusal, TargetUnreachable, UndoKind
from plugins.bitrix24.commands.connector_read import parse_kind
from plugins.bitrix24.connectors.model import BUILT_IN
from tests.bitrix24.desk import REGISTRATION, Desk
from tests.bitrix24.hand import WHOLE

MINE = ("myconnector", "WhatsApp EU", "ours", "2")
SHOP = ("shopchat", "Shop chat", "ownership not proven", "1")


def set_error(desk: Desk, connector: str = "myconnector", line: int = 2, *, active: bool = True) -> None:
    desk.portal.seed(activations=[{"connector": connector, "line": line, "error": True, "active": active}])


def test_list_shows_all_connectors_with_their_kind_and_lines(desk: Desk) -> None:
    desk.adopt()
    reply = desk.reply("connector list")
    rows = desk.rows("connector list")
    assert MINE in rows
    assert SHOP in rows
    assert ("livechat", "Live chat", "built-in", "0") in rows
    assert reply.title == "13 connectors on default"
    assert reply.notes == ()


@pytest.mark.parametrize(
    ("word", "rows"),
    [("ours", [MINE]), ("not-proven", [SHOP]), ("Built-In", 11)],
    ids=["ours", "not proven", "built-in"],
)
def test_list_shows_one_kind_when_asked(desk: Desk, word: str, rows: list[tuple[str, ...]] | int) -> None:
    desk.adopt()
    found = desk.rows("connector list", kind=parse_kind(word))
    assert (len(found) if isinstance(rows, int) else list(found)) == rows


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(BadArgument) as caught:
        parse_kind("foreign")
    assert caught.value.hint == "Use one of: ours, built-in, not-proven."


def test_list_counts_errors_and_does_not_hide_what_it_could_not_read(desk: Desk) -> None:
    set_error(desk)
    body = {"error": "insufficient_scope", "error_description": ""}
    desk.fault("reply", "imconnector.status", status=401, body=body)
    reply = desk.reply("connector list")
    table = {row[0]: row[3] for row in reply.table.rows} if reply.table else {}
    assert table["myconnector"] == "2, 1 with an error"
    assert table["avito"] == "0 or more, not all readable"
    assert "insufficient_scope" in reply.notes[0]


def test_an_empty_portal_has_an_empty_list(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(seeded=False)
    desk.portal.seed(built_in={})
    assert desk.rows("connector list") == ()
    assert desk.rows("connector status") == ()
    assert desk.reply("connector list").title == "0 connectors on default"


def test_show_tells_what_is_known(desk: Desk) -> None:
    reply = desk.reply("connector show", connector="myconnector")
    assert dict(reply.facts) == {
        "name": "WhatsApp EU",
        "kind": "ownership not proven",
        "lines active": "2",
        "our record": "none: neither registered nor adopted here",
    }
    assert desk.rows("connector show", connector="myconnector") == (
        ("myconnector", "yes", "line 1 · Sales EU", "active", "on", "–"),
        ("myconnector", "yes", "line 2 · Support", "active", "on", "–"),
    )


def test_show_tells_how_far_our_record_reaches(desk: Desk) -> None:
    desk.adopt()
    facts = dict(desk.reply("connector show", connector="myconnector").facts)
    assert facts["our record"] == "adopted 2026-09-21 14:13 UTC, registration not known"
    desk.adopt(registration=dict(REGISTRATION), how="registered")
    facts = dict(desk.reply("connector show", connector="myconnector").facts)
    assert facts["our record"].startswith("registered ")
    assert facts["our record"].endswith(", registration known")


@pytest.mark.parametrize("path", ["connector show", "connector status"])
def test_an_unknown_id_is_answered_with_the_one_that_was_meant(desk: Desk, path: str) -> None:
    near, far = (desk.refusal(path, connector=name) for name in ("myconector", "zzz"))
    assert "no connector “myconector” on default" in near.sentence
    assert near.hint == "Did you mean “myconnector”?"
    assert far.hint == "`connector list` shows those there are."


def test_status_shows_every_line_of_one_connector_and_whether_the_line_is_on(desk: Desk) -> None:
    set_error(desk, line=3, active=False)
    assert desk.rows("connector status", connector="myconnector") == (
        ("myconnector", "yes", "line 1 · Sales EU", "active", "on", "–"),
        ("myconnector", "yes", "line 2 · Support", "active", "on", "–"),
        ("myconnector", "yes", "line 3 · Chat DE", "error", "switched off", "–"),
    )
    assert len([call for call in desk.calls() if not call.in_batch]) == 2


def test_status_of_all_shows_only_what_is_connected(desk: Desk) -> None:
    assert [row[:4:3] for row in desk.rows("connector status", all=True)] == [
        ("myconnector", "active"),
        ("myconnector", "active"),
        ("shopchat", "active"),
    ]


def test_status_tells_of_a_connector_that_is_active_but_not_registered(desk: Desk) -> None:
    desk.portal.seed(activations=[{"connector": "ghost", "line": 1}])
    reply = desk.reply("connector status", connector="ghost")
    assert reply.notes == ("ghost is active but not registered: it cannot work.",)
    assert desk.rows("connector status", connector="ghost")[0][:4] == ("ghost", "no", "line 1 · Sales EU", "active")


# ------------------------------------------------------------------------------------------------------ remove


def test_a_removal_names_every_line_it_cuts_off_and_what_should_be_gone(desk: Desk) -> None:
    desk.portal.seed(activations=[{"connector": "myconnector", "line": 3}])
    set_error(desk)
    plan = desk.plan()
    assert plan.target == "connector:myconnector"
    assert plan.summary == "Remove the connector myconnector from default"
    assert plan.radius == (
        "Sales EU (line 1, on): active",
        "Support (line 2, on): active, with an error",
        "Chat DE (line 3, switched off): active",
    )
    assert plan.before == {
        "registration": "present",
        "line 1 · Sales EU": "active",
        "line 2 · Support": "active, with an error",
        "line 3 · Chat DE": "active",
    }
    assert plan.wanted == dict.fromkeys(plan.before)
    assert plan.calls == (
        Call(
            method="imconnector.unregister",
            params={"ID": "myconnector"},
            note="Unregister myconnector and disconnect it from 3 lines.",
        ),
    )
    assert desk.effects() == 0


def test_of_a_connector_that_is_not_proven_ours_the_card_says_what_the_portal_will_do(desk: Desk) -> None:
    warning = desk.plan("shopchat").warnings[0]
    assert "not proven that shopchat is ours" in warning
    assert "cut it off from Support, keep its registration, and answer that all went well" in warning


def test_of_our_own_connector_there_is_no_such_warning(desk: Desk) -> None:
    desk.adopt()
    (warning,) = desk.plan().warnings
    assert warning == "Open chats stay open, but what operators write in them afterwards reaches nobody."


def test_when_the_installation_says_so_a_connector_that_is_not_proven_ours_is_left_alone(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(B24BOT_UNOWNED="refuse")
    error = desk.refusal("connector remove", connector="shopchat")
    assert isinstance(error, Refusal)
    assert "neither registered nor adopted here" in error.sentence
    desk.adopt()
    assert desk.plan().calls


def test_bitrix24s_own_channels_are_refused_before_the_portal_is_asked(desk: Desk) -> None:
    for connector in sorted(BUILT_IN):
        desk.adopt(connector)
        assert "Bitrix24's own channels" in desk.refusal("connector remove", connector=connector).sentence
    assert desk.calls() == []


def test_every_channel_the_simulated_portal_has_built_in_is_known_as_such(desk: Desk) -> None:
    assert set(dict(desk.portal.state.built_in.items())) <= BUILT_IN


def test_where_nothing_is_there_is_nothing_to_remove_and_the_one_meant_is_named(desk: Desk) -> None:
    assert desk.nothing("myconector").sentence == (
        "There is no connector “myconector” on default, so there is nothing to remove. Did you mean “myconnector”?"
    )
    assert desk.nothing("zzz").sentence.endswith("so there is nothing to remove.")


def test_what_is_left_on_lines_of_an_unregistered_connector_can_be_removed(desk: Desk) -> None:
    desk.portal.seed(activations=[{"connector": "ghost", "line": 1}])
    plan = desk.plan("ghost")
    assert plan.before == {"line 1 · Sales EU": "active"}
    assert "does not list ghost as registered" in plan.warnings[1]


def test_a_connector_without_lines_has_no_radius(desk: Desk) -> None:
    desk.portal.seed(connectors=[{"id": "lonely"}])
    plan = desk.plan("lonely")
    assert plan.radius == ()
    assert plan.calls[0].note == "Unregister lonely, which is not connected to any line."
    assert "cut it off from every line" in plan.warnings[0]


def test_a_radius_that_cannot_be_seen_is_not_planned_over(desk: Desk) -> None:
    body = {"error": "insufficient_scope", "error_description": ""}
    desk.fault("reply", "imconnector.status", status=401, body=body, skip=1)
    error = desk.refusal("connector remove", connector="myconnector")
    assert isinstance(error, TargetUnreachable)
    assert "what myconnector is on line 2 · Support" in error.sentence


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({}, UndoKind.NONE),
        ({"registration": dict(REGISTRATION), "lines": {"1": {}}}, UndoKind.PARTIAL),
        ({"registration": dict(WHOLE), "lines": {"1": {"NAME": "WA"}, "2": {}}}, UndoKind.FULL),
    ],
)
def test_the_plan_says_how_far_it_can_be_undone(desk: Desk, record: dict[str, Any], kind: UndoKind) -> None:
    desk.adopt(**record)
    assert desk.plan().undo.kind is kind


def test_a_full_undo_puts_back_what_was_there(desk: Desk) -> None:
    desk.adopt(registration=dict(REGISTRATION), lines={"1": {"NAME": "WA"}, "2": {}})
    plan = desk.plan()
    assert desk.perform(plan).verdict is CallVerdict.DONE
    for call in plan.undo.calls:
        assert desk.plugin.perform(desk.services, desk.place, call).verdict is CallVerdict.DONE
    assert desk.plan().before == plan.before
    assert desk.portal.state.status("myconnector", 1).data["NAME"] == "WA"


# ------------------------------------------------------------------------------------------------------ verify


def test_after_a_removal_nothing_is_left(desk: Desk) -> None:
    plan = desk.plan()
    desk.perform(plan)
    assert desk.plugin.verify(desk.services, desk.place, plan) == {}


def test_after_the_removal_of_anothers_connector_its_registration_is_still_there(desk: Desk) -> None:
    plan = desk.plan("shopchat")
    assert desk.perform(plan).verdict is CallVerdict.DONE
    assert desk.plugin.verify(desk.services, desk.place, plan) == {"registration": "present"}


def test_a_line_renamed_meanwhile_keeps_its_label_so_that_a_leftover_does_not_pass_for_removed(desk: Desk) -> None:
    plan = desk.plan()
    with desk.portal.world.lock:
        lines = desk.portal.state.lines
        lines.put(1, replace(lines[1], name="Sales Europe"))
    assert desk.plugin.verify(desk.services, desk.place, plan) == plan.before


def test_a_line_that_is_gone_from_the_list_is_still_looked_at(desk: Desk) -> None:
    plan = desk.plan()
    with desk.portal.world.lock:
        desk.portal.state.lines.drop(1)
    assert desk.plugin.verify(desk.services, desk.place, plan)["line 1 · Sales EU"] == "active"


def test_a_line_connected_meanwhile_makes_another_plan_and_is_no_part_of_reading_the_first_one_back(desk: Desk) -> None:
    plan = desk.plan()
    desk.portal.seed(activations=[{"connector": "myconnector", "line": 3}])
    assert desk.plan().before["line 3 · Chat DE"] == "active"
    assert desk.plugin.verify(desk.services, desk.place, plan) == plan.before


@pytest.mark.parametrize("target", ["line:1", "connector:", "x", ""])
def test_a_target_that_is_not_a_connector_cannot_be_looked_at(desk: Desk, target: str) -> None:
    plan = replace(desk.plan(), target=target)
    with pytest.raises(Refusal, match="cannot look at"):
        desk.plugin.verify(desk.services, desk.place, plan)


def test_a_removal_says_whose_customers_are_cut_off_on_each_line_where_it_was_active(desk: Desk) -> None:
    plan = desk.plan()
    active = {label for label, word in plan.before.items() if word.startswith("active")}
    assert active
    assert set(plan.consequences) == {*active, "registration"}
    for label in active:
        assert plan.consequences[label].startswith(f"{label.partition(' · ')[2]}: what its customers write")
