"""Many calls in one: docs/portal-behaviour.md P82 to P85."""

from __future__ import annotations

from typing import Any

from tests.bitrix24.simulator.kit import Client, error

STATUS = "imconnector.status?CONNECTOR=wa&LINE=1"


def batch(client: Client, cmd: Any, **more: Any) -> Any:
    return client.result("batch", {"cmd": cmd, **more})


def test_behaviour_82_the_51st_command_is_too_many_and_the_first_fifty_run(client: Client) -> None:
    found = batch(client, {f"k{n}": STATUS for n in range(51)})
    assert len(found["result"]) == 50
    assert found["result_error"]["k50"]["error"] == "ERROR_BATCH_LENGTH_EXCEEDED"


def test_behaviour_83_a_batch_in_a_batch_is_not_allowed(client: Client) -> None:
    found = batch(client, {"a": "batch?cmd[x]=scope", "b": STATUS, "c": "download"})
    assert found["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert found["result_error"]["c"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert found["result"]["b"]["LINE"] == 1


def test_behaviour_84_no_errors_is_an_empty_array_and_halt_stops_after_the_first(client: Client) -> None:
    good = batch(client, {"a": STATUS})
    assert good["result_error"] == good["result_total"] == good["result_next"] == []
    assert set(good["result_time"]["a"]) >= {"start", "finish", "operating"}
    halted = batch(client, {"a": "imconnector.status", "b": STATUS}, halt=1)
    assert halted["result"] == halted["result_time"] == []
    assert halted["result_error"]["a"]["argument"] == "CONNECTOR"
    assert list(batch(client, {"a": STATUS, "b": STATUS}, halt=1)["result"]) == ["a", "b"]
    going_on = batch(client, {"a": "imconnector.status", "b": STATUS}, halt=0)
    assert list(going_on["result"]) == ["b"]


def test_behaviour_85_a_batch_is_one_call_and_refers_to_earlier_results(client: Client) -> None:
    client.control("clock", {"freeze": True})
    cmd = {
        "a": "imconnector.status?CONNECTOR=wa&LINE=7",
        "b": "imconnector.status?CONNECTOR=wa&LINE=$result[a][LINE]",
        "c": "imconnector.status?CONNECTOR=x-$result[a][LINE]-$result[a]&LINE=1",
        "d": "imconnector.status?CONNECTOR=$result[a][LINE][deep]&LINE=1",
        "e": "imconnector.status?CONNECTOR[x]=$result[a][CONNECTOR]&LINE=1",
    }
    cmd["f"] = "imconnector.status?CONNECTOR=wa&LINE[]=$result[a][LINE]"
    found = batch(client, {name: cmd[name] for name in "abcdf"})
    assert found["result"]["b"]["LINE"] == 7
    assert found["result"]["c"]["CONNECTOR"] == "x-7-array"
    assert found["result"]["f"]["LINE"] == 1
    assert found["result_error"]["d"]["argument"] == "CONNECTOR"
    assert list(client.look()["bucket"].values()) == [1.0]
    assert client.post("batch", {"cmd": cmd}).status_code == 500


def test_list_style_commands_give_lists_while_contiguous(client: Client) -> None:
    assert isinstance(batch(client, [STATUS, STATUS])["result"], list)
    assert isinstance(batch(client, [STATUS, 5, "scope"])["result"], dict)
    assert batch(client, ["nothing.here"])["result_error"][0]["error"] == "ERROR_METHOD_NOT_FOUND"


def test_a_batch_without_commands_is_an_argument_error(client: Client) -> None:
    assert error(client.post("batch")) == (400, "ERROR_ARGUMENT")


def test_a_refusal_of_register_sits_in_both_maps(client: Client) -> None:
    found = batch(client, {"a": "imconnector.register?ID=x"})
    assert found["result"]["a"] is False
    assert found["result_error"]["a"]["error"] == "NAME_REQUIRED"
    assert found["result_error"]["a"]["result"] is False
    client.control("switches", {"register_error_shape": "nested"})
    nested = batch(client, {"a": "imconnector.register?ID=x"})
    assert nested["result"]["a"]["error"] == "NAME_REQUIRED"
    assert nested["result_error"] == []


def test_a_missing_scope_inside_has_an_empty_description(client: Client) -> None:
    narrow = client.control("tokens/issue", {"scope": ["crm"]})["access_token"]
    found = client.result("batch", {"cmd": {"a": STATUS}}, token=narrow)
    assert found["result_error"]["a"] == {"error": "insufficient_scope", "error_description": ""}


def test_totals_and_nexts_of_lists_are_lifted(client: Client) -> None:
    client.result("event.bind", {"EVENT": "OnImConnectorStatusDelete", "EVENT_TYPE": "offline"})
    client.register()
    for line in range(1, 52):
        client.control("operator", {"action": "disconnect", "connector": "wa", "line": line})
    cmd = {"a": "event.offline.list", "b": "event.offline.list?start=50", "c": "event.offline.list?start=-1"}
    found = batch(client, cmd)
    assert (found["result_total"], found["result_next"]) == ({"a": 51, "b": 51}, {"a": 50})


def test_a_webhook_may_batch_and_each_command_is_judged(client: Client) -> None:
    answer = client.hook("batch", {"cmd": {"a": STATUS, "b": "imopenlines.revision.get"}}).json()["result"]
    assert answer["result_error"]["a"]["error"] == "WRONG_AUTH_TYPE"
    assert set(answer["result"]["b"]) == {"rest", "web", "mobile"}


def test_commands_are_in_the_journal_one_by_one(client: Client) -> None:
    batch(client, {"a": "imconnector.activate?CONNECTOR=wa&LINE=1&ACTIVE=1", "b": STATUS})
    entries = client.look("journal")["calls"]
    assert [(each["method"], each["in_batch"], each["effect"]) for each in entries] == [
        ("imconnector.activate", True, True),
        ("imconnector.status", True, False),
        ("batch", False, True),
    ]
