"""Who is in a user group, as usergroups.users.list tells it (docs/slack-behaviour.md S50)."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from bot.core.principals import Principal
from bot.slack.refusals import INVALID_RESPONSE
from bot.slack.slack_errors import require_ok, translate_errors
from bot.usecases.chat.delivery_errors import ChannelDead, Lost


def ask_group(client: WebClient, team: str, group: str) -> frozenset[str]:
    """Ask Slack who is in a user group; the accounts like `T0001:U0001`. Raises DeliveryError.

    Slack answers for a switched-off group only if it is asked to; it has no members for the bot.
    """
    if not client.token:
        raise ChannelDead("not_authed")
    with translate_errors():
        answer: Any = require_ok(client.usergroups_users_list(usergroup=group, team_id=team))
        users = answer.get("users")
        if not isinstance(users, list) or not all(isinstance(one, str) and one for one in users):
            raise Lost(INVALID_RESPONSE, "usergroups.users.list: users")
    return frozenset(Principal(team=team, user=user).id for user in users)
