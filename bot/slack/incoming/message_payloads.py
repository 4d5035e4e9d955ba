"""Messages to the bot as the lines that people typed in them (docs/slack-behaviour.md S45).

A message is a command only if a person wrote it as it stands: no edit, no notice of Slack, no other bot.
"""

from __future__ import annotations

import re
from typing import cast

from bot.core.messages.deliveries import SlashCommand
from bot.core.principals import Principal
from bot.core.redaction.sanitizer import sanitize_text
from bot.slack.ids import check_ids, refuse_org_wide
from bot.slack.incoming.payload_types import EventPayload, MessageEvent
from bot.slack.incoming.payloads import Raw
from bot.slack.incoming.typed_text import restore_typed_text

WRITTEN = frozenset({"", "file_share", "thread_broadcast"})
"""The subtypes of messages that people write. All others are notices of Slack, edits and deletions among them."""
EVENT_IDS = (
    (("team_id",), "team"),
    (("enterprise_id",), "enterprise"),
    (("api_app_id",), "application"),
    (("event", "user"), "user"),
    (("event", "team"), "team"),
    (("event", "user_team"), "team"),
    (("event", "channel"), "channel"),
    (("event", "ts"), "message"),
    (("event", "thread_ts"), "message"),
)
_ADDRESSED = re.compile(r"<@([A-Z0-9]{1,30})(?:\|[^<>]*)?>[\s,:]*")
"""A person who is mentioned in front of everything else."""


def mention(raw: Raw, bot: str) -> SlashCommand | None:
    """A message in a channel that begins with a mention of the bot; None for any other message."""
    message = _read_message(raw, bot)
    if message is None or _strip_mention(message.text, bot) == message.text:
        return None
    return _with_line(message, bot)


def direct_message(raw: Raw, bot: str) -> SlashCommand | None:
    """A message to the bot alone; None for one that is no command."""
    message = _read_message(raw, bot)
    return None if message is None else _with_line(message, bot, direct=True)


def _with_line(message: SlashCommand, bot: str, *, direct: bool = False) -> SlashCommand:
    line = restore_typed_text(_strip_mention(message.text, bot))
    return SlashCommand(
        key=message.key,
        person=message.person,
        channel=message.channel,
        text=line.strip(),
        workspace=message.workspace,
        enterprise=message.enterprise,
        message=message.message,
        thread=message.thread,
        direct=direct,
    )


def _strip_mention(text: str, bot: str) -> str:
    written = text.lstrip()
    found = _ADDRESSED.match(written)
    return written[found.end() :] if found is not None and found[1] == bot else text


def _read_message(raw: Raw, bot: str) -> SlashCommand | None:
    """The message with its text as Slack has it; None where no person wrote it. Raises ValueError for a bad payload."""
    refuse_org_wide(raw)
    check_ids(raw, EVENT_IDS)
    payload = cast(EventPayload, raw)
    event: MessageEvent = payload["event"]
    if _is_foreign(event, bot):
        return None
    home, person = _text(payload.get("team_id")), read_sender(raw)
    channel, stamp = _text(event.get("channel")), _text(event.get("ts"))
    if not (channel and stamp):
        raise ValueError("a message without its place")
    return SlashCommand(
        # Slack tells of one message by several events; the message is the same.
        key=f"msg:{person.id}:{channel}:{stamp}",
        person=person,
        channel=channel,
        text=_text(event.get("text")),
        workspace=home if home != person.team else "",
        enterprise=_text(payload.get("enterprise_id")),
        message=stamp,
        thread=_text(event.get("thread_ts")),
    )


def read_sender(raw: Raw) -> Principal:
    """Who caused an event. Raises ValueError where it names nobody."""
    refuse_org_wide(raw)
    check_ids(raw, EVENT_IDS)
    payload = cast(EventPayload, raw)
    event: MessageEvent = payload["event"]
    team = _text(event.get("user_team")) or _text(event.get("team")) or _text(payload.get("team_id"))
    person = Principal(team=team, user=_text(event.get("user")))
    if not (person.team and person.user):
        raise ValueError("an event of nobody")
    return person


def _is_foreign(event: MessageEvent, bot: str) -> bool:
    """Whether it is the bot's own, another bot's, Slack's, or an edit."""
    by_program = bool(event.get("bot_id") or event.get("bot_profile")) or event.get("user") == bot
    return by_program or bool(event.get("edited")) or _text(event.get("subtype")) not in WRITTEN


def _text(value: object) -> str:
    return sanitize_text(value) if isinstance(value, str) else ""
