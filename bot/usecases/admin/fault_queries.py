"""What the log has under a reference that an answer told; for admins."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from bot.core import mentions
from bot.core.bot_errors import NotPermitted
from bot.core.principals import Role
from bot.core.redaction.redactor import redact
from bot.plugin import Arg, BadArgument, Group, Message, Refusal, Reply, Risk, Text, Time
from bot.plugin.frozen import dataclass
from bot.usecases.admin.queries import SHOW, QueryContext
from bot.usecases.process.fault_details import FaultDetail

faults: Group[QueryContext] = Group(
    "fault", help="Faults by their references.", words={"en": ("incident",), "ru": ("сбой", "ошибка")}
)
_REFERENCE = re.compile(r"E-[0-9a-f]{4,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """What the log has under a reference."""

    reference: str
    """The reference, as it was typed."""
    at: Time
    """When the line was logged."""
    action: str
    """The machine name of the line of the log."""
    words: str
    """The line, in English."""
    cause: str
    """The exception; empty without one."""
    frames: tuple[str, ...]
    """The places in the code that it came through, the outermost first."""


def parse_reference(text: str) -> str:
    """A reference such as `E-3f9a1c`. Raises BadArgument for anything else."""
    found = text.strip()
    if not _REFERENCE.fullmatch(found):
        raise BadArgument(Message("admin.fault.no_reference", text=text))
    return found


@faults.command("show", words=SHOW, risk=Risk.READ, data=FaultView, examples=["E-3f9a1c"])
def fault_show(
    query: QueryContext,
    reference: Annotated[str, Arg(label="REFERENCE", help="the reference of an answer", parse=parse_reference)],
) -> Reply:
    """Show what the log has under a reference; for admins."""
    if query.role is not Role.ADMIN:
        raise NotPermitted(Message("admin.fault.admins_only"))
    if query.person.local:
        # Another process than the one that serves.
        raise Refusal(Message("admin.fault.in_slack"), hint=Message("admin.fault.in_the_log"))
    found = query.ctx.threads.fault_details.find(reference.strip())
    if found is None:
        raise unknown_fault(reference)
    clean = replace(found, words=_clean(query, found.words), cause=_clean(query, found.cause))
    return describe_fault(reference, clean)


def unknown_fault(reference: str) -> Refusal:
    """The refusal of a reference that this process does not know."""
    return Refusal(Message("admin.fault.unknown", reference=reference), hint=Message("admin.fault.in_the_log"))


def describe_fault(reference: str, found: FaultDetail) -> Reply:
    """The answer with what the log has under a reference."""
    facts: tuple[tuple[Text, Text], ...] = (
        (Message("admin.fault.time"), mentions.mark_time(found.at)),
        (Message("admin.fault.log_line"), found.words),
        (Message("admin.fault.cause"), found.cause),
        (Message("admin.fault.frames"), "\n".join(found.frames)),
    )
    return Reply(
        title=Message("admin.fault.title", reference=reference),
        facts=tuple(fact for fact in facts if fact[1]),
        notes=(Message("admin.fault.in_the_log"),),
        data=FaultView(
            reference=reference,
            at=Time(time=found.at),
            action=found.action,
            words=found.words,
            cause=found.cause,
            frames=found.frames,
        ),
    )


def _clean(query: QueryContext, words: str) -> str:
    """The words without secrets, as a line of the log is written."""
    if query.ctx.deployment.known_secrets.find([words]):
        return "…"
    return redact(words, ())
