"""What goes wrong on the way to Slack: one kind of DeliveryError each, the token in none, and nothing said twice."""

from __future__ import annotations

import traceback
from typing import Any
from urllib.request import Request

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.codes import CODES
from bot.plugin.loopback import Loopback, LoopbackReply
from bot.slack.outgoing.http_client import KeptClient
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.slack.refusals import INVALID_RESPONSE, REFUSALS, find_refusal
from bot.slack.slack_errors import LONGEST_WAIT
from bot.store.sealing.keyring import Keyring
from bot.usecases.chat.chat_refusals import Subject
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from tests.language.english import en
from tests.slack.kit import a_change
from tests.tables.rows import each_row

POST = "chat.postMessage"
TOKEN = "xoxb-canary-4711"
CONTENT = {
    *("invalid_blocks", "invalid_blocks_format", "invalid_attachments", "too_many_attachments", "msg_too_long"),
    *("msg_blocks_too_long", "attachment_payload_limit_exceeded", "no_text", "markdown_text_conflict"),
    *("metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema", "metadata_must_be_sent_from_app"),
    *("too_many_contact_cards", "alt_txt_too_large", "snippet_too_large", "view_too_large"),
}
"""The codes that are about what a message holds, said a second time: nothing else makes a dead letter."""
STANDING = {
    *("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "block_mismatch"),
    *("cant_broadcast_message", "no_dual_broadcast_content_update"),
}
PASSING = {
    *("internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"),
    *("streaming_state_conflict", "team_added_to_org", "org_login_required", "external_channel_migrating"),
}
BUSY = {"ratelimited", "rate_limited", "restricted_too_many"}
PUBLISHED = sorted({code for codes in CODES.values() for code in codes})


def kind_of(code: str) -> type[DeliveryError]:
    """What a refused post is by its code; a code that nobody knows waits."""
    if code in CONTENT:
        return Impossible
    if code in PASSING:
        return Lost
    return Busy if code in BUSY else ChannelDead


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


def error_reply(code: str, **more: object) -> LoopbackReply:
    return LoopbackReply.json({"ok": False, "error": code, **more})


def answered(reply: LoopbackReply) -> Gateway:
    """A gateway to a Slack that always answers so; what it asks is not kept."""
    return Gateway(Answering(reply), Keyring({"k1": bytes(32)}), command="/b24", api_url="http://127.0.0.1:9/api")


class Answering(KeptClient):
    """Slack's own client with another wire, which gives one answer."""

    def __init__(self, reply: LoopbackReply) -> None:
        super().__init__(token=TOKEN, base_url="http://127.0.0.1:9/api/", retry_handlers=[])
        self._reply = reply

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        return {"status": 200, "headers": {}, "body": self._reply.body.decode()}


@each_row("code", [*PUBLISHED, "never_heard_of"])
def test_only_a_code_about_the_content_of_a_post_is_final_and_an_unknown_one_waits(code: str) -> None:
    error = failure(answered(error_reply(code)))
    assert type(error) is kind_of(code)
    assert error.code == ("ratelimited" if code in BUSY else code)


@each_row("code", sorted(CODES["chat.update"]))
def test_what_refuses_a_rewrite_for_good_is_told_apart(code: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        answered(error_reply(code)).rewrite_card(a_change(card="1.1"))
    assert type(caught.value) is (Unchangeable if code in STANDING else kind_of(code))


def test_every_published_error_code_has_a_row_with_its_cause_and_what_to_do() -> None:
    assert [code for code in PUBLISHED if code not in REFUSALS] == []
    by_itself = (Subject.SERVICE, Subject.RATE, Subject.STANDING, Subject.FILES)
    nothing_to_do = [one.code for one in REFUSALS.values() if not one.remedy and one.subject not in by_itself]
    assert nothing_to_do == ["thread_not_found"]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"], Impossible),
        (["[ERROR] missing required field: channel"], ChannelDead),
        (None, ChannelDead),
        ([1], ChannelDead),
    ],
)
def test_invalid_arguments_are_final_only_where_slack_names_the_content(
    messages: object, expected: type[DeliveryError]
) -> None:
    error = failure(answered(error_reply("invalid_arguments", response_metadata={"messages": messages})))
    assert type(error) is expected


@pytest.mark.parametrize(("needed", "detail"), [("chat:write", "chat:write"), (7, ""), ("<b>", ""), (None, "")])
def test_a_missing_scope_is_named(needed: object, detail: str) -> None:
    error = failure(answered(error_reply("missing_scope", needed=needed)))
    assert (error.code, error.detail) == ("missing_scope", detail)


def test_429_waits_as_long_as_slack_says(gateway: Gateway, workspace: SlackWorkspace) -> None:
    error = failing(gateway, workspace, "ratelimited", retry_after=17)
    assert isinstance(error, Busy)
    assert (error.seconds, error.code) == (17.0, "ratelimited")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_no_answer(gateway: Gateway, workspace: SlackWorkspace, status: int) -> None:
    assert type(failing(gateway, workspace, "server_error", status=status)) is Lost


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "truncated"])
def test_a_lost_reply_may_or_may_not_have_got_through(gateway: Gateway, workspace: SlackWorkspace, kind: str) -> None:
    """The client must not repeat it: a post has no key against doubles (docs/slack-behaviour.md S29)."""
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
ANSWERS: list[tuple[str, LoopbackReply, type[DeliveryError]]] = [
    ("not JSON", LoopbackReply(body=b"<html>"), Lost),
    ("nothing", LoopbackReply(), Lost),
    ("a list", LoopbackReply.json([]), Lost),
    ("a full list", LoopbackReply.json(["ok"]), Lost),
    ("a word", LoopbackReply.json("ok"), Lost),
    ("null", LoopbackReply.json(None), Lost),
    ("a number", LoopbackReply.json(1), Lost),
    ("no ok", LoopbackReply.json({}), Lost),
    ("a word for ok", LoopbackReply.json({"ok": "true", "ts": "1.1"}), Lost),
    ("a number for ok", LoopbackReply.json({"ok": 1, "ts": "1.1"}), Lost),
    ("null for ts", LoopbackReply.json({"ok": True, "ts": None}), Lost),
    ("a number for an error", LoopbackReply.json({"ok": False, "error": 2}), Lost),
    ("an endless error", LoopbackReply.json({"ok": False, "error": "x" * 101}), Lost),
    ("an odd error", LoopbackReply.json({"ok": False, "error": None}), Lost),
    ("not UTF-8", LoopbackReply(body=b"\xff\xfe"), Lost),
    ("gzip that is none", LoopbackReply(headers={"Content-Type": "application/gzip"}, body=b"\x1f\x8b"), Lost),
    ("403", LoopbackReply.json({"ok": False, "error": "access_denied"}, status=403), ChannelDead),
    ("404", LoopbackReply(status=404, body=b"nothing here"), Lost),
    ("429 without a word", LoopbackReply(status=429), Busy),
    ("429 with an odd wait", LoopbackReply(status=429, headers={"Retry-After": "soon"}), Busy),
    ("a redirect to nowhere", LoopbackReply(status=302, headers={"Location": "http://127.0.0.1:9/"}), Lost),
]


@each_row(("reply", "expected"), [row[1:] for row in ANSWERS])
def test_answers_that_are_none_raise_nothing_but_a_delivery_error(
    reply: LoopbackReply, expected: type[DeliveryError]
) -> None:
    asked: list[str] = []

    def answer(request: object) -> LoopbackReply:
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
    ("body", "detail"),
    [
        ({"ok": True}, "chat.postMessage: ts"),
        ({"ok": True, "ts": ""}, "chat.postMessage: ts"),
        ({"ok": "true", "ts": "1.1"}, "ok is not true"),
        ({"ok": False, "error": "Not a code."}, "HTTP 200"),
        (["ok"], "AttributeError"),
    ],
)
def test_a_response_without_what_slack_documents_is_told_by_one_code_and_what_is_missing(
    body: object, detail: str
) -> None:
    with Loopback(lambda request: LoopbackReply.json(body)) as server:
        api = f"{server.url}/api"
        gateway = Gateway(make_client(TOKEN, api), Keyring({"k1": bytes(32)}), command="/b24", api_url=api)
        error = failure(gateway)
    assert (type(error), error.reason) == (Lost, f"{INVALID_RESPONSE}: {detail}")
    refusal = find_refusal(error.reason)
    assert (refusal.subject, refusal.code) == (Subject.SERVICE, INVALID_RESPONSE)
    assert en(refusal.described) == "the response of Slack is not valid (invalid_response)"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("30", 30.0), ("9" * 400, LONGEST_WAIT), ("²", 1.0), ("-1", 1.0), ("1.5", 1.0), ("", 1.0)],
)
def test_an_odd_wait_is_made_a_sensible_one(value: str, seconds: float) -> None:
    reply = LoopbackReply(status=429, headers={"Retry-After": value})
    with Loopback(lambda request: reply) as server:
        gateway = Gateway(
            make_client(TOKEN, server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        error = failure(gateway)
    assert isinstance(error, Busy)
    assert error.seconds == seconds


def test_an_identity_without_names_is_none() -> None:
    with Loopback(lambda request: LoopbackReply.json({"ok": True})) as server:
        gateway = Gateway(
            make_client(TOKEN, server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        with pytest.raises(Lost):
            gateway.identify()
        assert gateway.identity is None
