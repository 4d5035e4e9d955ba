"""The summary of a change request for headers and dialogs, where Slack shows plain text and no names of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core import mentions
from bot.core.change.change_request import ChangeRequest
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.plugin import CommandLine, Message, Person, Text
from bot.plugin.message import fill_message

WITHOUT_PERSON: Mapping[str, Message] = {
    "admin.grant": Message("card.plain.grant", role="role"),
    "admin.revoke": Message("card.plain.revoke", role="role"),
    "admin.link.link": Message("card.plain.link", account="account"),
    "admin.link.unlink": Message("card.plain.unlink", account="account"),
}
"""By the key of a summary that names a person: what stands in its place. Each argument is one of the summary's."""


def names_person(text: Text) -> bool:
    """Whether a person stands in the text."""
    return mentions.has_person_mark(translate(text, ENGLISH))


def find_people(text: Text) -> tuple[Text, ...]:
    """The marks of the people who stand in a text; the whole text where it is no message that names them."""
    people = tuple(_people(text)) if isinstance(text, Message) else ()
    return tuple(mentions.mark_account(one.person) for one in people) or (text,)


def _people(message: Message) -> Iterator[Person]:
    for value in message.arguments.values():
        if isinstance(value, Person):
            yield value
        elif isinstance(value, Message):
            yield from _people(value)


def leave_person_out(change: ChangeRequest) -> ChangeRequest:
    """The change request with a summary without a person. One that has no row in the table is named by its command."""
    summary = change.plan.summary
    if not names_person(summary):
        return change
    if isinstance(summary, Message) and summary.key in WITHOUT_PERSON:
        without: Text = fill_message(WITHOUT_PERSON[summary.key], summary.arguments)
    else:
        without = Message("card.plain.command", command=CommandLine(command_line=change.path))
    return replace(change, plan=replace(change.plan, summary=without))
