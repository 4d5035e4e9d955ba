"""What Slack's answers mean for a delivery."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.refusals import INVALID_RESPONSE, find_refusal
from bot.usecases.chat.chat_refusals import Subject
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Impossible, Lost, Unchangeable

DEFAULT_WAIT, LONGEST_WAIT = 1.0, 3_600.0

_CODE = re.compile(r"\A[a-z0-9_]{1,100}\Z")
_CONTENT = re.compile(r"json-pointer:/(blocks|view|text|metadata|attachments)\b")
"""Where Slack says in an `invalid_arguments` that it means the content and not the call."""
_SCOPES = re.compile(r"\A[a-z0-9_.:,-]{1,200}\Z")

KINDS: Mapping[Subject, type[DeliveryError]] = {
    Subject.CONTENT: Impossible,
    Subject.STANDING: Unchangeable,
    Subject.SERVICE: Lost,
}
"""What a refusal about this makes of a delivery; about anything else it waits until somebody mends that."""


@contextmanager
def translate_errors(*, rewriting: bool = False) -> Iterator[None]:
    """Turn whatever a Slack call raises into a DeliveryError without its request, which holds the token.

    Only while `rewriting` a message can it turn out that it cannot be rewritten.
    """
    try:
        yield
    except SlackApiError as error:
        found = _of(error)
        if isinstance(found, Unchangeable) and not rewriting:
            found = ChannelDead(found.code)
        raise found from None
    except (SlackClientError, OSError, HTTPException) as error:
        raise Lost(type(error).__name__) from None
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        # What the client makes of an answer that is not an object, and we of one that lacks a field.
        raise Lost(INVALID_RESPONSE, type(error).__name__) from None


def require_ok(answer: Any) -> Any:
    """The answer, when it says `"ok": true` itself. Raises Lost for what only looks like it to the client."""
    if answer.get("ok") is not True:
        raise Lost(INVALID_RESPONSE, "ok is not true")
    return answer


def _of(error: SlackApiError) -> DeliveryError:
    response = error.response
    status = getattr(response, "status_code", 200)
    data = getattr(response, "data", response)
    if not isinstance(data, dict):
        data = {}
    named = data.get("error")
    # What the client could not read it puts there as a sentence: then nothing is known of the call.
    code = named if isinstance(named, str) and _CODE.match(named) else ""
    if status == 429 or (code and find_refusal(code).subject is Subject.RATE):
        return Busy(_seconds(getattr(response, "headers", {})))
    if status >= 500 or not code:
        return Lost(code) if code else Lost(INVALID_RESPONSE, f"HTTP {status}")
    if code == "invalid_arguments" and _is_about_content(data):
        return Impossible(code)
    return KINDS.get(find_refusal(code).subject, ChannelDead)(code, _needed(code, data))


def _is_about_content(data: Mapping[str, Any]) -> bool:
    metadata = data.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return isinstance(messages, list) and any(_CONTENT.search(str(one)) for one in messages)


def _needed(code: str, data: Mapping[str, Any]) -> str:
    """The scopes of which one is missing, as Slack names them."""
    needed = data.get("needed")
    return needed if code == "missing_scope" and isinstance(needed, str) and _SCOPES.match(needed) else ""


def _seconds(headers: Mapping[str, str | list[str]]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            text = value[0] if isinstance(value, list) else value
            return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdecimal() else DEFAULT_WAIT
    return DEFAULT_WAIT
