"""Every shape of answer that PHP servers make × every method of the catalogue: nothing is called done that was not.

The simulated portal is asked in this process, without a server. It knows whether it carried the call out, and that is
what the verdicts are held against.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from bot.plugin import CallVerdict
from bot.plugin.loopback import LoopbackRequest
from plugins.bitrix24.http import compression
from plugins.bitrix24.http.exchange import MAX_ANSWER, HttpAnswer
from plugins.bitrix24.rest import methods
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.methods import METHODS, Effect, Method
from plugins.bitrix24.rest.protocol import Judgement, judge
from plugins.bitrix24.simulator.php.answer_shapes import SHAPES, Shape
from plugins.bitrix24.simulator.seed import seed
from plugins.bitrix24.simulator.server import dispatch
from plugins.bitrix24.simulator.state.faults import read_fault
from plugins.bitrix24.simulator.state.world import World, new_facts
from tests.bitrix24.rest.test_confirmation import truly_done
from tests.language.english import en

DONE, FAILED, NOT_SENT, UNKNOWN = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN
READABLE = {
    *("bom", "blanks", "gzip", "gzip_unlabelled", "deflate", "numbers_as_text", "result_null", "result_list"),
    *("warning_before", "warning_after", "null_before", "windows_1251"),
    *(shape.name for shape in SHAPES if shape.name.startswith("success_")),
    *("maps_as_lists", "lists_as_maps", "flags_yn", "flags_10", "flags_text"),
}
"""Those in which a read finds a result; what its values are worth is told where they are read."""
REFUSED = {name for name in (shape.name for shape in SHAPES) if name.startswith(("error", "description"))} - {
    "error_500"
}
MESSAGE = {"user": {"id": "585"}, "message": {"id": "m1", "text": "hello"}, "chat": {"id": "c1"}}
RECEIPT = {"im": {"chat_id": 1, "message_id": 1}, "message": {"id": ["m1"]}, "chat": {"id": "c1"}}
HANDLER = "https://x.example/events"
ICON = {"DATA_IMAGE": "data:image/svg+xml,x"}

CALLS: Mapping[str, dict[str, Any]] = {
    "app.info": {},
    "batch": {"halt": 0, "cmd": {"i0": "imconnector.status?CONNECTOR=myconnector&LINE=1"}},
    "crm.activity.list": {"filter": {"COMPLETED": "N"}},
    "event.bind": {"event": "ONIMCONNECTORSTATUSDELETE", "event_type": "offline"},
    "event.get": {},
    "event.offline.clear": {"process_id": "", "id": ["1"]},
    "event.offline.list": {"filter": {}, "order": {"ID": "ASC"}},
    "event.test": {"nonce": "n1"},
    "event.unbind": {"event": "ONIMCONNECTORLINEDELETE", "handler": HANDLER},
    "imconnector.activate": {"CONNECTOR": "myconnector", "LINE": 3, "ACTIVE": 1},
    "imconnector.chat.name.set": {
        "CONNECTOR": "myconnector",
        "LINE": 1,
        "CHAT_ID": "c1",
        "NAME": "Eve",
        "USER_ID": "585",
    },
    "imconnector.connector.data.set": {"CONNECTOR": "myconnector", "LINE": 1, "DATA": {"NAME": "WhatsApp"}},
    "imconnector.delete.messages": {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [MESSAGE]},
    "imconnector.list": {},
    "imconnector.register": {"ID": "newchat", "NAME": "New", "ICON": ICON, "PLACEMENT_HANDLER": "https://x.example/"},
    "imconnector.send.messages": {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [MESSAGE]},
    "imconnector.send.status.delivery": {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [RECEIPT]},
    "imconnector.send.status.reading": {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [RECEIPT]},
    "imconnector.set.error": {"CONNECTOR": "myconnector", "LINE": 1},
    "imconnector.status": {"CONNECTOR": "myconnector", "LINE": 1},
    "imconnector.unregister": {"ID": "myconnector"},
    "imconnector.update.messages": {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [MESSAGE]},
    "imopenlines.config.list.get": {},
    "placement.bind": {"PLACEMENT": "REST_APP_URI", "HANDLER": HANDLER},
    "placement.get": {},
    "placement.unbind": {"PLACEMENT": "REST_APP_URI", "HANDLER": HANDLER},
    "profile": {},
    "scope": {},
}
"""A call of each method that a healthy portal carries out and says yes to."""

SEED = {
    "connectors": [{"id": "myconnector", "name": "WhatsApp"}],
    "activations": [{"connector": "myconnector", "line": 1}],
}


@cache
def portal() -> World:
    world = World(new_facts("http://portal.example", "http://server.example"))
    world.switches.set("rate_limit", "off")
    return world


def ask(method: str, shape: str = "", params: Mapping[str, Any] | None = None) -> tuple[HttpAnswer, bool]:
    """The portal's answer to the call of a method, and whether it was carried out."""
    world = portal()
    if shape:
        world.faults.add(read_fault({"kind": "shape", "method": method, "shape": shape}))
    body = json.dumps({**(params or CALLS[method]), "auth": world.facts.main.access_token}).encode()
    reply = dispatch.answer(
        world,
        LoopbackRequest(
            method="POST", path=f"/rest/{method}.json", headers={"content-type": "application/json"}, body=body
        ),
    )
    carried_out = [entry for entry in world.journal.calls if not entry.in_batch][-1].outcome == "ok"
    plain = compression.unpack(reply.body, reply.headers.get("Content-Encoding", ""), MAX_ANSWER)
    return HttpAnswer(status=reply.status, body=plain, location=reply.headers.get("Location", "")), carried_out


def prepare(method: str) -> None:
    """What a call needs to be there: the connector, active on its line, a chat for a new name, a handler to take away.

    What a call adds must not be there: the same handler twice is an error.
    """
    seed(portal(), SEED)
    portal().state.handlers.drop_where(lambda row: True)
    portal().state.placements.drop_where(lambda row: row.handler == HANDLER)
    if method == "crm.activity.list":
        main = portal().state.apps[portal().facts.main.client_id]
        portal().state.change_app(main.client_id, scope=(*main.scope, "crm"))
    if method.startswith("placement."):
        main = portal().state.apps[portal().facts.main.client_id]
        portal().state.change_app(main.client_id, scope=(*main.scope, "placement"))
    if method in ("event.unbind", "placement.unbind"):
        ask(method.replace("unbind", "bind"), params=CALLS[method])
    if method == "imconnector.chat.name.set":
        ask("imconnector.send.messages")


def test_every_method_of_the_catalogue_has_a_call_that_a_healthy_portal_says_yes_to() -> None:
    assert set(CALLS) == set(METHODS)
    for name, params in CALLS.items():
        methods.check(name, params)
        prepare(name)
        answer, carried_out = ask(name)
        assert carried_out, (name, answer.body)
        assert judge(METHODS[name], answer).verdict is DONE, (name, answer.body)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_no_shape_of_answer_makes_a_wrong_verdict_at_any_method(shape: Shape) -> None:
    for name, method in METHODS.items():
        prepare(name)
        answer, carried_out = ask(name, shape.name)
        assert carried_out is shape.effect, (name, shape.name)
        judgement = judge(method, answer, asked=f"http://portal.example/rest/{name}.json")
        hold(shape, method, judgement, carried_out=carried_out)
        if method.effect is not Effect.READ:
            documented = truly_done(name, answer.status, answer.body.strip(b"\xef\xbb\xbf \t\r\n"))
            assert (judgement.verdict is DONE) is documented, (name, shape.name, judgement)
            assert documented or not shape.name.startswith("success_"), (name, shape.name)


def hold(shape: Shape, method: Method, judgement: Judgement, *, carried_out: bool) -> None:
    where = (method.name, shape.name, judgement)
    reading = method.effect is Effect.READ
    assert en(judgement.sentence).strip(), where
    assert en(judgement.sentence).endswith((".", ")", "”.")), where
    assert judgement.verdict is DONE or en(judgement.hint).endswith("."), where
    if reading:
        assert (judgement.verdict is DONE) is (shape.name in READABLE), where
    elif judgement.verdict is not UNKNOWN:
        assert carried_out is (judgement.verdict is DONE), where
    if shape.name in REFUSED:
        assert judgement.verdict is FAILED, where
        assert "The portal says: “Access denied." in en(judgement.sentence), where
    if reading:
        assert "before you repeat" not in f"{en(judgement.sentence)} {en(judgement.hint)}", where
    elif judgement.verdict is UNKNOWN:
        assert "before you repeat" in en(judgement.hint), where
        assert judgement.again is not RetryHint.REFRESH, where
