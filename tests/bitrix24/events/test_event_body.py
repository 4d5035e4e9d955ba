"""Bodies of events: read into typed values, and refused where they are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.bitrix24.events.event_body import EventBody, read_event
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.event_sender import Post
from tests.bitrix24.plugin_bot import PluginBot

TOKENS = {"auth[member_id]": "m1", "auth[application_token]": "t1", "auth[user_id]": "27", "ts": "1790000000"}
KEYS = st.text("abé0 .", min_size=1, max_size=4)
TREES = st.recursive(
    st.text(max_size=8), lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=4), max_leaves=8
)


def form(**more: str) -> dict[str, str]:
    return {"event": "OnImConnectorStatusDelete", **TOKENS, **more}


def read(fields: Mapping[str, str]) -> EventBody:
    found = read_event(fields)
    assert found is not None
    return found


def test_an_event_of_a_status_names_connector_line_and_user() -> None:
    event = read(form(**{"data[connector]": "WA", "data[line]": "3"}))
    assert (event.name, event.target, event.user) == ("ONIMCONNECTORSTATUSDELETE", ("wa", 3), 27)
    assert (event.member_id, event.application_token.reveal(), event.ts) == ("m1", "t1", 1790000000)


def test_an_event_of_a_line_is_a_bare_number() -> None:
    assert read(form(event="ONIMCONNECTORLINEDELETE", data="107")).target == ("", 107)


def test_an_event_that_nobody_caused_has_no_user() -> None:
    event = read({"event": "ONAPPUNINSTALL", "data[CLEAN]": "1", "auth[member_id]": "m1"})
    assert (event.user, event.target, bool(event.application_token)) == (None, None, False)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"event": ""},
        {"event": "<b>"},
        {"event[a]": "x"},
        {"event": "A", "data": "1", "data[a]": "2"},
        {"event": "A", "data[a]": "2", "data": "1"},
        {"event": "A", "data[a": "2"},
        {"event": "A", "data" + "[a]" * 40: "1"},
    ],
)
def test_what_is_no_event_is_nothing(fields: dict[str, str]) -> None:
    assert read_event(fields) is None


@given(st.dictionaries(st.text("ab[]0", max_size=8), st.text("A0[", max_size=3), max_size=4))
def test_any_form_is_an_event_or_nothing(fields: dict[str, str]) -> None:
    read_event(fields)
    read_event({"event": "A", **fields})


@given(TREES)
def test_a_tree_that_is_written_as_a_form_is_read_back(tree: Any) -> None:
    event = read({"event": "A", **dict(php_values.flatten("data", tree))})
    assert event.data == tree


@pytest.mark.parametrize(("path", "text"), [(("QUERY", "nonce"), "n1"), (("QUERY",), ""), (("a", "b"), "")])
def test_a_text_of_the_data_is_found_by_its_path(path: tuple[str, ...], text: str) -> None:
    assert read({"event": "ONAPPTEST", "data[QUERY][nonce]": "n1"}).text(*path) == text


def test_what_the_portal_posts_is_read(plugin_bot: PluginBot) -> None:
    from plugins.bitrix24.simulator.calls.call import Cause
    from plugins.bitrix24.simulator.effects.events import Event, post
    from plugins.bitrix24.simulator.state.rows import Handler

    world, posts = plugin_bot.portal.world, list[Post]()
    handler = Handler(id=555, client_id=plugin_bot.portal.client_id, event="ONAPPTEST", url="http://127.0.0.1:1/x")
    with world.lock, world.sender.held() as held:
        post(world, handler, Event(name="ONAPPTEST", data={"QUERY": {"nonce": "n"}}, cause=Cause(user=27)))
        posts += held
        held.clear()
    event = read(dict(posts[0].pairs))
    assert event.data == {"QUERY": {"nonce": "n"}}
    assert (event.user, event.member_id) == (27, plugin_bot.portal.member_id)
    assert event.application_token.reveal() == plugin_bot.portal.application_token
