"""Messages and views as lines a person can read."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.control.transcript import block_lines
from bot.playground.workspace.control.transcript import plain as read
from tests.playground.workspace.blocks import (
    CARD,
    actions,
    button,
    field,
    home,
    marked,
    modal,
    option,
    plain,
    section,
    text_field,
)
from tests.playground.workspace.listeners import Receiver

NAMES = {"U0001": "Olga", "C0003": "audit"}


def test_a_card_reads_like_this(workspace: SlackWorkspace, client: WebClient) -> None:
    fields = {"type": "section", "fields": [marked("*Portal*\ndefault"), plain("Risk: <destroy>")]}
    context = {"type": "context", "elements": [marked("CR-1"), plain("1 approval")]}
    client.chat_postMessage(channel="C0002", text="x", blocks=[*CARD, fields, {"type": "divider"}, context])
    assert workspace.transcript(workspace.messages("approvals")[0]).splitlines() == [
        "b24bot",
        "    # Remove a connector",
        "    asked by @Olga",
        "    [*Approve] [!Reject]",
        "      *Portal* default",
        "      Risk: <destroy>",
        "    ----------------------------------------",
        "    CR-1 | 1 approval",
    ]


def test_text_alone_edits_threads_and_private_notices_are_marked(workspace: SlackWorkspace, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0001", text="one\ntwo")["ts"]
    client.chat_postMessage(channel="C0001", text="reply", thread_ts=posted)
    client.chat_update(channel="C0001", ts=posted, text="three")
    client.chat_postEphemeral(channel="C0001", user="U0001", text="psst")
    parent, reply = workspace.thread("connectors", posted)
    assert workspace.transcript(parent) == "b24bot (edited)\n    three"
    assert workspace.transcript(reply) == "b24bot (in the thread)\n    reply"
    assert workspace.transcript(workspace.ephemerals("Olga")[0]).startswith("b24bot (only Olga sees this)")


def test_what_slack_itself_says_is_signed_so(workspace: SlackWorkspace) -> None:
    workspace.people["Olga"].slash("/b24 help")
    assert workspace.transcript(workspace.ephemerals("Olga")[0]).startswith("Slack (only Olga sees this)")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U0001> <@U7|bob> <@U8>", "@Olga @bob @U8"),
        ("<#C0003> <#C9|lobby>", "#audit #lobby"),
        ("<!here> <!subteam^S1|@ops>", "@here @ops"),
        ("<!date^1^{date}|1 January>", "1 January"),
        ("<https://a.test|docs> <https://a.test>", "docs (https://a.test) https://a.test"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
    ],
)
def test_references_are_read_out(text: str, shown: str) -> None:
    assert read(text, NAMES) == shown


IMAGE = {"type": "image", "image_url": "https://a.test/a.png", "alt_text": "a cat"}
BLOCKS: list[tuple[dict[str, Any], list[str]]] = [
    (section("hi", accessory=button("Go")), ["hi", "[Go]"]),
    (section("hi", accessory=IMAGE), ["hi", "(image: a cat)"]),
    (IMAGE, ["(image: a cat)"]),
    ({"type": "markdown", "text": "# a\nb"}, ["# a", "b"]),
    (actions({"type": "static_select", "options": [option("A"), option("B")]}), ["[A / B v]"]),
    (actions({"type": "users_select", "placeholder": plain("who")}), ["[who v]"]),
    (actions({"type": "datepicker"}), ["[datepicker v]"]),
    (text_field("why"), ["Why *: [plain_text_input v]"]),
    (field("why", {"type": "users_select"}, optional=True), ["Why: [users_select v]"]),
    ({"type": "carousel"}, ["(carousel)"]),
    (
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "hi "},
                        {"type": "user", "user_id": "U0001"},
                        {"type": "link", "url": "https://a.test", "text": "docs"},
                        {"type": "link", "url": "https://b.test"},
                    ],
                },
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "end"}]},
            ],
        },
        ["hi @Olgadocs (https://a.test)https://b.test", "end"],
    ),
]


@pytest.mark.parametrize(("block", "lines"), BLOCKS)
def test_every_kind_of_block_has_its_lines(block: dict[str, Any], lines: list[str]) -> None:
    assert block_lines([block], NAMES) == lines


def test_a_modal_shows_title_errors_and_buttons(
    workspace: SlackWorkspace, client: WebClient, receiver: Receiver
) -> None:
    olga = workspace.people["Olga"]
    trigger_id = olga.slash("/b24 x").payload["trigger_id"]
    client.views_open(trigger_id=trigger_id, view=modal(text_field("why"), close=plain("Cancel")))
    receiver.acks({"response_action": "errors", "errors": {"why": "say more"}})
    olga.submit({"why": "x"})
    assert workspace.transcript(olga.view).splitlines() == [
        "== Remove ==",
        "    Why *: [plain_text_input v]",
        "    ! say more",
        "    [Cancel] [Send]",
    ]
    client.views_publish(user_id="U0001", view=home())
    assert olga.home is not None
    assert workspace.transcript(olga.home) == "== Home ==\n    hello"
