"""Which stop somebody asks for: read from what they typed, pressed or sent, and from the stored allow-list alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby

from bot.core.authority.policy import Allowed, decide
from bot.core.change.change_request import NOT_BEGUN, ChangeRequest, Status
from bot.core.change.pending_stop import NewStop, StopKind
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand
from bot.core.parsing.characters import drop_invisible
from bot.core.parsing.help_requests import HELP_WORDS, OPTION, SHORT_OPTION
from bot.core.parsing.invocation import understand
from bot.core.parsing.synonyms import fold, list_words, name_command
from bot.core.parsing.tokenizer import Line, join_words, tokenize
from bot.core.principals import Principal
from bot.core.redaction.redactor import shorten
from bot.core.text import join_lines, one_line
from bot.core.withheld_reasons import write_withheld_reason
from bot.plugin import Message, PluginError, Risk
from bot.plugin.quoting import DASHES
from bot.usecases.admin.admin_commands import LONGEST_REASON, freeze_reason, freezing
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.authority.quorum import check_eligibility
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context

LONGEST_REJECTION = 1_000
"""Characters of why somebody rejects, as many as the form takes."""
DRY_RUN, REASON = "--dry-run", "--reason"
_MARKS = ".,:;!?…"
"""What people put right behind a word."""
_BOLD = "*_~"
"""What Slack puts around words that are bold, slanted or struck through."""
_DASHES = "".join(DASHES) + " "
_FREEZE_WORDS = frozenset([freezing.noun, *list_words(freezing.words)])
(_FREEZING,) = freezing
_HELP_OPTIONS = frozenset([OPTION, SHORT_OPTION, *(f"--{word}" for word in list_words(HELP_WORDS))])


def stop_requested(ctx: Context, inbound: Inbound) -> NewStop | None:
    """The stop that a delivery asks for, if the stored allow-list lets this person ask for it and it can stop anything.

    Slack is not asked: what is stored when the delivery is decides.
    """
    return _KINDS[type(inbound)](ctx, inbound)


def freeze_line(text: str) -> str:
    """A freeze with all that stands behind the word as its reason, as typed; any other line as it is.

    Nobody who says stop shall be told what is wrong with an option, a quotation mark or the length of their words. Only
    a plain --dry-run is what it is anywhere else.
    """
    line = tokenize(text)
    if not _is_freeze(line):
        return text
    line = name_command(_FREEZING, line, 1)
    # In front of a word a dash begins an option, or another language's sentence.
    return _freeze_for(line, shorten(join_lines(_all_but_options(line)).lstrip(_DASHES), LONGEST_REASON))


def freeze_without_reason(text: str, what: Message) -> str | None:
    """A freeze whose own reason is left out because it looks like `what`; None for any other line."""
    line = tokenize(text)
    return _freeze_for(name_command(_FREEZING, line, 1), write_withheld_reason(what)) if _is_freeze(line) else None


def without_reason(inbound: Inbound, what: Message) -> Inbound | None:
    """A word that stops, with its reason left out because it looks like `what`; None for anything else."""
    if isinstance(inbound, SlashCommand):
        line = freeze_without_reason(inbound.text, what)
        return replace(inbound, text=line) if line is not None else None
    if isinstance(inbound, Form) and "reason" in inbound.fields:
        return replace(inbound, fields={"reason": write_withheld_reason(what)})
    return None


def _is_freeze(line: Line) -> bool:
    words = line.words
    if not words or fold(words[0].text.strip(_BOLD).rstrip(_MARKS)) not in _FREEZE_WORDS:
        return False
    # Whoever asks what the word does has not said it.
    return not (len(words) == 2 and fold(words[1].text) in _HELP_OPTIONS)


def _freeze_for(line: Line, reason: str) -> str:
    dry = any(word.text == DRY_RUN for word in line.words[1:])
    return join_words([freezing.noun, *([reason] if reason else []), *([DRY_RUN] if dry else [])])


def says_freeze(text: str) -> bool:
    """Whether a line is a freeze, whatever stands behind the word."""
    return _is_freeze(tokenize(text))


def _all_but_options(line: Line) -> str:
    """What stands behind the word, without the names of the options that a freeze has."""
    places = [at for at, word in enumerate(line.words) if at and word.text not in (REASON, DRY_RUN)]
    pieces: list[str] = []
    for is_named, run in groupby(places, lambda at: line.words[at].text.startswith(f"{REASON}=")):
        of_run = list(run)
        named = [line.words[at].text.removeprefix(f"{REASON}=") for at in of_run]
        pieces += named if is_named else [line.as_typed(of_run)]
    return " ".join(pieces)


def rejection_reason(form: Form) -> str:
    """Why somebody rejects, on one line; empty when they do not say."""
    return shorten(one_line(drop_invisible(form.fields.get("reason", ""))), LONGEST_REJECTION)


def may_freeze(ctx: Context, person: Principal) -> bool:
    """Whether the stored allow-list lets somebody freeze."""
    return isinstance(decide(Risk.HALT, role_of(ctx, person), ctx.deployment.terms), Allowed)


def _freeze(ctx: Context, inbound: Inbound) -> NewStop | None:
    if not (isinstance(inbound, SlashCommand) and says_freeze(inbound.text) and may_freeze(ctx, inbound.person)):
        return None
    try:
        understood = understand(freezing, freeze_line(inbound.text))
    except PluginError:
        return None
    if understood.invocation.dry_run or understood.invocation.break_glass:
        return None
    reason = freeze_reason(understood.arguments["reason"])
    return NewStop(key=inbound.key, kind=StopKind.FREEZE, person=inbound.person, reason=reason)


def _withdraw(ctx: Context, inbound: Inbound) -> NewStop | None:
    if not isinstance(inbound, Click) or inbound.button != card_token.WITHDRAW:
        return None
    change = _not_begun(ctx, inbound)
    if change is None or inbound.person != change.requester or is_review(change):
        return None
    return _of(StopKind.WITHDRAW, inbound, change)


def _reject(ctx: Context, inbound: Inbound) -> NewStop | None:
    if not isinstance(inbound, Form) or not rejection_reason(inbound):
        return None
    change = _not_begun(ctx, inbound)
    if change is None:
        return None
    decided = inbound.person in (review.reviewer for review in change.reviews)
    if decided or check_eligibility(ctx, inbound.person, change) is not None:
        return None
    return _of(StopKind.REJECT, inbound, change)


def _of(kind: StopKind, inbound: Inbound, change: ChangeRequest) -> NewStop:
    return NewStop(key=inbound.key, kind=kind, person=inbound.person, number=change.number)


def _not_begun(ctx: Context, inbound: Click | Form) -> ChangeRequest | None:
    """The change request that a genuine button or form is about, if it can still begin."""
    change = card_token.verify_token(ctx.store, ctx.workspace.team, inbound)
    if change is None or change.status not in NOT_BEGUN:
        return None
    overdue = change.status is Status.PENDING and change.expires_at <= ctx.clock.now_ms()
    return None if overdue else change


_KINDS: Mapping[type, Callable[[Context, Inbound], NewStop | None]] = {
    SlashCommand: _freeze,
    Click: _withdraw,
    Form: _reject,
}
