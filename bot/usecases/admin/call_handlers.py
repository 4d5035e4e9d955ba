"""What a built-in plan does once it may: one function a call, each a change of the store with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.core import mentions
from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.change.pending_stop import StopKind
from bot.core.principals import Principal, Role
from bot.core.redaction.redactor import redact
from bot.core.text import format_time
from bot.plugin import CallOutcome, CallVerdict, Json, Observation, Place, PlaceTerm
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.admin.admin_commands import FREEZE, LEFT_OUT, NO_ROLE, REVIEW, SET_ROLE, UNFREEZE
from bot.usecases.admin.allow_list import LAST_ADMIN, leaves_no_admin, set_role
from bot.usecases.admin.place_commands import SET_DEFAULT, SET_OWN
from bot.usecases.admin.place_commands import TARGET as PLACE_TARGET
from bot.usecases.authority.break_glass_log import OWN_BREAK_GLASS, find_break_glass_record, is_reviewed
from bot.usecases.change_entries import record_change
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import FROZEN
from bot.usecases.notifications import announce
from bot.usecases.place_choice import (
    Choice,
    default_of,
    list_place_plugins,
    own_choice,
    set_default,
    set_own,
    term_of,
)

LONGEST_FROZEN = 2_000
"""Characters of who froze the bot and why, from which on another freeze stands there alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """On whose word something is done, and in which change request it was given; in none where it is done at once."""

    asked: Principal
    approved: tuple[Principal, ...] = ()
    request: str = ""


Params = Mapping[str, Json]
CallHandler = Callable[[Transaction, Context, Authorization, Params], CallOutcome]


def _done_outcome(sentence: str) -> CallOutcome:
    return CallOutcome(verdict=CallVerdict.DONE, sentence=sentence)


def _refused_outcome(sentence: str) -> CallOutcome:
    return CallOutcome(verdict=CallVerdict.FAILED, sentence=sentence)


def _set_role(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    whom, wanted = Principal.read(str(params["person"])), str(params["role"])
    role = Role(wanted) if wanted else None
    if (tx.grants.role_of(whom) or "") != params["before"]:
        return _refused_outcome("Their role was changed by somebody else meanwhile.")
    if leaves_no_admin(tx, whom, role):
        return _refused_outcome(LAST_ADMIN)
    set_role(tx, whom, role, by=word.asked, at=ctx.clock.now_ms(), request=word.request)
    return _done_outcome(f"{mentions.person(whom)} has {f'the role {role}' if role else 'no role'} now.")


def _freeze(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    frozen = tx.facts.get(FROZEN) or ""
    reason = redact(str(params["reason"]), (), tx.keys.fingerprint)
    note = str(params.get("note", ""))
    facts: dict[str, Fact] = {"reason": reason, **({"sentence": note} if note else {})}
    who, because = mentions.person(word.asked), f" (“{reason}”)." if reason else "."
    again = " again" if frozen else ""
    said = f"{who} said stop{again} at {format_time(ctx.clock.now_ms())}{because}"
    # Other words than before in any case: an unfreeze is for the freeze as it was when it was asked for.
    tx.facts.put(FROZEN, f"{frozen} {said}" if 0 < len(frozen) < LONGEST_FROZEN else said)
    tx.record(Entry(tag=Tag.FROZEN, actor=word.asked.id, subject="b24bot", facts=facts))
    sentences = (
        f"🧊 {who} has frozen b24bot{again}{because}",
        note,
        "Nothing that changes a portal is taken on or run; what runs finishes.",
        "To go on, an admin types unfreeze and another admin approves it.",
    )
    announce(tx, ctx, " ".join(filter(None, sentences)))
    if frozen:
        added = "Your freeze is added to it, and an unfreeze that was asked for before does not count any more."
        left_out = f" {reason[:1].upper()}{reason[1:]}." if reason.startswith(LEFT_OUT) else ""
        return _done_outcome(f"b24bot is frozen already: {frozen} {added}{left_out}")
    left_out = f"; {reason}" if reason.startswith(LEFT_OUT) else ""
    return _done_outcome(
        f"b24bot is frozen{left_out}. Nothing that changes a portal is taken on or run until two admins unfreeze it."
    )


def _unfreeze(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    if tx.facts.get(FROZEN) != params["frozen"]:
        return _refused_outcome("It is not the freeze any more that this was asked for.")
    if any(stop.kind is StopKind.FREEZE for stop in tx.stops.pending()):
        return _refused_outcome(
            "Somebody typed freeze meanwhile, so b24bot stays frozen. Once it is answered, ask again."
        )
    tx.facts.put(FROZEN, "")
    facts = {"request": word.request}
    tx.record(Entry(tag=Tag.UNFROZEN, actor=word.asked.id, subject="b24bot", facts=facts))
    approved = ", ".join(mentions.person(person) for person in word.approved)
    announce(tx, ctx, f"▶️ {mentions.person(word.asked)} has unfrozen b24bot ({word.request}, approved by {approved}).")
    return _done_outcome("b24bot is not frozen any more.")


def _review(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    number = int(str(params["number"]))
    bypass = find_break_glass_record(ctx, number)
    if bypass is None:
        return _refused_outcome(
            f"The record of the broken glass of CR-{number} cannot be believed. Look: b24bot audit verify"
        )
    breaker = Principal.read(bypass.actor)
    others = [person for person in word.approved if not ctx.deployment.people.same(person, breaker)]
    if not others:
        return _refused_outcome(OWN_BREAK_GLASS)
    if not is_reviewed(ctx, number):
        change = tx.changes.require(number)
        record_change(tx, Tag.BYPASS_REVIEWED, change, actor=others[0].id, facts={"request": word.request})
    return _done_outcome(f"CR-{number} has been reviewed.")


def _term(ctx: Context, params: Params) -> PlaceTerm:
    """What people call the places that a call is about."""
    return term_of(ctx.registry, str(params["plugin"]))


def _set_default_place(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    plugin, before = str(params["plugin"]), default_of(ctx, str(params["plugin"]))
    if (before.identity if before else "") != params["before"]:
        return _refused_outcome(f"The default {_term(ctx, params).word} was changed by somebody else meanwhile.")
    place = _place(ctx, plugin, params)
    if place is None:
        return _refused_outcome(f"The {_term(ctx, params).word} {params['portal']} is not known any more.")
    set_default(tx, ctx, plugin, place, by=word.asked, request=word.request)
    return _done_outcome(f"{place.name} is the default {_term(ctx, params).word} now.")


def _place(ctx: Context, plugin: str, params: Params) -> Place | None:
    found = ctx.registry.plugin(plugin)
    places = found.places(ctx.services(plugin))
    return Choice(name=str(params["portal"]), identity=str(params["identity"])).find_in(places)


def _set_own_place(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    wanted, term = str(params["plugin"]), _term(ctx, params)
    if not params["portal"]:
        return _clear_own_places(
            tx, ctx, word.asked, [wanted] if wanted else [plugin.name for plugin in list_place_plugins(ctx.registry)]
        )
    before, place = own_choice(ctx, wanted, word.asked), _place(ctx, wanted, params)
    if place is None:
        return _refused_outcome(f"The {term.word} {params['portal']} is not known any more. Nothing was changed.")
    set_own(tx, ctx, wanted, word.asked, place)
    back = f"{term.word} use {before.name if before else '--clear'}"
    return _done_outcome(
        f"Your commands without {term.option} act on {place.name} ({place.label}) now. To go back: {back}"
    )


def _clear_own_places(tx: Transaction, ctx: Context, person: Principal, plugins: Iterable[str]) -> CallOutcome:
    chosen = [plugin for plugin in plugins if own_choice(ctx, plugin, person)]
    for plugin in chosen:
        set_own(tx, ctx, plugin, person, None)
    if not chosen:
        word = ctx.registry.place_term.word
        return _done_outcome(f"You have chosen no {word} of your own; the default of everybody counts for you.")
    return _done_outcome("Your own choice is taken back; the default of everybody counts for you now.")


HANDLERS: Mapping[str, CallHandler] = {
    SET_ROLE: _set_role,
    FREEZE: _freeze,
    UNFREEZE: _unfreeze,
    REVIEW: _review,
    SET_DEFAULT: _set_default_place,
    SET_OWN: _set_own_place,
}
"""What each call of a built-in plan does."""


def _observe_role(ctx: Context, subject: str) -> Observation:
    return {"role": ctx.store.grants.role_of(Principal.read(subject)) or NO_ROLE}


def _observe_freeze(ctx: Context, _subject: str) -> Observation:
    return {"frozen": "yes" if ctx.store.facts.get(FROZEN) else "no"}


def _observe_review(ctx: Context, subject: str) -> Observation:
    return {"review": "approved" if is_reviewed(ctx, int(subject.removeprefix("CR-"))) else "awaited"}


def _observe_default_place(ctx: Context, subject: str) -> Observation:
    default = default_of(ctx, subject)
    return {"default portal": default.name} if default else {}


OBSERVERS: Mapping[str, Callable[[Context, str], Observation]] = {
    "access": _observe_role,
    "freeze": _observe_freeze,
    "review": _observe_review,
    PLACE_TARGET: _observe_default_place,
}
"""What is true of a target, by the first word of it."""


def observe_target(ctx: Context, target: str) -> Observation:
    """What is true of the target of a built-in plan."""
    kind, _, subject = target.partition(":")
    return OBSERVERS[kind](ctx, subject)
