"""The manifest of the Slack app: scopes, events and commands as the code needs them (docs/slack-behaviour.md S41)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.slack.scopes import EVENT_SCOPES, OPTIONAL_SCOPES, SCOPES

EVENTS_PATH = "/slack/events"
EXAMPLE_HOST = "https://b24bot.example.com"
NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
NAME = "b24bot"
SHORTCUT_PREFIX = "b24start:"
"""What the id of each of the bot's shortcuts begins with."""
SHORTCUTS = (
    {
        "name": "Open b24bot",
        "type": "global",
        "callback_id": f"{SHORTCUT_PREFIX}global",
        "description": "See what waits for you, and start a command",
    },
    {
        "name": "Start a b24bot change",
        "type": "message",
        "callback_id": f"{SHORTCUT_PREFIX}message",
        "description": "Start a change with a link to this message as its reason",
    },
)
DESCRIPTION = "Manages Bitrix24 open-channel connectors, with approvals, undo and an audit log."
LONG_DESCRIPTION = (
    "Type {command} to see and change the connectors of your Bitrix24 portals. b24bot posts a card with the effect of "
    "each destructive change and waits until another person approves it. Then b24bot makes the change, reads the "
    "portal again, and shows the result on the card. Each step is recorded in the audit channel."
)


def make_manifest(*, command: str, host: str = EXAMPLE_HOST, socket_mode: bool = True) -> Mapping[str, Any]:
    """The manifest of an app with this slash command. `host` is where Slack reaches b24bot over HTTP, without a path.

    Slack ignores the addresses while Socket Mode is on.
    """
    address = f"{host}{EVENTS_PATH}"
    events = {"event_subscriptions": {"request_url": address, "bot_events": sorted(EVENT_SCOPES)}}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION.format(command=command),
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": False},
            "shortcuts": [dict(one) for one in SHORTCUTS],
            "slash_commands": [
                {
                    "command": command,
                    "description": "See and change Bitrix24 connectors",
                    "usage_hint": "connector list, help, whoami",
                    "url": address,
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)}},
        "settings": {
            **(events if EVENT_SCOPES else {}),
            "interactivity": {"is_enabled": True, "request_url": address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def make_manifest_link(manifest: Mapping[str, Any]) -> str:
    """The address of Slack's page that creates an app, filled in with a manifest."""
    return f"{NEW_APP}{quote(json.dumps(manifest, separators=(',', ':')), safe='')}"
