"""What an ending means by what was asked for: a review, a role, a link, a freeze, a connection."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change.change_request import ChangeRequest
from bot.plugin import CommandLine, Message
from bot.plugin.frozen import dataclass
from bot.plugin.message import fill_message

MADE, NOT_MADE = Message("card.now.made"), Message("card.now.not_made")
NOTHING_TO_DO, NEW_COMMAND = Message("card.next.nothing"), Message("card.next.new_command")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKind:
    """What is said of a change request of one command. Arguments are names: the summary's, and `command`, its line."""

    made: Message
    not_made: Message = NOT_MADE
    next_made: Message = NOTHING_TO_DO
    next_not_made: Message = NEW_COMMAND


REQUEST_KINDS: Mapping[str, RequestKind] = {
    "access grant": RequestKind(
        made=Message("card.now.granted", person="person", role="role"),
        not_made=Message("card.now.not_granted", person="person"),
    ),
    "access revoke": RequestKind(
        made=Message("card.now.revoked", person="person", role="role"),
        not_made=Message("card.now.not_granted", person="person"),
    ),
    "access link": RequestKind(
        made=Message("card.now.linked", account="account", person="person"),
        not_made=Message("card.now.not_linked", account="account"),
    ),
    "access unlink": RequestKind(
        made=Message("card.now.unlinked", account="account"),
        not_made=Message("card.now.not_linked", account="account"),
    ),
    "request review": RequestKind(
        made=Message("card.now.reviewed", request="request"),
        not_made=Message("card.now.not_reviewed", request="request"),
        next_not_made=Message("card.next.review_again", command="command"),
    ),
    "unfreeze": RequestKind(made=Message("card.now.unfrozen"), not_made=Message("card.now.not_unfrozen")),
    "portal connect": RequestKind(
        made=Message("card.now.connection_approved"),
        not_made=Message("card.now.connection_not_approved"),
        next_made=Message("card.next.connect"),
    ),
}
"""By the path of the command. One without a row is called a change."""


def find_kind(change: ChangeRequest) -> RequestKind | None:
    """Find the row of a change request whose summary has all that its sentences name; None where there is none."""
    kind, summary = REQUEST_KINDS.get(change.path), change.plan.summary
    if kind is None or not isinstance(summary, Message):
        return None
    values = {**summary.arguments, "command": CommandLine(command_line=change.line)}
    texts = {name: getattr(kind, name) for name in RequestKind.__dataclass_fields__}
    if not all(set(text.arguments.values()) <= set(values) for text in texts.values()):
        return None
    return RequestKind(**{name: fill_message(text, values) for name, text in texts.items()})
