"""Lines to type about a portal, as advice has them: with a label in the place of its name until it is known which."""

from __future__ import annotations

from bot.plugin import CommandLine, Message, Text, map_text

_NAME = Message("bitrix24.usage.portal_name")
CONNECT_AGAIN = CommandLine(command_line=Message("bitrix24.usage.connect_portal", portal=_NAME))
STORE_BACKUP = Message("bitrix24.usage.back_up_in_terminal", portal=_NAME)
"""Whole, since only the terminal takes it."""
CHECK = CommandLine(command_line=Message("bitrix24.usage.check_portal", portal=_NAME))
AUTHORISE = Message("bitrix24.loss.do_connect", command=CONNECT_AGAIN)
"""The advice where tokens are lost: only another authorisation gives new ones."""


def name_portal(advice: Text, name: str) -> Text:
    """Put the name of a portal into the lines of an advice. One that has no such line stays as it is."""
    return map_text(advice, str, instead={_NAME: name})
