"""Registering, changing, adopting, switching, configuring and restoring connectors: what is planned, done and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.change.change_request import Status
from bot.language.translation import translate
from bot.plugin import BadArgument, CallVerdict, PluginError, Refusal, Risk, UndoKind
from plugins.bitrix24.commands.common.observation import REGISTERED
from plugins.bitrix24.connectors.model import ACTIVE, BUILT_IN
from tests.bitrix24.hand import HANDLER, ICON, WHOLE, Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_facts

NEW = f"connector register newchat --name 'New chat' --handler {HANDLER}"
CHANGING = ("register", "update", "adopt", "activate", "deactivate", "configure", "error", "restore")


@pytest.fixture
def hand(plugin_bot: PluginBot) -> Hand:
    return Hand(plugin_bot=plugin_bot)


def rename(hand: Hand, connector: str, name: str) -> None:
    with hand.plugin_bot.portal.world.lock:
        connectors = hand.plugin_bot.portal.state.connectors
        connectors.put(connector, replace(connectors[connector], name=name))


def give_away(hand: Hand, connector: str) -> None:
    """Another application registers the same id again after it went."""
    hand.plugin_bot.portal.seed(connectors=[{"id": connector, "name": "Not ours", "app": "other"}])


# ----------------------------------------------------------------------------------------------------- register


def test_a_new_connector_is_registered_with_everything_sent_and_recorded(hand: Hand) -> None:
    ran = hand.done(f"{NEW} --icon {ICON} --color '#00AA00' --chat-group --no-newsletter --no-signature")
    row = hand.plugin_bot.portal.state.connectors["newchat"]
    assert (row.name, row.handler, row.client_id) == ("New chat", HANDLER, hand.plugin_bot.portal.client_id)
    assert row.icon == {"DATA_IMAGE": ICON, "COLOR": "#00aa00"}
    assert (row.flags["CHAT_GROUP"], row.flags["NEWSLETTER"], row.flags["NEED_SYSTEM_MESSAGES"]) == (True, False, True)
    assert hand.record("newchat")["registration"] == ran.plan.calls[0].params
    assert ran.plan.wanted == {"registration": REGISTERED, "name": "New chat"}
    assert ran.plan.undo.line == "connector remove newchat"
    assert "newchat" in hand.plugin_bot.open().ours()
    note = ran.plan.calls[0].note
    assert "handler: https://" in en(note)
    assert "base64" not in en(note)


def test_without_an_icon_the_default_one_is_taken(hand: Hand) -> None:
    hand.done(NEW)
    assert (
        hand.plugin_bot.portal.state.connectors["newchat"].icon["DATA_IMAGE"].startswith("data:image/svg+xml;base64,")
    )


def test_an_id_that_exists_is_not_silently_overwritten(hand: Hand) -> None:
    line = f"connector register myconnector --name X --handler {HANDLER}"
    foreign = hand.refused(line)
    assert "but not by b24bot" in en(foreign.sentence)
    assert "connector adopt myconnector" in en(foreign.hint)
    hand.own()
    ours = hand.refused(line)
    assert "b24bot has already registered myconnector on default." in en(ours.sentence)
    assert "connector update myconnector" in en(ours.hint)
    assert hand.plugin_bot.calls("imconnector.register") == []


def test_what_is_left_of_an_id_on_lines_is_told_before_it_lives_again(hand: Hand) -> None:
    hand.plugin_bot.portal.seed(activations=[{"connector": "newchat", "line": 2}])
    assert "still has settings on line 2 · Support" in en(hand.plan(NEW).warnings[0])
    hand.done(NEW)
    assert hand.record("newchat")["lines"] == {"2": None}


def test_an_undone_registration_leaves_nothing(hand: Hand) -> None:
    state = hand.portal_state()
    hand.done(hand.done(NEW).plan.undo.line)
    assert hand.portal_state() == state
    assert "earlier newchat" in en(hand.plan(NEW).warnings[0])


# ------------------------------------------------------------------------------------------------------- update


def test_an_update_shows_old_and_new_and_sends_all_of_it(hand: Hand) -> None:
    hand.own()
    ran = hand.done("connector update myconnector --name 'WhatsApp Europe' --no-newsletter")
    assert ran.plan.calls[0].params == {**WHOLE, "NAME": "WhatsApp Europe", "NEWSLETTER": "N"}
    assert "name: “WhatsApp EU” → “WhatsApp Europe”, newsletter: on → off." in en(ran.plan.calls[0].note)
    assert ran.plan.risk is None
    assert ran.plan.wanted == {"name": "WhatsApp Europe"}
    assert hand.record()["registration"] == ran.plan.calls[0].params
    assert hand.plugin_bot.portal.state.status("myconnector", 1).configured, "lines are not touched"


def test_updates_are_undone_one_after_the_other(hand: Hand) -> None:
    hand.own()
    first = hand.done("connector update myconnector --name One").plan
    second = hand.done(f"connector update myconnector --name Two --icon {ICON} --color '#000000'").plan
    assert (first.undo.kind, second.undo.kind) == (UndoKind.FULL, UndoKind.FULL)
    hand.done(second.undo.line)
    assert hand.plugin_bot.portal.state.connectors["myconnector"].name == "One"
    hand.done(first.undo.line)
    assert hand.record()["registration"] == WHOLE
    assert "no record of an earlier registration 12345678" in en(
        hand.refused("connector update myconnector --back 12345678").sentence
    )


def test_what_was_never_sent_cannot_be_taken_back_by_sending_nothing(hand: Hand) -> None:
    hand.own()
    undo = hand.plan(f"connector update myconnector --icon-disabled {ICON}").undo
    assert undo.kind is UndoKind.PARTIAL
    assert "except for: icon when switched off" in en(undo.sentence)


def test_a_change_that_the_list_does_not_show_says_so_and_rests_on_the_answer(hand: Hand) -> None:
    hand.own()
    plan = hand.plan("connector update myconnector --handler https://new.example/x")
    assert not plan.provable
    assert "The portal does not return these values" in en(plan.warnings[-1])
    assert plan.part == "registration", "an answer that never comes must not lock the connector"
    assert hand.carry_out(plan).status is Status.DONE


def test_a_name_changed_by_others_is_kept_and_not_changed_back(hand: Hand) -> None:
    hand.own()
    rename(hand, "myconnector", "Renamed elsewhere")
    assert hand.plan("connector update myconnector --newsletter --no-signature").calls[0].params["NAME"] == (
        "Renamed elsewhere"
    )


def test_what_is_so_already_is_not_sent(hand: Hand) -> None:
    hand.own()
    assert "is already registered with these values" in hand.nothing(
        "connector update myconnector --name 'WhatsApp EU' --newsletter"
    )


def test_without_a_record_only_the_whole_is_taken_and_an_approval_is_needed(hand: Hand) -> None:
    error = hand.refused("connector update shopchat --name Mine")
    assert "cannot be changed in part" in en(error.sentence)
    assert "Give these options as well: --handler, --icon" in en(error.hint)
    ran = hand.done(f"connector update shopchat --name Mine --handler {HANDLER} --icon {ICON}")
    assert ran.plan.risk is Risk.DESTROY
    assert "takes shopchat over" in en(ran.plan.warnings[0])
    assert ran.plan.undo.kind is UndoKind.NONE
    assert hand.plugin_bot.portal.state.connectors["shopchat"].client_id == hand.plugin_bot.portal.client_id
    assert hand.record("shopchat")["lines"] == {"2": None}
    assert "shopchat" in hand.plugin_bot.open().ours()


def test_an_unregistered_connector_is_not_updated_but_its_restoring_is_offered(hand: Hand) -> None:
    hand.own()
    hand.done("connector remove myconnector")
    assert "connector restore myconnector" in en(hand.refused("connector update myconnector --name X").hint)
    assert "Did you mean “myconnector”?" not in en(hand.refused("connector update zzz --name X").hint)


# -------------------------------------------------------------------------------------------------------- adopt


def test_the_plan_of_an_adoption_says_what_is_taken_into_our_records_and_what_can_be_undone(hand: Hand) -> None:
    plain = hand.plan("connector adopt shopchat")
    assert plain.calls == ()
    assert en(plain.notes[0]).startswith("Add shopchat to b24bot's record with: name “Shop chat”")
    assert en(plain.notes[1]) == "shopchat is active on line 2 · Support."
    assert "A removal cannot be undone yet" in en(plain.notes[2])
    whole = hand.plan(f"connector adopt shopchat --handler {HANDLER} --icon {ICON}")
    assert ", handler, icon" in en(whole.notes[0])
    assert "A removal can be undone" in en(whole.notes[2])


def test_adopting_calls_nothing_and_makes_it_ours(hand: Hand) -> None:
    state = hand.portal_state()
    ran = hand.done("connector adopt shopchat")
    assert ran.plan.calls == ()
    assert en(ran.ending.sentence) == "Done. Nothing had to be sent."
    assert hand.portal_state() == state
    assert "shopchat" in hand.plugin_bot.open().ours()
    assert hand.record("shopchat")["lines"] == {"2": None}
    text = " ".join(map(en, ran.plan.warnings))
    assert "A removal of shopchat cannot be undone until its handler and icon are on record" in text
    assert "handler, icon, all switches, the data of line 2 · Support" in text


def test_what_is_missing_can_be_given_later(hand: Hand) -> None:
    hand.done("connector adopt shopchat", f"connector adopt shopchat --handler {HANDLER} --icon {ICON}")
    assert hand.plan("connector remove shopchat").undo.kind is UndoKind.PARTIAL
    assert "shopchat is ours already" in hand.nothing("connector adopt shopchat")
    error = hand.refused("connector adopt shopchat --handler https://other.example/")
    assert "b24bot's record has another handler" in en(error.sentence)
    assert "connector update shopchat" in en(error.hint)


def test_several_are_adopted_at_once(hand: Hand) -> None:
    hand.done("connector adopt shopchat myconnector shopchat")
    assert hand.plugin_bot.open().ours() == {"shopchat", "myconnector"}


def test_adopting_fails_when_what_was_seen_is_no_longer_so(hand: Hand) -> None:
    plan = hand.plan("connector adopt shopchat")
    rename(hand, "shopchat", "Another name")
    assert hand.carry_out(plan).status is Status.FAILED
    assert hand.plugin_bot.open().ours() == frozenset()


# ---------------------------------------------------------------------------------------- activate, deactivate


def test_activating_leaves_out_lines_where_it_is_active(hand: Hand) -> None:
    hand.own(lines={"1": {}, "2": {}})
    ran = hand.done("connector activate myconnector 3 1 3")
    assert [call.params for call in ran.plan.calls] == [{"CONNECTOR": "myconnector", "LINE": 3, "ACTIVE": 1}]
    assert ran.plan.wanted == {"line:3": ACTIVE}
    assert "line 3 · Chat DE is switched off" in en(ran.plan.warnings[0])
    assert hand.record()["lines"] == {"1": {}, "2": {}, "3": {}}
    assert "active on line 1 · Sales EU, line 2 · Support, and line 3" in hand.nothing(
        "connector activate myconnector --all"
    )


def test_an_error_is_cleared_by_activating_and_does_not_come_back(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "WA"}})
    hand.plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 1, "error": True}])
    plan = hand.plan("connector activate myconnector 1")
    assert plan.undo.kind is UndoKind.NONE
    assert hand.carry_out(plan).status is Status.DONE
    assert not hand.plugin_bot.portal.state.status("myconnector", 1).error
    assert hand.record()["lines"] == {"1": {"NAME": "WA"}}
    mixed = hand.plan("connector activate myconnector 1 3").undo
    assert mixed.kind is UndoKind.FULL


def test_activating_is_undone_by_deactivating_the_same_lines(hand: Hand) -> None:
    hand.own()
    state = hand.portal_state()
    hand.done(hand.done("connector activate myconnector 3").plan.undo.line)
    assert hand.portal_state() == state


def test_deactivating_says_that_the_data_goes_and_whether_we_know_it(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "WA"}})
    plan = hand.plan("connector deactivate myconnector --all")
    assert tuple(map(en, plan.radius)) == (
        "Sales EU (line 1, on): active; its data is deleted (b24bot's record of the data: known)",
        "Support (line 2, on): active; its data is deleted (b24bot's record of the data: not known)",
    )
    assert plan.undo.kind is UndoKind.PARTIAL
    assert "the data of line 2 · Support" in en(plan.undo.sentence)
    assert [call.params["ACTIVE"] for call in plan.calls] == [0, 0]
    assert hand.carry_out(plan).status is Status.DONE
    assert hand.record()["off"] == {"1": {"NAME": "WA"}, "2": None}
    assert hand.record()["lines"] == {}


def test_a_deactivation_is_undone_with_its_data(hand: Hand) -> None:
    hand.own()
    hand.done(
        "connector activate myconnector 3", "connector configure myconnector 3 --name Shop --url https://a.example/"
    )
    state = hand.portal_state()
    plan = hand.done("connector deactivate myconnector 3").plan
    assert plan.undo.kind is UndoKind.FULL
    assert "connector restore myconnector 3" in en(hand.plan("connector activate myconnector 3").warnings[-1])
    hand.done(plan.undo.line)
    assert hand.portal_state() == state


def test_what_is_not_ours_is_switched_with_an_approval_and_not_recorded(hand: Hand) -> None:
    off = hand.done("connector deactivate shopchat 2").plan
    assert (off.risk, off.undo.line) == (Risk.DESTROY, "connector activate shopchat 2")
    on = hand.done(off.undo.line).plan
    assert on.risk is Risk.DESTROY
    assert "b24bot did not register or adopt shopchat" in en(on.warnings[0])
    assert hand.plugin_bot.open().ours() == frozenset()


def test_a_leftover_with_only_an_error_is_taken_away_for_good(hand: Hand) -> None:
    hand.own()
    hand.plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 3, "error": True, "active": False}])
    plan = hand.plan("connector deactivate myconnector 3")
    assert plan.undo.kind is UndoKind.NONE
    hand.carry_out(plan)
    assert hand.record()["off"] == {}


def test_where_it_is_not_connected_there_is_nothing_to_deactivate(hand: Hand) -> None:
    hand.own()
    assert "not connected to line 3 · Chat DE" in hand.nothing("connector deactivate myconnector 3")


# ---------------------------------------------------------------------------------------------------- configure


def test_configuring_sends_what_is_known_along_so_that_no_portal_loses_it(hand: Hand) -> None:
    """One kind of portal merges and another overwrites: both end with the same (docs/portal-behaviour.md P49)."""
    for behaviour in ("merge", "overwrite"):
        hand.plugin_bot.switch(data_set=behaviour)
        hand.own(lines={"1": {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}})
        ran = hand.done("connector configure myconnector 1 --url https://new.example/ --external-id +49123")
        told = {"NAME": "WhatsApp EU", "URL": "https://new.example/", "ID": "+49123"}
        assert hand.plugin_bot.portal.state.status("myconnector", 1).data == told
        assert hand.record()["lines"]["1"] == told
        note = ran.plan.calls[0].note
        assert "url: “https://wa.example/” → “https://new.example/”, external-id: nothing → “+49123”" in en(note)
        assert "Sent again unchanged: name." in en(note)
        hand.plugin_bot.portal.seed(
            activations=[
                {"connector": "myconnector", "line": 1, "data": {"name": "WhatsApp EU", "url": "https://wa.example/"}}
            ]
        )


def test_data_cannot_be_read_back_and_the_card_says_so(hand: Hand) -> None:
    hand.own(lines={"1": {}})
    plan = hand.plan("connector configure myconnector 1 --name WA")
    assert not plan.provable
    assert "does not return the data of myconnector on line 1 · Sales" in en(plan.warnings[-1])
    assert plan.undo.kind is UndoKind.NONE
    assert "can be replaced, but not cleared" in en(plan.undo.sentence)


def test_how_far_configuring_can_be_undone_depends_on_what_was_known(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "It's “WA” & co"}})
    full = hand.done("connector configure myconnector 1 --name New").plan.undo
    assert full.kind is UndoKind.FULL
    hand.done(full.line)
    assert hand.record()["lines"]["1"] == {"NAME": "It's “WA” & co"}, "values are kept as they are typed"
    partial = hand.plan("connector configure myconnector 1 --name New --url https://a.example/").undo
    assert partial.kind is UndoKind.PARTIAL
    assert "except for: url" in en(partial.sentence)
    assert hand.plan("connector configure myconnector 2 --name New").undo.kind is UndoKind.NONE


def test_data_that_was_not_known_stays_partly_unknown_until_all_of_it_is_given(hand: Hand) -> None:
    hand.own()
    hand.done("connector configure myconnector 2 --name WA")
    assert (hand.record()["lines"], hand.record()["partly"]) == ({"2": {"NAME": "WA"}}, [2])
    assert "the data of line 1 · Sales EU and line 2 · Support" in en(
        hand.plan("connector remove myconnector").undo.sentence
    )
    hand.done(
        "connector configure myconnector 2 --url https://a.example/ --url-im https://a.example/im --external-id 1"
    )
    assert hand.record()["partly"] == []


def test_data_is_only_stored_where_the_connector_is_active(hand: Hand) -> None:
    hand.own()
    error = hand.refused("connector configure myconnector 3 --name WA")
    assert mentions.unmark(en(error.hint)) == "Activate it first: connector activate myconnector 3"


# ------------------------------------------------------------------------------------------------------ restore


def test_a_removed_connector_comes_back_with_its_lines_and_their_data(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}, "2": {}})
    hand.done(f"connector update myconnector --icon {ICON} --color '#123456'")
    state = hand.portal_state()
    removed = hand.done("connector remove myconnector").plan
    assert removed.undo.line == "connector restore myconnector"
    assert "myconnector" not in hand.plugin_bot.open().ours(), "whoever registers it now is not us"
    restored = hand.done(removed.undo.line)
    assert hand.portal_state() == state
    assert "myconnector" in hand.plugin_bot.open().ours()
    methods = [call.method.rpartition(".")[2] for call in restored.plan.calls]
    assert methods == ["register", "set", "activate", "activate"], "what shows is done last"
    assert "does not return the data of myconnector on line 1 · Sales EU." in en(restored.plan.warnings[-1])
    told = translate(restored.plan.calls[0].note, "ru")
    assert told.endswith((": включено.", ": выключено.")), "with one full stop"
    assert hand.nothing("connector restore myconnector") == "Nothing of myconnector is missing on default."


def test_what_is_not_known_is_said_before_it_is_put_back_without(hand: Hand) -> None:
    hand.own(lines={"1": {}})
    hand.done("connector remove myconnector")
    plan = hand.plan("connector restore myconnector")
    told = "This restores only a part. Not on record, so not restored: the data of line 2 · Support."
    assert told in map(en, plan.warnings)
    assert hand.carry_out(plan).status is Status.DONE
    assert hand.record()["lines"] == {"1": {}, "2": {}}


def test_without_a_registration_on_record_it_says_what_is_missing_and_what_to_type(hand: Hand) -> None:
    hand.done("connector adopt myconnector", "connector remove myconnector")
    error = hand.refused("connector restore myconnector")
    assert "Not on record: handler, icon, all switches" in en(error.sentence)
    assert "connector register myconnector" in en(error.hint)


def test_a_connector_that_the_portal_lost_comes_back_too(hand: Hand) -> None:
    """As when the application was installed anew (docs/portal-behaviour.md P90)."""
    hand.own(lines={"1": {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}, "2": {}})
    with hand.plugin_bot.portal.world.lock:
        hand.plugin_bot.portal.state.connectors.drop("myconnector")
        for line in (1, 2):
            hand.plugin_bot.portal.state.statuses.drop(("myconnector", line))
    assert en(hand.reply("connector status").notes[0]).startswith("On record but no longer registered: myconnector.")
    hand.done("connector restore myconnector")
    assert hand.plugin_bot.portal.state.status("myconnector", 1).data["NAME"] == "WhatsApp EU"


def test_one_line_can_be_put_back_alone(hand: Hand) -> None:
    hand.own(lines={"1": {}, "2": {}})
    hand.done("connector deactivate myconnector 1 2")
    assert "connector restore myconnector 1 2" in hand.nothing("connector restore myconnector")
    hand.done("connector restore myconnector 2")
    assert not hand.plugin_bot.portal.state.status("myconnector", 1).configured
    assert hand.record()["off"] == {"1": {}}
    error = hand.refused("connector restore myconnector 3")
    assert "no record of myconnector on line 3" in en(error.sentence)
    assert "connector activate myconnector 3" in en(error.hint)


def test_a_line_that_is_gone_is_left_out_and_named(hand: Hand) -> None:
    hand.own(lines={"1": {}, "2": {}})
    hand.done("connector remove myconnector")
    with hand.plugin_bot.portal.world.lock:
        hand.plugin_bot.portal.state.lines.drop(2)
    plan = hand.plan("connector restore myconnector")
    assert any("also on line 2, which no longer exists" in en(line) for line in plan.warnings)
    assert hand.carry_out(plan).status is Status.DONE


def test_an_id_that_others_took_meanwhile_is_not_registered_over(hand: Hand) -> None:
    hand.own(lines={"1": {}})
    hand.done("connector remove myconnector")
    give_away(hand, "myconnector")
    plan = hand.plan("connector restore myconnector")
    assert plan.risk is Risk.DESTROY
    assert "b24bot removed myconnector. Since then the connector was registered again." in en(plan.warnings[0])
    assert {call.method for call in plan.calls} == {"imconnector.activate"}
    hand.carry_out(plan)
    assert "myconnector" not in hand.plugin_bot.open().ours()


def test_what_restoring_did_can_be_undone(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}, "2": {}})
    hand.done("connector deactivate myconnector 1")
    assert hand.plan("connector restore myconnector 1").undo.line == "connector deactivate myconnector 1"
    hand.done("connector remove myconnector")
    assert hand.plan("connector restore myconnector").undo.line == "connector remove myconnector"


def test_a_restore_that_stops_after_the_registration_leaves_it_ours(hand: Hand) -> None:
    hand.own(lines={"1": {}})
    hand.done("connector remove myconnector")
    hand.plugin_bot.fault("false_flat", "imconnector.activate")
    ran = hand.run("connector restore myconnector")
    assert ran.status is Status.FAILED
    assert "only partly applied" in en(ran.ending.sentence)
    assert "myconnector" in hand.plugin_bot.open().ours()
    assert hand.done("connector restore myconnector").plan.risk is None


# ------------------------------------------------------------------------------------------------- all of them


def test_a_plan_made_from_another_version_of_our_record_is_not_the_same_plan(hand: Hand) -> None:
    """Else what was learnt between asking and running would be overwritten by what was known at first."""
    hand.own(lines={"1": {}, "2": {}})
    plan = hand.plan("connector configure myconnector 1 --name WA")
    hand.done("connector configure myconnector 2 --name Two")
    fresh = hand.plan("connector configure myconnector 1 --name WA")
    assert plan.before["record"] != fresh.before["record"]


WRONG: list[tuple[str, type[PluginError], str]] = [
    ("connector register livechat --name X --handler {h}", Refusal, "a built-in channel of Bitrix24"),
    ("connector register my.chat --name X --handler {h}", BadArgument, "a dot"),
    ("connector register 0 --name X --handler {h}", BadArgument, "cannot be a connector id"),
    ("connector register newchat --name 0 --handler {h}", BadArgument, "name is empty"),
    ("connector register newchat --name X --handler ftp://a.example/", BadArgument, "https://"),
    ("connector register newchat --name X --handler {h} --icon /etc/passwd", BadArgument, "own computer"),
    ("connector register newchat --name X --handler {h} --icon shop.svg", Refusal, "no folder for icons"),
    ("connector register newchat --name X --handler {h} --color green", BadArgument, "not a colour"),
    ("connector update myconnector", BadArgument, "needs something to change"),
    ("connector update myconnector --back 1234", BadArgument, "eight digits"),
    ("connector update myconnector --back 12345678 --name X", BadArgument, "cannot be combined"),
    ("connector update myconnector --newsletter --no-newsletter", BadArgument, "contradict each other"),
    ("connector update livechat --name X", Refusal, "a built-in channel of Bitrix24"),
    ("connector update nosuch --name X", Refusal, "no connector “nosuch”"),
    ("connector adopt", BadArgument, "at least one connector id"),
    ("connector adopt livechat", Refusal, "a built-in channel of Bitrix24"),
    ("connector adopt shopchat nosuch", Refusal, "no connector “nosuch”"),
    ("connector adopt shopchat myconnector --name X", BadArgument, "several connectors are given"),
    ("connector adopt shopchat --name Other", Refusal, "the portal shows the name “Shop chat”"),
    ("connector adopt {many}", BadArgument, "the maximum is 20"),
    ("connector activate myconnector", BadArgument, "the number of a line, or --all"),
    ("connector activate myconnector 1 --all", BadArgument, "not both"),
    ("connector activate myconnector 0", BadArgument, "not the number of a line"),
    ("connector activate myconnector all", BadArgument, "not the number of a line"),
    ("connector activate myconnector 7 3 9", Refusal, "no line 7 or 9 on default"),
    ("connector activate nosuch 1", Refusal, "no connector “nosuch”"),
    ("connector activate livechat 1", Refusal, "a built-in channel of Bitrix24"),
    ("connector deactivate myconnector", BadArgument, "the number of a line, or --all"),
    ("connector deactivate myconnector 9", Refusal, "no line 9"),
    ("connector deactivate nosuch 1", Refusal, "no connector “nosuch”"),
    ("connector deactivate livechat 1", Refusal, "a built-in channel of Bitrix24"),
    ("connector configure myconnector 1", BadArgument, "needs something to set"),
    ("connector configure myconnector 1 --url not-an-address", BadArgument, "https:// or http://"),
    ("connector configure myconnector 1 --url http://10.0.0.1/", BadArgument, "not a public host"),
    ("connector configure myconnector 1 --name 0", BadArgument, "is empty"),
    ("connector configure myconnector 9 --name X", Refusal, "no line 9"),
    ("connector configure nosuch 1 --name X", Refusal, "no connector “nosuch”"),
    ("connector configure livechat 1 --name X", Refusal, "a built-in channel of Bitrix24"),
    ("connector restore nosuch", Refusal, "no record of nosuch"),
    ("connector restore livechat", Refusal, "a built-in channel of Bitrix24"),
    ("connector status myconnector --all", BadArgument, "not both"),
]


@pytest.mark.parametrize(("line", "kind", "why"), WRONG, ids=[line for line, *_ in WRONG])
def test_what_is_wrong_is_named_with_what_to_type_instead(
    make_plugin_bot: Callable[..., PluginBot], line: str, kind: type[PluginError], why: str
) -> None:
    hand = Hand(plugin_bot=make_plugin_bot())
    many = " ".join(f"c{number}" for number in range(21))
    error = hand.refused(line.format(h=HANDLER, many=many))
    assert isinstance(error, kind)
    assert why in en(error.sentence)
    assert en(error.hint)
    assert hand.plugin_bot.effects("*") == 0


@pytest.mark.parametrize("verb", CHANGING)
def test_no_change_touches_bitrix24s_own_channels_or_asks_the_portal_about_them(hand: Hand, verb: str) -> None:
    words = {
        "register": f"--name X --handler {HANDLER}",
        "update": "--name X",
        "configure": "1 --name X",
        "activate": "1",
        "deactivate": "1",
        "error": "1 down",
    }
    for connector in sorted(BUILT_IN):
        assert "a built-in channel of Bitrix24" in en(
            hand.refused(f"connector {verb} {connector} {words.get(verb, '')}").sentence
        )
    assert hand.plugin_bot.calls() == []


@pytest.mark.parametrize(
    "line",
    [
        f"connector update shopchat --name X --handler {HANDLER} --icon {ICON}",
        "connector activate shopchat 1",
        "connector deactivate shopchat 2",
        "connector configure shopchat 2 --name X",
        "connector remove shopchat",
    ],
)
def test_an_installation_may_leave_alone_what_is_not_proven_ours(
    make_plugin_bot: Callable[..., PluginBot], line: str
) -> None:
    hand = Hand(plugin_bot=make_plugin_bot(BITRIX24_UNOWNED="refuse"))
    error = hand.refused(line)
    assert "does not change such connectors" in en(error.sentence)
    assert "adopt it first" in en(error.hint)
    hand.done("connector adopt shopchat")
    if "update" not in line:
        assert hand.plan(line).risk is None


def test_every_call_of_every_plan_is_answered_with_yes_by_the_portal(hand: Hand) -> None:
    hand.own()
    for line in (
        NEW,
        "connector activate newchat --all",
        "connector configure newchat 1 --name N",
        "connector remove newchat",
    ):
        assert {outcome.verdict for outcome in hand.done(line).outcomes} == {CallVerdict.DONE}


# ------------------------------------------------------------------------------------------------ status, line


def test_status_shows_ours_unless_all_are_asked_for(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "WA"}})
    hand.plugin_bot.portal.seed(connectors=[{"id": "idle"}])
    hand.own("idle")
    assert [(row[0], row[2], row[5]) for row in hand.rows("connector status")] == [
        ("myconnector", "line 1 · Sales EU", "known"),
        ("myconnector", "line 2 · Support", "not known"),
    ]
    notes = [mentions.unmark(en(note)) for note in hand.reply("connector status").notes]
    assert "On no line: idle." in notes
    assert "12 more connectors (built-in or of others) are not shown; connector status --all shows them." in notes
    assert {row[0] for row in hand.rows("connector status --all")} == {"myconnector", "shopchat"}


def test_where_nothing_is_ours_status_says_what_to_type(hand: Hand) -> None:
    reply = hand.reply("connector status")
    assert "no connectors on record yet" in en(reply.notes[0])
    assert "connector adopt ID" in en(reply.notes[0])


def test_all_of_status_takes_as_few_requests_as_there_can_be(hand: Hand) -> None:
    hand.plugin_bot.portal.seed(lines=[{"id": number} for number in range(10, 60)])
    hand.rows("connector status --all")
    assert len(hand.plugin_bot.calls("batch")) == 1 + 14, "the lists; 13 connectors on 53 lines, 50 to a request"
    assert len([call for call in hand.plugin_bot.calls() if not call.in_batch]) == 15
    table = hand.reply("connector status --all").table
    assert table is not None
    assert table.attach


def test_a_green_connector_on_a_line_that_is_off_is_said_to_be_silent(hand: Hand) -> None:
    hand.own()
    hand.plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 3}])
    silent = "myconnector is active on line 3 · Chat DE, but the line is switched off: no messages pass."
    for line in ("line show 3", "connector status", "connector show myconnector"):
        assert silent in map(en, hand.reply(line).notes)
    assert not any("switched off" in en(note) for note in hand.reply("line show 1").notes)


def test_show_tells_what_only_our_record_knows(hand: Hand) -> None:
    hand.own(lines={"1": {"NAME": "WA"}})
    facts = dict(en_facts(hand.reply("connector show myconnector")))
    assert facts["handler"] == HANDLER
    assert facts["icon"].startswith("SVG of ")
    assert facts["data on line 1"] == "NAME: WA"
    assert "not known" not in facts
