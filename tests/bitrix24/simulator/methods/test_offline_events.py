"""The offline queue of events beyond docs/portal-behaviour.md P74."""

from __future__ import annotations

from tests.bitrix24.simulator.kit import Client, Listener, error

DELETED = "OnImConnectorStatusDelete"
GET = "event.offline.get"


def queue(client: Client, *lines: int) -> None:
    """Let the portal's own people cause one event a line."""
    client.result("event.bind", {"EVENT": DELETED, "EVENT_TYPE": "offline"})
    client.register()
    for line in lines:
        client.control("operator", {"action": "disconnect", "connector": "wa", "line": line})


def test_equal_events_collapse_and_own_events_are_left_out(client: Client) -> None:
    queue(client, 1, 1, 2)
    client.activate(active=0, line=3)
    found = client.result(GET)["events"]
    assert [each["EVENT_DATA"]["line"] for each in found] == [1, 2]
    assert found[0]["EVENT_ADDITIONAL"] == {"user_id": "1"}
    assert len(found[0]["MESSAGE_ID"]) == 32


def test_reserved_events_are_cleared_or_marked_failed_by_process(client: Client) -> None:
    client.control("plan", {"extended_offline": True})
    queue(client, 1, 2, 3)
    got = client.result(GET, {"clear": 0, "limit": 2})
    process, ids = got["process_id"], [each["MESSAGE_ID"] for each in got["events"]]
    assert (len(process), len(ids)) == (32, 2)
    assert len(client.result(GET, {"clear": 0, "process_id": process})["events"]) == 2
    failing = {"process_id": process, "message_id": ids[:1]}
    assert client.result("event.offline.error", failing) is True
    assert len(client.result(GET, {"clear": 0, "process_id": process, "error": 1})["events"]) == 1
    number = client.look()["offline"][1]["id"]
    assert client.result("event.offline.clear", {"process_id": process, "id": [number]}) is True
    assert len(client.look()["offline"]) == 2
    assert client.result("event.offline.clear", {"process_id": process}) is True
    assert [each["process_id"] for each in client.look()["offline"]] == [""]


def test_arguments_and_rights(client: Client) -> None:
    assert error(client.post("event.offline.clear", {})) == (400, "ERROR_ARGUMENT")
    assert error(client.post("event.offline.error", {"process_id": "x"})) == (400, "ERROR_ARGUMENT")
    assert error(client.post(GET, token=client.operator())) == (403, "ACCESS_DENIED")
    assert error(client.hook(GET)) == (403, "WRONG_AUTH_TYPE")


def test_the_queue_is_listed_by_fifty_with_total_and_next(client: Client) -> None:
    queue(client, *range(1, 61))
    first = client.post("event.offline.list", {"order": {"ID": "DESC"}}).json()
    assert (len(first["result"]), first["total"], first["next"]) == (50, 60, 50)
    assert first["result"][0]["EVENT_DATA"]["line"] == 60
    last = client.post("event.offline.list", {"start": 50}).json()
    assert (len(last["result"]), "next" in last) == (10, False)
    uncounted = client.post("event.offline.list", {"start": -1}).json()
    assert ("total" in uncounted, "next" in uncounted) == (False, False)
    found = client.result("event.offline.list", {"filter": {"ID": first["result"][0]["ID"]}})
    assert len(found) == 1


def test_events_lapse_after_34_days(client: Client) -> None:
    queue(client, 1)
    client.control("clock", {"advance": 2_952_001})
    fresh = client.control("tokens/issue", {})["access_token"]
    assert client.result("event.offline.list", token=fresh) == []


def test_the_wake_up_call_comes_with_a_gap_and_hands_over_a_refresh_token(client: Client, listener: Listener) -> None:
    client.control("clock", {"freeze": True})
    client.bind("OnOfflineEvent", listener.url)
    queue(client, 1, 2)
    client.events()
    assert len(listener.heard) == 1
    assert "auth[refresh_token]" in listener.heard[0].pairs
    client.control("clock", {"advance": 2})
    client.control("operator", {"action": "disconnect", "connector": "wa", "line": 3})
    client.events()
    assert len(listener.heard) == 2
