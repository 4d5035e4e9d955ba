"""The number of a change request links its card wherever it is said, and nothing else becomes a link."""

from __future__ import annotations

import pytest

from bot.slack.render.block_kit import Block
from bot.slack.render.request_links import MESSAGE_MOST, link_requests, link_text
from bot.slack.render.slack_text import context, section
from tests.slack.checks import assert_postable

ADDRESS = "https://acme.slack.com/archives/C0002/p1772366400000100"


def find(number: int) -> str:
    return ADDRESS if number == 1042 else ""


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("CR-1042 (remove): done", f"<{ADDRESS}|CR-1042> (remove): done"),
        ("see *CR-1042*, CR-1042.", f"see *<{ADDRESS}|CR-1042>*, <{ADDRESS}|CR-1042>."),
        ("CR-1043 has no card", "CR-1043 has no card"),
        ("`/b24 request show CR-1042`", "`/b24 request show CR-1042`"),
        ("```\nCR-1042\n```", "```\nCR-1042\n```"),
        ("<https://evil.test|CR-1042>", "<https://evil.test|CR-1042>"),
        (
            "XCR-1042, CR-10421, CR-1042x, CR-1042-b and /CR-1042",
            "XCR-1042, CR-10421, CR-1042x, CR-1042-b and /CR-1042",
        ),
    ],
)
def test_a_number_becomes_a_link_but_for_code_and_what_is_a_link_already(text: str, linked: str) -> None:
    assert link_text(text, find) == linked


def test_a_card_does_not_link_itself() -> None:
    assert link_text("CR-1042", find, but=1042) == "CR-1042"


def test_links_never_make_a_message_too_long() -> None:
    full: list[Block] = [section("CR-1042 " * 360), {"type": "section", "fields": [section("CR-1042 " * 200)["text"]]}]
    link_requests(full, find)
    assert_postable(full)
    many: list[Block] = [context("CR-1042 " * 180) for _ in range(8)]
    link_requests(many, find)
    assert sum(len(str(block["elements"][0]["text"])) for block in many if block["type"] == "context") <= MESSAGE_MOST
    assert_postable(many)
