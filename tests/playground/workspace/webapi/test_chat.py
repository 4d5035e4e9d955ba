"""`chat.*`: what is posted, edited and deleted, and what Slack refuses."""

from __future__ import annotations

import json

import pytest
import requests
from slack_sdk import WebClient

from bot.playground.workspace import Message, SlackWorkspace
from tests.playground.workspace.blocks import CARD, section
from tests.playground.workspace.conftest import Post

QUIET = {"unfurl_links": "false", "unfurl_media": "false"}


def test_a_post_stands_in_its_channel_with_ids_filled_in(workspace: SlackWorkspace, card: Message) -> None:
    assert workspace.messages("approvals") == [card]
    assert card.labels == ("Approve", "Reject")
    assert all(block["block_id"] for block in card.blocks)
    assert card.blocks[1]["block_id"] == "who"


def test_buttons_without_an_action_id_get_one(workspace: SlackWorkspace, client: WebClient) -> None:
    nameless = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [section(accessory=nameless), {"type": "actions", "elements": [nameless]}]
    client.chat_postMessage(channel="C0001", text="x", blocks=blocks)
    placed = workspace.messages("connectors")[0].elements
    assert len({one.action_id for one in placed}) == 2


def test_blocks_and_metadata_come_as_json_text_in_a_form(workspace: SlackWorkspace, call: Post) -> None:
    metadata = {"event_type": "change", "event_payload": {"id": 7}}
    answer = call(
        "chat.postMessage",
        channel="#approvals",
        blocks=json.dumps(CARD),
        metadata=json.dumps(metadata),
        **QUIET,
    )
    assert answer["channel"] == "C0002"
    assert answer["message"]["metadata"] == metadata
    kept = workspace.message("approvals", answer["ts"])
    assert kept is not None
    assert kept.metadata == metadata


def test_timestamps_are_unique_and_rise(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel="C0001", text=str(one))["ts"] for one in range(5)]
    assert stamps == sorted(set(stamps))


def test_a_reply_stands_in_the_thread_and_not_in_the_channel(
    workspace: SlackWorkspace, client: WebClient, card: Message
) -> None:
    client.chat_postMessage(channel="C0002", text="seen", thread_ts=card.ts)
    assert [one.text for one in workspace.messages("approvals")] == ["card"]
    assert [one.text for one in workspace.thread("approvals", card.ts)] == ["card", "seen"]
    assert workspace.thread("approvals", card.ts)[1].is_reply
    parent = client.chat_update(channel="C0002", ts=card.ts, text="n")["message"]
    assert (parent["thread_ts"], parent["reply_count"]) == (card.ts, 1)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"channel": "C0001"}, "no_text"),
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": "C9999", "text": "x"}, "channel_not_found"),
        ({"channel": "C0001", "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ({"channel": "C0001", "text": "x", "metadata": '{"event_type": 1}'}, "invalid_metadata_format"),
        ({"channel": "C0001", "text": "x", "metadata": "[]"}, "invalid_metadata_format"),
        (
            {
                "channel": "C0001",
                "text": "x",
                "metadata": json.dumps({"event_type": "a", "event_payload": {"b": "c" * 17_000}}),
            },
            "metadata_too_large",
        ),
        ({"channel": "C0001", "text": "x", "blocks": "nojson"}, "invalid_blocks_format"),
        ({"channel": "C0001", "text": "x", "blocks": "{}"}, "invalid_blocks_format"),
        ({"channel": "C0001", "text": "x", "blocks": "[1]"}, "invalid_blocks_format"),
        ({"channel": "U0900", "text": "to myself"}, "channel_not_found"),
    ],
)
def test_a_post_that_cannot_be_is_refused_and_leaves_nothing(
    workspace: SlackWorkspace, call: Post, fields: dict[str, str], error: str
) -> None:
    assert call("chat.postMessage", **fields)["error"] == error
    assert not workspace.messages("connectors")


def test_metadata_that_is_no_json_is_taken_as_none(workspace: SlackWorkspace, call: Post) -> None:
    assert call("chat.postMessage", channel="C0001", text="x", metadata="nojson")["ok"]
    assert workspace.messages("connectors")[0].metadata is None


def test_an_archived_channel_takes_no_posts(workspace: SlackWorkspace, call: Post) -> None:
    workspace.flag_channel("audit", is_archived=True)
    assert call("chat.postMessage", channel="C0003", text="x")["error"] == "is_archived"


def test_a_bot_that_was_removed_is_not_in_the_channel(workspace: SlackWorkspace, call: Post) -> None:
    workspace.remove_from("audit")
    assert call("chat.postMessage", channel="C0003", text="x")["error"] == "not_in_channel"
    workspace.set_scopes("chat:write", "chat:write.public")
    assert call("chat.postMessage", channel="C0003", text="x")["ok"]
    workspace.set_scopes("chat:write")
    workspace.invite_to("audit")
    assert call("chat.postMessage", channel="C0003", text="x")["ok"]


def test_a_private_channel_the_bot_is_not_in_does_not_exist_for_it(workspace: SlackWorkspace, call: Post) -> None:
    workspace.flag_channel("audit", is_private=True)
    workspace.remove_from("audit")
    assert call("chat.postMessage", channel="C0003", text="x")["error"] == "channel_not_found"


def test_a_user_id_stands_for_the_direct_message(workspace: SlackWorkspace, call: Post) -> None:
    assert call("chat.postMessage", channel="U0002", text="for you")["channel"] == "D0002"
    assert [one.text for one in workspace.dms("Anton")] == ["for you"]
    workspace.people["Anton"].flag(deleted=True)
    assert call("chat.postMessage", channel="U0002", text="x")["error"] == "channel_not_found"


def test_text_beyond_forty_thousand_characters_is_cut(workspace: SlackWorkspace, call: Post) -> None:
    call("chat.postMessage", channel="C0001", text="a" * 40_001)
    assert len(workspace.messages("connectors")[0].text) == 40_000


def test_text_alone_takes_the_blocks_away_and_marks_the_edit(
    workspace: SlackWorkspace, client: WebClient, card: Message
) -> None:
    answer = client.chat_update(channel="C0002", ts=card.ts, text="done")
    changed = workspace.messages("approvals")[0]
    assert (changed.text, changed.blocks, changed.versions) == ("done", (), 2)
    assert answer["message"]["edited"]["ts"] == changed.edited
    assert card.labels == ("Approve", "Reject"), "the message a test holds does not change under it"


def test_blocks_alone_keep_the_text_and_show_no_edit(
    workspace: SlackWorkspace, client: WebClient, card: Message
) -> None:
    metadata = {"event_type": "change", "event_payload": {}}
    client.chat_update(channel="C0002", ts=card.ts, text="kept", blocks=CARD, metadata=metadata)
    requests_free = client.api_call("chat.update", json={"channel": "C0002", "ts": card.ts, "blocks": [section("new")]})
    changed = workspace.messages("approvals")[0]
    assert requests_free["ok"]
    assert (changed.text, changed.blocks[0]["text"]["text"], changed.edited) == ("kept", "new", "")
    assert changed.metadata == metadata


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
def test_only_its_own_visible_messages_are_the_bots_to_change(
    workspace: SlackWorkspace, call: Post, method: str
) -> None:
    said = workspace.people["Olga"].say("mine")
    private_notice = call("chat.postEphemeral", channel="C0001", user="U0001", text="psst")["message_ts"]
    assert call(method, channel="C0001", ts=said.ts, text="x")["error"].startswith("cant_")
    for ts in (private_notice, "1.000001"):
        assert call(method, channel="C0001", ts=ts, text="x")["error"] == "message_not_found"


def test_an_edit_takes_four_thousand_characters_and_some_content(call: Post, card: Message) -> None:
    edit = {"channel": "C0002", "ts": card.ts}
    assert call("chat.update", **edit, text="a" * 4_001)["error"] == "msg_too_long"
    assert call("chat.update", **edit)["error"] == "no_text"


def test_a_deleted_message_is_gone(workspace: SlackWorkspace, client: WebClient, card: Message) -> None:
    client.chat_delete(channel="C0002", ts=card.ts)
    assert workspace.message("approvals", card.ts) is None
    assert workspace.messages("approvals") == []


def test_an_ephemeral_post_is_seen_by_one_person_only(workspace: SlackWorkspace, client: WebClient) -> None:
    client.chat_postEphemeral(channel="C0001", user="U0001", text="only you")
    assert [one.text for one in workspace.ephemerals("Olga")] == ["only you"]
    assert not workspace.ephemerals("Vera")
    assert not workspace.messages("connectors")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"user": "U0777", "text": "x"}, "user_not_in_channel"),
        ({"user": "U0001", "text": "a" * 40_001}, "msg_too_long"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
def test_an_ephemeral_post_that_cannot_be_is_refused(call: Post, fields: dict[str, str], error: str) -> None:
    assert call("chat.postEphemeral", channel="C0001", **fields)["error"] == error


def test_a_permalink_leads_to_the_message_or_the_reply(call: Post, card: Message) -> None:
    reply = call("chat.postMessage", channel="C0002", text="r", thread_ts=card.ts)["ts"]
    link = call("chat.getPermalink", channel="C0002", message_ts=card.ts)["permalink"]
    assert link == f"https://playground.slack.com/archives/C0002/p{card.ts.replace('.', '')}"
    inner = call("chat.getPermalink", channel="C0002", message_ts=reply)["permalink"]
    assert inner.endswith(f"?thread_ts={card.ts}&cid=C0002")
    for channel, error in (("C9", "channel_not_found"), ("C0001", "message_not_found")):
        assert call("chat.getPermalink", channel=channel, message_ts=card.ts)["error"] == error


def test_a_post_that_lets_slack_unfurl_is_complained_about(workspace: SlackWorkspace, call: Post) -> None:
    call("chat.postMessage", channel="C0001", text="quiet", **QUIET)
    assert workspace.complaints == []
    call("chat.postMessage", channel="C0001", text="loud", unfurl_links="true", link_names="1")
    assert [(one.rule, one.text) for one in workspace.complaints] == [
        ("unfurl_links is not false", "loud"),
        ("unfurl_media is not false", "loud"),
        ("link_names is on", "loud"),
    ]


def test_mentions_are_recorded_where_slack_would_read_them(workspace: SlackWorkspace, call: Post) -> None:
    blocks = [
        section("<!here> and <!subteam^S1|ops>"),
        {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "markdown", "text": "<@W0ABC>"},
    ]
    call("chat.postMessage", channel="C0001", text="hi <@U0001> &lt;!everyone&gt;", blocks=json.dumps(blocks))
    found = [one.calls for one in workspace.mentions]
    assert found == ["<@U0001>", "<!here>", "<!subteam^S1|ops>", "<@W0ABC>"]


def test_an_edit_that_calls_somebody_is_recorded_too(workspace: SlackWorkspace, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0001", text="a")
    client.chat_update(channel="C0001", ts=posted["ts"], text="<!channel>")
    assert [one.calls for one in workspace.mentions] == ["<!channel>"]


def test_a_get_request_reads_its_arguments_from_the_query(workspace: SlackWorkspace) -> None:
    fields = {"token": workspace.bot_token, "channel": "C0001", "text": "by query"}
    assert requests.get(workspace.api_url + "chat.postMessage", params=fields, timeout=5).json()["ok"]
    assert workspace.messages("connectors")[0].text == "by query"
