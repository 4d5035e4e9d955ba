"""People and channels inside plain text: marks only the bot can write, so that typed text never mentions anybody."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.core.principals import Principal

_PERSON, _CHANNEL, _END = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"([{_PERSON}{_CHANNEL}])([^{_END}]*){_END}")
_ANY = re.compile(f"[{_PERSON}{_CHANNEL}{_END}]")


def person(principal: Principal) -> str:
    """Stands for a person. The account at the host's shell has no Slack name and is written out."""
    return f"{_PERSON}{principal.user}{_END}" if not principal.local else principal.id


def channel(channel_id: str) -> str:
    """Stands for a channel."""
    return f"{_CHANNEL}{channel_id}{_END}"


def strip(text: str) -> str:
    """Take every mark out: for whatever does not come from the bot itself."""
    return _ANY.sub("", text)


def plain(text: str) -> str:
    """For where nothing is a mention: `@U0001`, `#C0002`."""
    return render(text, person=lambda user: f"@{user}", channel=lambda channel: f"#{channel}")


def render(text: str, *, person: Callable[[str], str], channel: Callable[[str], str]) -> str:
    """Replace each mark by what the callbacks make of its id."""
    return _MARK.sub(lambda found: (person if found[1] == _PERSON else channel)(found[2]), text)
