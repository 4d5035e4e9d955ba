"""Each thing the bot says, as it arrives in a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.notices import PrivateNotice
from bot.playground.workspace import Message, SlackWorkspace
from bot.playground.workspace.codes import HOOK_CODES
from bot.plugin import Reply
from bot.plugin.loopback import Loopback, LoopbackReply
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.store.sealing.keyring import Keyring
from bot.usecases.authority import card_token
from bot.usecases.chat.chat_port import DirectRefused, SentDirectly
from bot.usecases.chat.delivery_errors import ChannelDead, Lost, Unchangeable
from tests.slack.kit import ANTON, OLGA, a_change
from tests.slack.render.test_answer import a_record

HELLO = Reply(title="Hello <!channel>")


@pytest.fixture(autouse=True)
def nothing_to_complain_about(workspace: SlackWorkspace) -> Iterator[None]:
    """Of no post would a careful app be ashamed (docs/safety.md F18), and nobody was called but who takes part."""
    yield
    assert workspace.complaints == []
    assert {mention.calls for mention in workspace.mentions} <= {"<@U0001>", "<@U0002>"}


@pytest.fixture
def posted(gateway: Gateway) -> ChangeRequest:
    """A change request whose card stands in the channel."""
    place = gateway.post_card(a_change())
    return a_change(channel=place.channel, card=place.message)


def card_of(workspace: SlackWorkspace, change: ChangeRequest) -> Message:
    found = workspace.message(change.channel, change.card or "")
    assert found is not None
    return found


def test_the_bot_learns_who_it_is(gateway: Gateway) -> None:
    assert gateway.identity is not None
    assert (gateway.identity.team, gateway.identity.enterprise) == ("T0001", None)
    assert gateway.identity.user.startswith("U")
    assert gateway.identity.bot.startswith("B")


def test_a_card_is_posted_where_it_belongs_with_a_value_only_we_can_make(
    gateway: Gateway, workspace: SlackWorkspace, posted: ChangeRequest
) -> None:
    card = card_of(workspace, posted)
    assert card.labels == ("Approve removal", "Reject…", "Withdraw")
    value = str(card.element("Approve").element["value"])
    assert value == card_token.make_token(Keyring({"k1": bytes(32)}), "T0001", posted)
    assert card_token.read_number(value) == 1042


def test_a_card_is_rewritten_in_its_place(gateway: Gateway, workspace: SlackWorkspace, posted: ChangeRequest) -> None:
    gateway.rewrite_card(replace(posted, status=Status.DONE))
    card = card_of(workspace, posted)
    assert card.labels == ()
    assert "done and verified" in card.text
    assert len(workspace.messages("approvals")) == 1


def test_a_card_that_somebody_deleted_cannot_be_rewritten(gateway: Gateway) -> None:
    with pytest.raises(Unchangeable, match="message_not_found"):
        gateway.rewrite_card(a_change(card="1.1"))


def test_a_card_whose_edit_window_is_closed_or_whose_channel_is_archived_cannot_be_rewritten(
    gateway: Gateway, workspace: SlackWorkspace, posted: ChangeRequest
) -> None:
    workspace.set_rules(edit_seconds=0.0)
    workspace.advance(1)
    with pytest.raises(Unchangeable, match="edit_window_closed"):
        gateway.rewrite_card(posted)
    workspace.flag_channel("approvals", is_archived=True)
    with pytest.raises(Unchangeable, match="is_inactive"):
        gateway.rewrite_card(posted)


def test_the_plainest_form_of_a_card_and_of_an_audit_line_has_no_blocks(
    gateway: Gateway, workspace: SlackWorkspace, posted: ChangeRequest
) -> None:
    gateway.rewrite_card(replace(posted, status=Status.WITHDRAWN, outcome="Not taken on."), bare=True)
    card = card_of(workspace, posted)
    assert (card.blocks, card.labels) == ((), ())
    assert "CR-1042" in card.text
    assert "Not taken on." in card.text
    gateway.audit_lines("C0003", [a_record(7)], bare=True)
    (line,) = workspace.messages("audit")
    assert (line.blocks, line.metadata) == ((), None)
    assert line.text.endswith("`#7 0001020304050607`")


def test_a_line_goes_under_the_card(gateway: Gateway, workspace: SlackWorkspace, posted: ChangeRequest) -> None:
    gateway.reply(posted, f"{mentions.person(ANTON)} rejected: <!channel> see <https://evil.test|this>")
    assert [len(workspace.messages("approvals")), len(workspace.thread("approvals", posted.card or ""))] == [1, 2]
    line = workspace.thread("approvals", posted.card or "")[1]
    assert line.blocks[0]["text"]["verbatim"] is True
    assert "<@U0002> rejected: &lt;!channel&gt; see &lt;https" in line.text


def test_a_line_waits_for_its_card(gateway: Gateway, workspace: SlackWorkspace) -> None:
    """Without one it would stand in the channel by itself."""
    with pytest.raises(Lost):
        gateway.reply(a_change(card=None), "too early")
    assert workspace.messages("approvals") == []


def test_a_very_long_line_is_cut(gateway: Gateway, workspace: SlackWorkspace, posted: ChangeRequest) -> None:
    gateway.reply(posted, "& " * 4_000)
    assert workspace.thread("approvals", posted.card or "")[1].text.endswith(" […]")


# Private notices


def address(workspace: SlackWorkspace, person: str = "Olga") -> str:
    """A fresh response_url, as a command brings it."""
    return str(workspace.people[person].slash("/b24 x").payload["response_url"])


def test_an_answer_goes_to_the_address_that_came_with_the_command(gateway: Gateway, workspace: SlackWorkspace) -> None:
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=address(workspace)))
    assert [call.method for call in workspace.calls()[1:]] == ["response_url"]
    (seen,) = workspace.ephemerals("Olga")[-1:]
    assert (seen.channel, seen.text) == ("C0001", "Hello &lt;!channel&gt;")


UNTRUSTED = [
    "https://evil.test/commands/1",
    "http://hooks.slack.com/commands/1",
    "https://hooks.slack.com.evil.test/1",
    "https://hooks.slack.com@evil.test/1",
    "https://evil.test\\@hooks.slack.com/1",
    "https://user:word@hooks.slack.com/1",
    "https://hooks.slack.com:8443/1",
    "https://hooks.slack.com:notaport/1",
    "https://[hooks.slack.com/1",
    "http://127.0.0.1:9/commands/1",
    "file:///etc/passwd",
    "//hooks.slack.com/1",
]


@pytest.mark.parametrize("url", UNTRUSTED)
def test_an_address_elsewhere_is_never_called(gateway: Gateway, workspace: SlackWorkspace, url: str) -> None:
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=url))
    assert [call.method for call in workspace.calls()] == ["auth.test", "chat.postEphemeral"]
    assert len(workspace.ephemerals("Olga")) == 1


@pytest.mark.parametrize("host", ["hooks.slack.com", "hooks.slack-gov.com"])
def test_slacks_own_hosts_are_trusted(host: str) -> None:
    gateway = Gateway(
        make_client("xoxb-1", "https://slack.com/api/"),
        Keyring({"k1": bytes(32)}),
        command="/b24",
        api_url="https://slack.com/api/",
    )
    assert gateway.is_trusted_url(f"https://{host}/commands/T1/1/abc")
    assert not gateway.is_trusted_url(f"http://{host}/commands/T1/1/abc")


def test_an_address_that_has_expired_is_replaced_by_the_channel(gateway: Gateway, workspace: SlackWorkspace) -> None:
    url = address(workspace)
    workspace.advance(31 * 60)
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=url))
    assert [call.method for call in workspace.calls()[1:]] == ["response_url", "chat.postEphemeral"]
    assert len(workspace.ephemerals("Olga")) == 2, "Slack's note that nobody listens, and the answer"


def test_an_address_that_is_used_up_is_replaced_by_the_channel(gateway: Gateway, workspace: SlackWorkspace) -> None:
    url = address(workspace)
    for _ in range(6):
        gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=url))
    assert workspace.calls()[-1].method == "chat.postEphemeral"


@pytest.mark.parametrize(
    "body", [b"", b"<html>Please sign in</html>", b'{"ok": false}', b'{"ok": "true"}', b"[]", b"no", b"ok, ok"]
)
def test_an_http_status_of_200_alone_is_no_delivery_to_an_answer_address(
    gateway: Gateway, workspace: SlackWorkspace, body: bytes
) -> None:
    with Loopback(lambda request: LoopbackReply(body=body)) as server:
        client = make_client(workspace.bot_token, workspace.api_url)
        mine = Gateway(client, Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url)
        mine.send_privately(
            PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=f"{server.url}/commands/1")
        )
    assert workspace.calls()[-1].method == "chat.postEphemeral"


@pytest.mark.parametrize("code", sorted(HOOK_CODES))
@pytest.mark.parametrize("status", [200, 404])
def test_an_answer_address_that_refuses_with_any_code_is_replaced_by_the_channel(
    workspace: SlackWorkspace, code: str, status: int
) -> None:
    with Loopback(lambda request: LoopbackReply(status=status, body=code.encode())) as server:
        client = make_client(workspace.bot_token, workspace.api_url)
        mine = Gateway(client, Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url)
        mine.send_privately(
            PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=f"{server.url}/commands/1")
        )
    assert len(workspace.calls("chat.postEphemeral")) == 1


@pytest.mark.parametrize("body", [b"ok", b" ok\n", b'{"ok": true}'])
def test_an_answer_address_says_that_it_took_the_message(workspace: SlackWorkspace, body: bytes) -> None:
    with Loopback(lambda request: LoopbackReply(body=body)) as server:
        client = make_client(workspace.bot_token, workspace.api_url)
        mine = Gateway(client, Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url)
        mine.send_privately(
            PrivateNotice(person=OLGA, channel="C0001", reply=HELLO, answer_url=f"{server.url}/commands/1")
        )
    assert workspace.calls("chat.postEphemeral") == []


@pytest.mark.parametrize(
    ("method", "say"),
    [
        ("chat.postMessage", lambda gateway: gateway.audit_lines("C0003", [a_record(7)])),
        (
            "chat.postEphemeral",
            lambda gateway: gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO)),
        ),
        ("chat.update", lambda gateway: gateway.rewrite_card(a_change(card="1.1"))),
        ("users.info", lambda gateway: gateway.account(OLGA)),
        ("views.open", lambda gateway: gateway.ask_reason("1.2.3", a_change(), "x")),
        ("auth.test", lambda gateway: gateway.identify()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_login_page_with_status_200_is_no_delivery(
    gateway: Gateway, workspace: SlackWorkspace, method: str, say: Callable[[Gateway], object]
) -> None:
    workspace.fault("page", method)
    with pytest.raises(Lost):
        say(gateway)


@pytest.mark.parametrize(
    ("answer", "say"),
    [
        ({"ok": True}, lambda gateway: gateway.audit_lines("C0003", [a_record(7)])),
        ({"ok": True, "ts": ""}, lambda gateway: gateway.reply(a_change(card="1.1"), "words")),
        (
            {"ok": True},
            lambda gateway: gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO)),
        ),
        ({"ok": True}, lambda gateway: gateway.send_privately(PrivateNotice(person=OLGA, channel="", reply=HELLO))),
        ({"ok": True, "ts": "9.9"}, lambda gateway: gateway.rewrite_card(a_change(card="1.1"))),
        ({"ok": True}, lambda gateway: gateway.ask_reason("1.2.3", a_change(), "x")),
        ({"ok": 1, "user": {"id": "U0001"}}, lambda gateway: gateway.account(OLGA)),
    ],
)
def test_an_ok_without_the_message_it_stands_for_is_no_delivery(
    answer: dict[str, object], say: Callable[[Gateway], object]
) -> None:
    with Loopback(lambda request: LoopbackReply.json(answer)) as server:
        made = Gateway(
            make_client("xoxb-1", server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        with pytest.raises(Lost):
            say(made)


@pytest.mark.parametrize("channel", ["", "C0009"])
def test_without_direct_messages_it_is_said_in_the_approval_channel(workspace: SlackWorkspace, channel: str) -> None:
    """`messages_tab_disabled`: the app's direct messages are switched off."""
    workspace.set_rules(messages_tab=False)
    client = make_client(workspace.bot_token, workspace.api_url)
    made = Gateway(client, Keyring({"k1": bytes(32)}), command="/b24", api_url=workspace.api_url, approval="C0002")
    said = made.send_privately(PrivateNotice(person=OLGA, channel=channel, reply=HELLO))
    assert said == DirectRefused(reason="messages_tab_disabled")
    (seen,) = workspace.ephemerals("Olga")
    assert seen.channel == "C0002"
    workspace.remove_from("approvals", "Olga")
    with pytest.raises(ChannelDead, match="messages_tab_disabled"):
        made.send_privately(PrivateNotice(person=OLGA, channel=channel, reply=HELLO))
    workspace.set_rules(messages_tab=True)
    assert made.send_privately(PrivateNotice(person=OLGA, channel=channel, reply=HELLO)) == SentDirectly()


def test_without_a_channel_it_is_said_directly(gateway: Gateway, workspace: SlackWorkspace) -> None:
    gateway.send_privately(PrivateNotice(person=OLGA, channel="", reply=HELLO))
    (seen,) = workspace.dms("Olga")
    assert seen.text == "Hello &lt;!channel&gt;"


def test_where_the_bot_or_the_person_is_not_it_is_said_directly(gateway: Gateway, workspace: SlackWorkspace) -> None:
    workspace.remove_from("connectors")
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO))
    workspace.remove_from("audit", "Olga")
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0003", reply=HELLO))
    workspace.flag_channel("approvals", is_archived=True)
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0002", reply=HELLO))
    gateway.send_privately(PrivateNotice(person=OLGA, channel="C0999", reply=HELLO))
    assert len(workspace.dms("Olga")) == 4


def test_a_private_notice_that_may_have_got_out_is_not_said_again_elsewhere(
    gateway: Gateway, workspace: SlackWorkspace
) -> None:
    workspace.fault("lost_after", "chat.postEphemeral")
    with pytest.raises(Lost):
        gateway.send_privately(PrivateNotice(person=OLGA, channel="C0001", reply=HELLO))
    assert workspace.dms("Olga") == []


# The audit channel and the form


def test_audit_lines_go_out_in_one_message_that_carries_the_head_of_the_chain(
    gateway: Gateway, workspace: SlackWorkspace
) -> None:
    gateway.audit_lines("C0003", [a_record(7), a_record(8)])
    (message,) = workspace.messages("audit")
    assert message.metadata == {
        "event_type": "b24bot_audit",
        "event_payload": {"seq": 8, "head": "0001020304050607"},
    }
    assert "#7 0001020304050607" in message.text
    assert "#8 0001020304050607" in workspace.transcript(message)


def test_a_dead_audit_channel_is_known_as_dead(gateway: Gateway, workspace: SlackWorkspace) -> None:
    workspace.flag_channel("audit", is_archived=True)
    with pytest.raises(ChannelDead, match="is_archived"):
        gateway.audit_lines("C0003", [a_record()])


def test_the_form_is_opened_for_who_clicked(gateway: Gateway, workspace: SlackWorkspace) -> None:
    trigger = workspace.people["Anton"].slash("/b24 x").payload["trigger_id"]
    gateway.ask_reason(trigger, a_change(), "1042.digest.signature")
    view = workspace.people["Anton"].view
    assert (view.title, view.body["private_metadata"]) == ("Reject CR-1042", "1042.digest.signature")


def test_a_form_for_a_click_of_long_ago_cannot_be_opened(gateway: Gateway, workspace: SlackWorkspace) -> None:
    trigger = workspace.people["Anton"].slash("/b24 x").payload["trigger_id"]
    workspace.advance(4)
    with pytest.raises(ChannelDead, match="expired_trigger_id"):
        gateway.ask_reason(trigger, a_change(), "1042.digest.signature")


def test_a_base_address_may_lack_its_last_slash(workspace: SlackWorkspace) -> None:
    api = workspace.api_url.rstrip("/")
    made = Gateway(make_client(workspace.bot_token, api), Keyring({"k1": bytes(32)}), command="/b24", api_url=api)
    assert made.identify().team == "T0001"
