"""What goes wrong on the way to Slack: one kind of DeliveryError each, the token in none, and nothing said twice."""

from __future__ import annotations

import traceback

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import Loopback, WebReply
from bot.slack.faults import DEAD, LONGEST_WAIT, PASSING
from bot.slack.gateway import Gateway, make_client
from bot.store.keys import Keyring
from bot.usecases.undelivered import Busy, ChannelDead, DeliveryError, Impossible, Lost
from tests.slack.kit import a_change

POST = "chat.postMessage"
TOKEN = "xoxb-canary-4711"
LASTING = (
    "msg_too_long",
    "msg_blocks_too_long",
    "invalid_blocks",
    "message_not_found",
    "user_not_in_channel",
    "no_text",
)
ROWS: list[tuple[str, type[DeliveryError]]] = [
    *((code, ChannelDead) for code in sorted(DEAD)),
    *((code, Lost) for code in sorted(PASSING - {"ratelimited"})),
    ("ratelimited", Busy),
    *((code, Impossible) for code in (*LASTING, "never_heard_of")),
]


def everything_about(error: BaseException | None) -> str:
    """All that a log or a report could show of an exception, those behind it included."""
    parts: list[str] = []
    while error is not None:
        parts += [*traceback.format_exception(error), repr(error), str(error), repr(vars(error)), repr(error.args)]
        error = error.__cause__
    return "\n".join(parts)


def failure(gateway: Gateway) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        gateway.post_card(a_change())
    return caught.value


def failing(gateway: Gateway, workspace: SlackWorkspace, kind: str, **more: object) -> DeliveryError:
    """What one post suffers; it was made once and not repeated, and the token stands nowhere."""
    workspace.fault(kind, POST, count=5, **more)
    error = failure(gateway)
    assert len(workspace.calls(POST)) == 1
    assert workspace.bot_token not in everything_about(error)
    return error


@pytest.mark.parametrize(("code", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_every_error_code_is_of_one_kind(
    gateway: Gateway, workspace: SlackWorkspace, code: str, expected: type[DeliveryError]
) -> None:
    error = failing(gateway, workspace, "error", code=code)
    assert type(error) is expected
    assert error.code == code


def test_429_waits_as_long_as_slack_says(gateway: Gateway, workspace: SlackWorkspace) -> None:
    error = failing(gateway, workspace, "ratelimited", retry_after=17)
    assert isinstance(error, Busy)
    assert (error.seconds, error.code) == (17.0, "ratelimited")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_no_answer(gateway: Gateway, workspace: SlackWorkspace, status: int) -> None:
    assert type(failing(gateway, workspace, "server_error", status=status)) is Lost


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "truncated"])
def test_a_lost_reply_may_or_may_not_have_got_through(gateway: Gateway, workspace: SlackWorkspace, kind: str) -> None:
    """The client must not repeat it: a post has no key against doubles (slack.md 5)."""
    assert type(failing(gateway, workspace, kind)) is Lost
    assert len(workspace.messages("approvals")) == (0 if kind == "lost_before" else 1)


def test_a_refused_connection_is_no_answer(gateway: Gateway, workspace: SlackWorkspace) -> None:
    with workspace.offline():
        error = failure(gateway)
    assert type(error) is Lost
    assert workspace.bot_token not in everything_about(error)


def test_silence_is_no_answer(workspace: SlackWorkspace) -> None:
    client = make_client(workspace.bot_token, workspace.api_url)
    client.timeout = 1
    gateway = Gateway(client, Keyring({"k1": bytes(32)}), command="/b24", api_url=workspace.api_url)
    error = failing(gateway, workspace, "stall", seconds=1.2)
    assert (type(error), error.code) == (Lost, "TimeoutError")


OK = b'{"ok": true, "ts": "1.1", "channel": "C0002"}'
ANSWERS: list[tuple[str, WebReply, type[DeliveryError]]] = [
    ("not JSON", WebReply(body=b"<html>"), Lost),
    ("nothing", WebReply(), Lost),
    ("a list", WebReply.json([]), Lost),
    ("a full list", WebReply.json(["ok"]), Lost),
    ("a word", WebReply.json("ok"), Lost),
    ("null", WebReply.json(None), Lost),
    ("a number", WebReply.json(1), Lost),
    ("no ok", WebReply.json({}), Lost),
    ("a word for ok", WebReply.json({"ok": "true", "ts": "1.1"}), Lost),
    ("a number for ok", WebReply.json({"ok": 1, "ts": "1.1"}), Lost),
    ("null for ts", WebReply.json({"ok": True, "ts": None}), Lost),
    ("a number for an error", WebReply.json({"ok": False, "error": 2}), Lost),
    ("an endless error", WebReply.json({"ok": False, "error": "x" * 101}), Lost),
    ("an odd error", WebReply.json({"ok": False, "error": None}), Lost),
    ("not UTF-8", WebReply(body=b"\xff\xfe"), Lost),
    ("gzip that is none", WebReply(headers={"Content-Type": "application/gzip"}, body=b"\x1f\x8b"), Lost),
    ("403", WebReply.json({"ok": False, "error": "access_denied"}, status=403), ChannelDead),
    ("404", WebReply(status=404, body=b"nothing here"), Lost),
    ("429 without a word", WebReply(status=429), Busy),
    ("429 with an odd wait", WebReply(status=429, headers={"Retry-After": "soon"}), Busy),
    ("a redirect to nowhere", WebReply(status=302, headers={"Location": "http://127.0.0.1:9/"}), Lost),
]


@pytest.mark.parametrize(("reply", "expected"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_answers_that_are_none_raise_nothing_but_a_delivery_error(
    reply: WebReply, expected: type[DeliveryError]
) -> None:
    asked: list[str] = []

    def answer(request: object) -> WebReply:
        asked.append("once")
        return reply

    with Loopback(answer) as server:
        api = f"{server.url}/api"
        gateway = Gateway(make_client(TOKEN, api), Keyring({"k1": bytes(32)}), command="/b24", api_url=api)
        error = failure(gateway)
    assert type(error) is expected
    assert asked == ["once"]
    assert TOKEN not in everything_about(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("30", 30.0), ("9" * 400, LONGEST_WAIT), ("²", 1.0), ("-1", 1.0), ("1.5", 1.0), ("", 1.0)],
)
def test_an_odd_wait_is_made_a_sensible_one(value: str, seconds: float) -> None:
    reply = WebReply(status=429, headers={"Retry-After": value})
    with Loopback(lambda request: reply) as server:
        gateway = Gateway(
            make_client(TOKEN, server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        error = failure(gateway)
    assert isinstance(error, Busy)
    assert error.seconds == seconds


def test_an_identity_without_names_is_none() -> None:
    with Loopback(lambda request: WebReply.json({"ok": True})) as server:
        gateway = Gateway(
            make_client(TOKEN, server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        with pytest.raises(Lost):
            gateway.identify()
        assert gateway.identity is None
