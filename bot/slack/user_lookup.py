"""What Slack tells of one account, as users.info does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient

from bot.core.person_names import clean_name
from bot.slack.refusals import INVALID_RESPONSE
from bot.slack.slack_errors import require_ok, translate_errors
from bot.usecases.chat.delivery_errors import Lost


def ask_user(client: WebClient, user_id: str) -> Mapping[str, object]:
    """Ask Slack about an account, with its locale. Raises DeliveryError."""
    with translate_errors():
        answer: Any = require_ok(client.users_info(user=user_id, include_locale=True))
        user = answer.get("user")
        # Slack answers for an account it knows; another one's answer says nothing of this one.
        if not isinstance(user, dict) or user.get("id") != user_id:
            raise Lost(INVALID_RESPONSE, "users.info: user")
    return user


def read_name(user: Mapping[str, object]) -> str:
    """Read the name that Slack shows to people, on one line; empty where it tells none.

    An account without a display name is shown by its full name. The user name is what is left of an old account.
    """
    told = user.get("profile")
    profile: Mapping[str, object] = told if isinstance(told, Mapping) else {}
    found = (profile.get("display_name"), user.get("real_name"), profile.get("real_name"), user.get("name"))
    return next(filter(None, (clean_name(name) for name in found if isinstance(name, str))), "")
