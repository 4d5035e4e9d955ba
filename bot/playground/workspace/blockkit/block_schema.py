"""Block Kit as a table: block type → fields, element type → fields, object → fields, view type → fields.

The limits are those of docs/slack-behaviour.md S22. What needs more than one field is a rule beside them. Types that
are not here are refused as Slack refuses types it does not know.
"""

from __future__ import annotations

from bot.playground.workspace.blockkit.block_fields import (
    ANYTHING,
    BOTH,
    FLAG,
    LIST,
    URL,
    Field,
    Shape,
    at_least_one,
    choice,
    distinct_options,
    element,
    elements,
    exactly_one,
    initial_is_offered,
    integer,
    need,
    string,
    text,
    thing,
    things,
)

TEXT_TOTAL = 13_200
VIEW_BYTES = 250_000
BLOCKS_PER_SURFACE = {"message": 50, "modal": 100, "home": 100}

OBJECTS: dict[str, Shape] = {
    "confirm": Shape(
        fields={
            "title": need(text(100)),
            "text": need(text(300, types=BOTH)),
            "confirm": need(text(30)),
            "deny": need(text(30)),
            "style": choice("primary", "danger"),
        }
    ),
    "option": Shape(
        fields={"text": need(text(75)), "value": need(string(150)), "description": text(75)},
    ),
    "marked_option": Shape(
        fields={
            "text": need(text(75, types=BOTH)),
            "value": need(string(150)),
            "description": text(75, types=BOTH),
        },
    ),
    "overflow_option": Shape(
        fields={
            "text": need(text(75)),
            "value": need(string(150)),
            "description": text(75),
            "url": URL,
        },
    ),
    "option_group": Shape(fields={"label": need(text(75)), "options": need(things(100, "option"))}),
    "dispatch_action_config": Shape(
        fields={
            "trigger_actions_on": Field(kind="choices", low=1, high=2, of=("on_enter_pressed", "on_character_entered"))
        }
    ),
    "conversation_filter": Shape(
        fields={
            "include": Field(kind="choices", low=1, high=4, of=("im", "mpim", "private", "public")),
            "exclude_external_shared_channels": FLAG,
            "exclude_bot_users": FLAG,
        },
        rules=(at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
    ),
    "slack_file": Shape(fields={"id": string(255), "url": URL}, rules=(exactly_one("id", "url"),)),
}

_ACTION = {"action_id": string(255)}
_MENU = _ACTION | {"placeholder": text(150), "confirm": thing("confirm"), "focus_on_load": FLAG}
_MANY = _MENU | {"max_selected_items": integer(1, 1000)}
_OPTIONS = {"options": things(100, "option"), "option_groups": things(100, "option_group")}
_TYPED = _ACTION | {
    "placeholder": text(150),
    "focus_on_load": FLAG,
    "dispatch_action_config": thing("dispatch_action_config"),
}
_OFFER_RULES = (exactly_one("options", "option_groups"), initial_is_offered, distinct_options)
_CONVERSATIONS = {
    "default_to_current_conversation": FLAG,
    "filter": thing("conversation_filter"),
}
_ID = string(255)
_IDS = Field(kind="strings", low=1, each=255)

ELEMENTS: dict[str, Shape] = {
    "plain_text": Shape(fields={"text": need(string(3000)), "emoji": FLAG}),
    "mrkdwn": Shape(fields={"text": need(string(3000)), "verbatim": FLAG}),
    "image": Shape(
        fields={"image_url": URL, "slack_file": thing("slack_file"), "alt_text": need(string(2000))},
        rules=(exactly_one("image_url", "slack_file"),),
    ),
    "button": Shape(
        fields=_ACTION
        | {
            "text": need(text(75)),
            "url": URL,
            "value": string(2000),
            "style": choice("primary", "danger"),
            "confirm": thing("confirm"),
            "accessibility_label": string(75),
        }
    ),
    "static_select": Shape(fields=_MENU | _OPTIONS | {"initial_option": thing("option")}, rules=_OFFER_RULES),
    "multi_static_select": Shape(
        fields=_MANY | _OPTIONS | {"initial_options": things(100, "option")}, rules=_OFFER_RULES
    ),
    "external_select": Shape(fields=_MENU | {"initial_option": thing("option"), "min_query_length": integer(0, 150)}),
    "multi_external_select": Shape(
        fields=_MANY | {"initial_options": things(100, "option"), "min_query_length": integer(0, 150)}
    ),
    "users_select": Shape(fields=_MENU | {"initial_user": _ID}),
    "multi_users_select": Shape(fields=_MANY | {"initial_users": _IDS}),
    "channels_select": Shape(fields=_MENU | {"initial_channel": _ID, "response_url_enabled": FLAG}),
    "multi_channels_select": Shape(fields=_MANY | {"initial_channels": _IDS}),
    "conversations_select": Shape(
        fields=_MENU | _CONVERSATIONS | {"initial_conversation": _ID, "response_url_enabled": FLAG}
    ),
    "multi_conversations_select": Shape(fields=_MANY | _CONVERSATIONS | {"initial_conversations": _IDS}),
    "overflow": Shape(
        fields=_ACTION | {"options": need(things(5, "overflow_option")), "confirm": thing("confirm")},
        rules=(distinct_options,),
    ),
    "checkboxes": Shape(
        fields=_ACTION
        | {
            "options": need(things(10, "marked_option")),
            "initial_options": things(10, "marked_option"),
            "confirm": thing("confirm"),
            "focus_on_load": FLAG,
        },
        rules=(initial_is_offered, distinct_options),
    ),
    "radio_buttons": Shape(
        fields=_ACTION
        | {
            "options": need(things(10, "marked_option")),
            "initial_option": thing("marked_option"),
            "confirm": thing("confirm"),
            "focus_on_load": FLAG,
        },
        rules=(initial_is_offered, distinct_options),
    ),
    "datepicker": Shape(fields=_MENU | {"initial_date": Field(kind="date")}),
    "timepicker": Shape(fields=_MENU | {"initial_time": Field(kind="time"), "timezone": string(100)}),
    "datetimepicker": Shape(
        fields=_ACTION
        | {
            "initial_date_time": integer(10**9, 10**10 - 1),
            "confirm": thing("confirm"),
            "focus_on_load": FLAG,
        }
    ),
    "plain_text_input": Shape(
        fields=_TYPED
        | {
            "initial_value": string(3000),
            "multiline": FLAG,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "number_input": Shape(
        fields=_TYPED
        | {
            "is_decimal_allowed": need(FLAG),
            "initial_value": string(100),
            "min_value": string(100),
            "max_value": string(100),
        }
    ),
    "email_text_input": Shape(fields=_TYPED | {"initial_value": string(3000)}),
    "url_text_input": Shape(fields=_TYPED | {"initial_value": string(3000)}),
    "rich_text_section": Shape(fields={"elements": need(LIST)}),
    "rich_text_list": Shape(
        fields={
            "elements": need(LIST),
            "style": choice("bullet", "ordered"),
            "indent": integer(0, 8),
            "offset": integer(0, 1000),
            "border": integer(0, 1),
        }
    ),
    "rich_text_preformatted": Shape(fields={"elements": need(LIST), "border": integer(0, 1), "language": string(50)}),
    "rich_text_quote": Shape(fields={"elements": need(LIST), "border": integer(0, 1)}),
}

_SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MENUS = _SELECTS + tuple(f"multi_{name}" for name in _SELECTS)
_PICKED = ("checkboxes", "radio_buttons", "datepicker", "timepicker")
_RICH = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
_WRITTEN = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
_BLOCK = {"block_id": Field(kind="string", low=0, high=255)}

BLOCKS: dict[str, Shape] = {
    "section": Shape(
        fields=_BLOCK
        | {
            "text": text(3000, types=BOTH),
            "fields": Field(kind="texts", low=1, high=10, each=2000, of=BOTH),
            "accessory": element("button", "overflow", "image", *_MENUS, *_PICKED),
            "expand": FLAG,
        },
        rules=(at_least_one("text", "fields"),),
    ),
    "divider": Shape(fields=_BLOCK),
    "header": Shape(fields=_BLOCK | {"text": need(text(150))}),
    "context": Shape(fields=_BLOCK | {"elements": need(elements(10, "image", *BOTH))}),
    "actions": Shape(
        fields=_BLOCK
        | {
            "elements": need(
                elements(25, "button", "overflow", "datetimepicker", *_MENUS, *_PICKED),
            )
        }
    ),
    "input": Shape(
        fields=_BLOCK
        | {
            "label": need(text(2000)),
            "element": need(element(*_WRITTEN, *_MENUS, *_PICKED, "datetimepicker")),
            "hint": text(2000),
            "optional": FLAG,
            "dispatch_action": FLAG,
        }
    ),
    "image": Shape(
        fields=_BLOCK
        | {
            "image_url": URL,
            "slack_file": thing("slack_file"),
            "alt_text": need(string(2000)),
            "title": text(2000),
        },
        rules=(exactly_one("image_url", "slack_file"),),
    ),
    "rich_text": Shape(fields=_BLOCK | {"elements": need(elements(1000, *_RICH))}),
    "markdown": Shape(fields=_BLOCK | {"text": need(string(12_000))}, surfaces=("message",)),
}

_VIEW = {
    "private_metadata": string(3000, low=0),
    "callback_id": string(255, low=0),
    "external_id": string(255, low=0),
    "blocks": need(ANYTHING),
}

VIEWS: dict[str, Shape] = {
    "modal": Shape(
        fields=_VIEW
        | {
            "title": need(text(24)),
            "submit": text(24),
            "close": text(24),
            "clear_on_close": FLAG,
            "notify_on_close": FLAG,
            "submit_disabled": FLAG,
        }
    ),
    "home": Shape(fields=_VIEW | {"title": text(24), "submit": text(24), "close": text(24)}),
}
