"""A change request as its reader may see it: a customer's words are for those who decide on it, and for who asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.core.change.change_request import ChangeRequest
from bot.core.parsing.invocation import AnyCommand
from bot.core.parsing.recorded_line import make_recorded_line, personal_values
from bot.core.principals import Principal
from bot.core.redaction.redactor import Fingerprint, personal_mark
from bot.core.redaction.sanitizer import map_texts
from bot.language.catalogues import list_languages
from bot.language.translation import translate
from bot.plugin import Message, Plan, Text, map_text
from bot.plugin.frozen import dataclass
from bot.usecases.authority.quorum import check_eligibility
from bot.usecases.context import Context

LEFT_OUT = Message("request.customers_words_left_out")
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
        plan, hiding = change.plan, _Hiding.of(change.plan, values, self.fingerprint)
        return replace(
            change,
            line=make_recorded_line(change.line, commands=self.commands, fingerprint=self.fingerprint),
            reason=hiding.hide(change.reason),
            outcome=hiding.hide(change.outcome),
            plan=hiding.hide_in_plan(plan),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hiding:
    """Leaves the sentences of a plan out of texts about it, and puts marks for a customer's words into the rest."""

    sentences: Sequence[Text]
    """Those that may have the words cut, split or put on one line, so that they would not be found in them."""
    spoken: Mapping[str, str]
    """The same in words of every language, and what is put in their place."""
    values: Sequence[str]
    fingerprint: Fingerprint

    @classmethod
    def of(cls, plan: Plan, values: Sequence[str], fingerprint: Fingerprint) -> _Hiding:
        # Arguments of a note may have the words cut, too, so that the whole message is left out.
        sentences = [text for text in (*(call.note for call in plan.calls), *plan.notes, *plan.warnings) if text]
        longest_first = sorted({" ".join(value.split()) for value in values} | {*values}, key=len, reverse=True)
        return cls(
            sentences=sentences,
            spoken={
                translate(text, language): translate(LEFT_OUT, language)
                for language in list_languages()
                for text in sentences
            },
            values=[value for value in longest_first if len(value) >= SHORTEST],
            fingerprint=fingerprint,
        )

    def hide(self, text: Text) -> Text:
        """A text as those may read it who are not told the words."""
        return LEFT_OUT if text in self.sentences else map_text(text, self.hide_words, instead=self._instead())

    def hide_in_plan(self, plan: Plan) -> Plan:
        """The plan as those may read it. Its own sentences are left out wherever they are."""
        shown = map_texts(plan, self.hide_words)
        notes = [self.hide(call.note) for call in plan.calls]
        return replace(
            shown,
            target=plan.target,
            part=plan.part,
            calls=tuple(replace(call, note=note) for call, note in zip(shown.calls, notes, strict=True)),
            notes=tuple(map(self.hide, plan.notes)),
            warnings=tuple(map(self.hide, plan.warnings)),
        )

    def hide_words(self, text: str) -> str:
        """The same for text of others, in which a sentence may be in words of any of our languages."""
        for sentence, left_out in self.spoken.items():
            text = text.replace(sentence, left_out)
        for value in self.values:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", self._mark, text)
        return text

    def _mark(self, found: re.Match[str]) -> str:
        return personal_mark(found[0], self.fingerprint)

    def _instead(self) -> Mapping[Message, Message]:
        return {sentence: LEFT_OUT for sentence in self.sentences if isinstance(sentence, Message)}


def plan_for_record(ctx: Context, change: ChangeRequest) -> Plan:
    """The plan with marks for a customer's words."""
    values = personal_values(change.line, ctx.registry.commands)
    if values == ():
        return change.plan
    return _Hiding.of(change.plan, values or (), ctx.store.keys.fingerprint).hide_in_plan(change.plan)


def hiding_for_record(ctx: Context, change: ChangeRequest) -> Callable[[Text], Text]:
    """What puts marks for a customer's words into a text for the record or a channel: a place may quote them."""
    values = personal_values(change.line, ctx.registry.commands)
    if values == ():
        return lambda text: text
    return _Hiding.of(change.plan, values or (), ctx.store.keys.fingerprint).hide


def reader_of(ctx: Context, person: Principal) -> Reader:
    """Somebody who types in Slack, or in the terminal as in Slack."""

    def is_told(change: ChangeRequest) -> bool:
        asked = ctx.deployment.people.same(person, change.requester)
        return asked or (not person.local and check_eligibility(ctx, person, change) is None)

    return Reader(commands=ctx.registry.commands, fingerprint=ctx.store.keys.fingerprint, is_told=is_told)


def shell_reader(person: Principal, commands: Sequence[AnyCommand], fingerprint: Fingerprint) -> Reader:
    """The account of the host's terminal, where nobody approves: it is told what it asked for itself."""
    return Reader(commands=commands, fingerprint=fingerprint, is_told=lambda change: change.requester == person)
