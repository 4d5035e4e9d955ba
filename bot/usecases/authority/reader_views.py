"""A change request as its reader may see it: a customer's words are for those who decide on it, and for who asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.core.change.change_request import ChangeRequest
from bot.core.parsing.invocation import AnyCommand
from bot.core.parsing.recorded_line import make_recorded_line, personal_values
from bot.core.principals import Principal
from bot.core.redaction.redactor import Fingerprint, personal_mark
from bot.core.redaction.sanitizer import map_texts
from bot.language.translation import translate
from bot.plugin import Plan, map_text
from bot.plugin.frozen import dataclass
from bot.usecases.authority.quorum import check_eligibility
from bot.usecases.context import Context

LEFT_OUT = "Left out, since a customer's words may stand in it. Its card shows it to those who decide."
SHORTEST = 3
"""Shorter words of a customer are not looked for in sentences: they would be found in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who looks at change requests. Whatever shows one, as text or as JSON, takes it from `see`."""

    commands: Sequence[AnyCommand]
    fingerprint: Fingerprint
    is_told: Callable[[ChangeRequest], bool]
    """Whether a change request is for this reader to decide on, or was asked for by them."""

    def see(self, change: ChangeRequest) -> ChangeRequest:
        """The change request with a customer's words only if this reader is told them, else with marks for them.

        A mark has the length and a keyed digest, as in the audit log.
        """
        values = () if self.is_told(change) else personal_values(change.line, self.commands)
        if values == ():
            return change
        return self._without(change, values or ())

    def see_all(self, changes: Iterable[ChangeRequest]) -> list[ChangeRequest]:
        """The same for several."""
        return [self.see(change) for change in changes]

    def _without(self, change: ChangeRequest, values: Sequence[str]) -> ChangeRequest:
        plan, hide = change.plan, _hiding(change.plan, values, self.fingerprint)
        return replace(
            change,
            line=make_recorded_line(change.line, commands=self.commands, fingerprint=self.fingerprint),
            reason=hide(change.reason),
            outcome=map_text(change.outcome, hide),
            plan=replace(map_texts(plan, hide), target=plan.target, part=plan.part),
        )


def _hiding(plan: Plan, values: Sequence[str], fingerprint: Fingerprint) -> Callable[[str], str]:
    """What puts marks into a text for a customer's words, and leaves the plan's own sentences out of it."""
    # Notes may have the words cut, split or put on one line, so that they would not be found in them.
    sentences = [translate(text) for text in (*(call.note for call in plan.calls), *plan.notes, *plan.warnings)]

    def mark(found: re.Match[str]) -> str:
        return personal_mark(found[0], fingerprint)

    def hide(text: str) -> str:
        for sentence in filter(None, sentences):
            text = text.replace(sentence, LEFT_OUT)
        for value in sorted({" ".join(value.split()) for value in values} | {*values}, key=len, reverse=True):
            if len(value) >= SHORTEST:
                text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", mark, text)
        return text

    return hide


def hiding_for_record(ctx: Context, change: ChangeRequest) -> Callable[[str], str]:
    """What puts marks for a customer's words into a text for the record or a channel: a place may quote them."""
    values = personal_values(change.line, ctx.registry.commands)
    return _hiding(change.plan, values or (), ctx.store.keys.fingerprint) if values != () else str


def reader_of(ctx: Context, person: Principal) -> Reader:
    """Somebody who types in Slack, or in the terminal as in Slack."""

    def is_told(change: ChangeRequest) -> bool:
        asked = ctx.deployment.people.same(person, change.requester)
        return asked or (not person.local and check_eligibility(ctx, person, change) is None)

    return Reader(commands=ctx.registry.commands, fingerprint=ctx.store.keys.fingerprint, is_told=is_told)


def shell_reader(person: Principal, commands: Sequence[AnyCommand], fingerprint: Fingerprint) -> Reader:
    """The account of the host's terminal, where nobody approves: it is told what it asked for itself."""
    return Reader(commands=commands, fingerprint=fingerprint, is_told=lambda change: change.requester == person)
