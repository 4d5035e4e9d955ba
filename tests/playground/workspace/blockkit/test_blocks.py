"""Block Kit: what Slack takes, and what it refuses with the place of the mistake."""

from __future__ import annotations

import json
from typing import Any

from bot.playground.workspace.blockkit.block_tree import text_total
from bot.playground.workspace.blockkit.block_validation import message_problems, view_problems
from tests.playground.workspace.blocks import (
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
from tests.playground.workspace.conftest import Post
from tests.tables.rows import each_row

Json = dict[str, Any]

CONFIRM = {
    "title": plain("Sure?"),
    "text": marked("*really*"),
    "confirm": plain("Yes"),
    "deny": plain("No"),
    "style": "danger",
}
A, B = option("A"), option("B")
MENU = {"type": "static_select", "action_id": "m", "options": [A, B], "placeholder": plain("pick")}
GROUPED = {
    "type": "static_select",
    "action_id": "g",
    "option_groups": [{"label": plain("G"), "options": [A]}],
    "initial_option": A,
}
IMAGE = {"type": "image", "image_url": "https://example.test/a.png", "alt_text": "a"}

GOOD_MESSAGES: list[tuple[str, list[Json]]] = [
    ("section", [section("x" * 3000)]),
    ("fields only", [{"type": "section", "fields": [plain("a")] * 10}]),
    ("two equal menus in two blocks", [actions(MENU), actions(MENU)]),
    ("accessory", [section(accessory=button(confirm=CONFIRM, url="https://example.test"))]),
    ("grouped menu", [actions(GROUPED)]),
    ("context", [{"type": "context", "elements": [IMAGE, marked("a"), plain("b")]}]),
    ("divider and image", [{"type": "divider"}, {**IMAGE, "title": plain("t")}]),
    ("slack file", [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"}]),
    ("markdown", [{"type": "markdown", "text": "# hi"}]),
    (
        "rich text",
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
            }
        ],
    ),
    (
        "pickers",
        [
            actions(
                {"type": "datepicker", "action_id": "d", "initial_date": "2026-01-31"},
                {"type": "timepicker", "action_id": "t", "initial_time": "23:59"},
                {"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1_700_000_000},
                {"type": "users_select", "action_id": "u", "initial_user": "U0001"},
                {"type": "overflow", "action_id": "o", "options": [{**A, "url": "https://example.test"}]},
                {"type": "radio_buttons", "action_id": "r", "options": [{**A, "text": marked("*A*")}]},
            )
        ],
    ),
    ("an input in a message", [text_field("why")]),
]


@each_row(("name", "blocks"), GOOD_MESSAGES)
def test_good_blocks_have_no_problems(name: str, blocks: list[Json]) -> None:
    assert message_problems(blocks) == []


BAD_MESSAGES: list[tuple[Json, str]] = [
    ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section", "text": "x"}, "unsupported type: None [json-pointer:/blocks/0/text/type]"),
    ({"type": "section", "fields": "x"}, "must be an array [json-pointer:/blocks/0/fields]"),
    (
        {"type": "section", "fields": [plain("a")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        {"type": "section", "fields": [plain("a" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    (section(expand="yes"), "must provide a boolean [json-pointer:/blocks/0/expand]"),
    (section(block_id=7), "must provide a string [json-pointer:/blocks/0/block_id]"),
    (section(block_id="b" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (section(accessory=5), "unsupported type: None [json-pointer:/blocks/0/accessory/type]"),
    ({"type": "carousel"}, "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
    ({"type": "header", "text": marked("x")}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "context", "elements": []}, "must be more than 0 items [json-pointer:/blocks/0/elements]"),
    (
        {"type": "context", "elements": [plain("a")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        {"type": "context", "elements": [button()]},
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        actions(*[button(action_id=str(one)) for one in range(26)]),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (actions(button(), button()), "duplicate action_id: approve [json-pointer:/blocks/0]"),
    (
        actions(button("x" * 76)),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        actions(button(value="x" * 2001)),
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        actions(button(style="warning")),
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    (actions(button(url="ftp://x")), "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"),
    (
        actions(button(url="https://" + "x" * 3000)),
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    (actions(button(confirm=True)), "must provide an object [json-pointer:/blocks/0/elements/0/confirm]"),
    (
        actions(button(confirm={**CONFIRM, "type": "confirm"})),
        "invalid additional property: type [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    (
        actions(button(confirm={key: value for key, value in CONFIRM.items() if key != "deny"})),
        "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    (
        actions(button(confirm={**CONFIRM, "confirm": plain("x" * 31)})),
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
    ),
    (
        actions({"type": "static_select", "action_id": "m"}),
        "must define exactly one of `options` or `option_groups` [json-pointer:/blocks/0/elements/0]",
    ),
    (
        actions({**MENU, "options": [option(str(one)) for one in range(101)]}),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({**MENU, "options": [option("x" * 76, "v")]}),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        actions({**MENU, "options": [option("x", "v" * 151)]}),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        actions({**MENU, "options": [{**A, "url": "https://example.test"}]}),
        "invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]",
    ),
    (
        actions({**MENU, "initial_option": option("C")}),
        "initial option was not found in options [json-pointer:/blocks/0/elements/0]",
    ),
    (actions({**MENU, "options": [A, A]}), "duplicate option value [json-pointer:/blocks/0/elements/0]"),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option(one) for one in "abcdef"]}),
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions({"type": "datepicker", "action_id": "d", "initial_date": "soon"}),
        "must be a date as YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    (
        actions({"type": "datetimepicker", "action_id": "d", "initial_date_time": "now"}),
        "must provide a number [json-pointer:/blocks/0/elements/0/initial_date_time]",
    ),
    (
        actions({"type": "datetimepicker", "action_id": "d", "initial_date_time": 5}),
        "must be between 1000000000 and 9999999999 [json-pointer:/blocks/0/elements/0/initial_date_time]",
    ),
    (
        actions({"type": "conversations_select", "action_id": "c", "filter": {"include": ["all"]}}),
        "must be one of: im, mpim, private, public [json-pointer:/blocks/0/elements/0/filter/include/0]",
    ),
    (
        {"type": "image", "alt_text": "a"},
        "must define exactly one of `image_url` or `slack_file` [json-pointer:/blocks/0]",
    ),
    ({"type": "rich_text", "elements": "x"}, "must be an array [json-pointer:/blocks/0/elements]"),
    ({"type": "input", "label": plain("L")}, "missing required field: element [json-pointer:/blocks/0]"),
    (
        field("x", button()),
        "unsupported type: button [json-pointer:/blocks/0/element/type]",
    ),
    (
        {"type": "section", "text": {**marked("x"), "emoji": True}},
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
]


@each_row(("block", "says"), BAD_MESSAGES)
def test_a_bad_block_is_named_with_its_place(block: Json, says: str) -> None:
    assert says in [str(problem) for problem in message_problems([block])]


def test_a_broken_field_does_not_hide_behind_a_rule_that_needs_it_whole() -> None:
    broken = actions({"type": "static_select", "action_id": "m", "option_groups": "x"})
    assert [str(one) for one in message_problems([broken])] == [
        "must be an array [json-pointer:/blocks/0/elements/0/option_groups]"
    ]


def test_blocks_that_are_no_objects_are_unsupported() -> None:
    assert [one.says for one in message_problems([None, "x"])] == [
        "unsupported type: NoneType",
        "unsupported type: str",
    ]


def test_a_message_takes_fifty_blocks_and_a_modal_a_hundred() -> None:
    many = [section(block_id=str(one)) for one in range(101)]
    assert message_problems(many[:50]) == []
    assert [one.says for one in message_problems(many[:51])] == ["no more than 50 items allowed"]
    assert view_problems(modal(*many[:100])) == []
    assert [one.says for one in view_problems(modal(*many))] == ["no more than 100 items allowed"]


def test_two_blocks_cannot_share_an_id() -> None:
    twice = [section(block_id="a"), section(block_id="a")]
    assert [str(one) for one in message_problems(twice)] == ["duplicate block_id: a [json-pointer:/blocks/1/block_id]"]


BAD_VIEWS: list[tuple[Json, str]] = [
    ({"type": "popup"}, "unsupported type: popup [json-pointer:/view/type]"),
    ({"type": "modal", "blocks": [section()]}, "missing required field: title [json-pointer:/view]"),
    (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=marked("x")), "unsupported type: mrkdwn [json-pointer:/view/submit/type]"),
    (modal(colour="red"), "invalid additional property: colour [json-pointer:/view]"),
    (
        modal(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (
        {"type": "modal", "title": plain("T"), "blocks": [section(), text_field("a")]},
        "must define `submit` to use an `input` block [json-pointer:/view/blocks/1]",
    ),
    ({"type": "modal", "title": plain("T")}, "missing required field: blocks [json-pointer:/view]"),
    ({"type": "home", "blocks": "x"}, "must be an array [json-pointer:/view/blocks]"),
    (
        home({"type": "markdown", "text": "x"}),
        "unsupported type: markdown [json-pointer:/view/blocks/0/type]",
    ),
    (home(text_field("a"), clear_on_close=True), "invalid additional property: clear_on_close"),
    (
        modal(
            field("a", {"type": "plain_text_input", "focus_on_load": True}),
            field("b", {"type": "plain_text_input", "focus_on_load": True}),
        ),
        "only one element may have focus_on_load [json-pointer:/view/blocks]",
    ),
    (
        modal(field("n", {"type": "number_input", "action_id": "n"})),
        "missing required field: is_decimal_allowed [json-pointer:/view/blocks/0/element]",
    ),
    (
        modal(field("t", {"type": "timepicker", "action_id": "t", "initial_time": "25:00"})),
        "must be a time as HH:mm [json-pointer:/view/blocks/0/element/initial_time]",
    ),
    (
        modal(text_field("a", hint=plain("h" * 2001))),
        "must be less than 2001 characters [json-pointer:/view/blocks/0/hint/text]",
    ),
]


@each_row(("view", "says"), BAD_VIEWS)
def test_a_bad_view_is_named_with_its_place(view: Json, says: str) -> None:
    assert any(str(problem).startswith(says) for problem in view_problems(view))


def test_good_views_have_no_problems() -> None:
    everything = modal(
        text_field("a", optional=True, hint=plain("h"), dispatch_action=True),
        field("n", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
        field("m", {**MENU, "type": "multi_static_select", "initial_options": [A]}),
        field("x", {"type": "multi_external_select", "min_query_length": 0}),
        field("c", {"type": "multi_conversations_select", "initial_conversations": ["C0001"]}),
        field("k", {"type": "checkboxes", "options": [A], "initial_options": [A]}),
        field("e", {"type": "email_text_input"}),
        field("u", {"type": "url_text_input"}),
        close=plain("Cancel"),
        notify_on_close=True,
        clear_on_close=True,
        private_metadata="",
        callback_id="c",
        external_id="e",
        submit_disabled=False,
    )
    assert view_problems(everything) == []
    assert view_problems(home(text_field("a"))) == []


def test_chat_post_message_answers_with_every_problem(call: Post) -> None:
    answer = call("chat.postMessage", channel="C0001", text="x", blocks=json.dumps([{"type": "header"}]))
    says = "missing required field: text [json-pointer:/blocks/0]"
    assert answer == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [says],
        "response_metadata": {"messages": [f"[ERROR] {says}"]},
    }


def test_all_text_together_may_not_be_too_long(call: Post) -> None:
    full = [section("x" * 2640, block_id=str(one)) for one in range(5)]
    assert text_total(full) == 13_200
    assert call("chat.postMessage", channel="C0001", text="x", blocks=json.dumps(full))["ok"]
    over = json.dumps([*full, section("y")])
    assert call("chat.postMessage", channel="C0001", text="x", blocks=over)["error"] == "msg_blocks_too_long"
