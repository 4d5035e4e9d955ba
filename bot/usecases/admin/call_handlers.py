"""What a built-in plan does once it may: one function a call, each a change of the store with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.core.audit.audit_record import Entry, Tag
from bot.core.change.pending_stop import StopKind
from bot.core.parsing.usage import spell_place_option
from bot.core.principals import Principal, Role
from bot.core.redaction.redactor import redact
from bot.core.withheld_reasons import describe_reason, is_withheld
from bot.language.recorded_facts import RecordedFact, record_messages
from bot.plugin import (
    CallOutcome,
    CallVerdict,
    CommandLine,
    Json,
    Message,
    Observation,
    Person,
    Place,
    PlaceTerm,
    Text,
)
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.admin.admin_commands import (
    APPROVED,
    AWAITED,
    FREEZE,
    NO,
    NO_ROLE,
    REVIEW,
    SET_ROLE,
    UNFREEZE,
    YES,
    describe_wanted_role,
)
from bot.usecases.admin.allow_list import LAST_ADMIN, describe_role, leaves_no_admin, set_role
from bot.usecases.admin.link_commands import SET_LINK, observe_link
from bot.usecases.admin.link_commands import TARGET as LINK_TARGET
from bot.usecases.admin.place_commands import DEFAULT_LABEL, SET_DEFAULT, SET_OWN
from bot.usecases.admin.place_commands import TARGET as PLACE_TARGET
from bot.usecases.authority.break_glass_log import OWN_BREAK_GLASS, find_break_glass_record, is_reviewed
from bot.usecases.authority.linked_accounts import OutsideAccount, find_linked_person, set_link
from bot.usecases.command_context.place_choice import (
    Choice,
    default_of,
    list_place_plugins,
    own_choice,
    set_default,
    set_own,
    term_of,
)
from bot.usecases.context import Context
from bot.usecases.integrity.freezes import FROZEN, add_freeze, describe_freezes
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import announce

AFTER_FAULT, UNCONFIRMED = "fault", "unconfirmed"
NOTES: Mapping[str, Message] = {
    AFTER_FAULT: Message("admin.freeze_after_fault"),
    UNCONFIRMED: Message("admin.freeze_unconfirmed"),
}
"""What is said of a freeze that stays although nobody confirmed it, by the word in the call's parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """On whose word something is done, and in which change request it was given; in none where it is done at once."""

    asked: Principal
    approved: tuple[Principal, ...] = ()
    request: str = ""


Params = Mapping[str, Json]
CallHandler = Callable[[Transaction, Context, Authorization, Params], CallOutcome]


def _done_outcome(sentence: Text) -> CallOutcome:
    return CallOutcome(verdict=CallVerdict.DONE, sentence=sentence)


def _refused_outcome(sentence: Text) -> CallOutcome:
    return CallOutcome(verdict=CallVerdict.FAILED, sentence=sentence)


def _set_role(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    whom, wanted = Principal.read(str(params["person"])), str(params["role"])
    role, length = Role(wanted) if wanted else None, int(str(params.get("length", 0)))
    held = tx.grants.get(whom)
    if (held.role if held else "") != params["before"]:
        return _refused_outcome(Message("admin.role_changed_meanwhile"))
    lasting = held.lasting if held else None
    if leaves_no_admin(tx, whom, lasting if length else role):
        return _refused_outcome(LAST_ADMIN)
    set_role(tx, whom, role, by=word.asked, at=ctx.clock.now_ms(), request=word.request, length=length)
    named = Person(person=whom.id)
    if role is None:
        return _done_outcome(Message("admin.has_no_role_now", person=named))
    given = tx.grants.get(whom)
    return _done_outcome(Message("admin.has_role_now", person=named, role=describe_role(given) if given else ""))


def _freeze(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    frozen = tx.facts.get(FROZEN) or ""
    reason = redact(str(params["reason"]), (), tx.keys.fingerprint)
    note = NOTES.get(str(params.get("note", "")))
    facts: dict[str, RecordedFact] = {"reason": reason, **({"sentence": note} if note else {})}
    # Another text than before in any case: an unfreeze is for the freeze as it was when it was asked for.
    tx.facts.put(FROZEN, add_freeze(frozen, person=word.asked.id, at=ctx.clock.now_ms(), reason=reason))
    tx.record(Entry(tag=Tag.FROZEN, actor=word.asked.id, subject="b24bot", facts=record_messages(facts)))
    announce(tx, ctx, _announce_freeze(word.asked, reason, again=bool(frozen), note=note))
    left_out = is_withheld(reason)
    if frozen and left_out:
        return _done_outcome(Message("admin.freeze_added_without_reason", freezes=describe_freezes(frozen)))
    if frozen:
        return _done_outcome(Message("admin.freeze_added", freezes=describe_freezes(frozen)))
    if left_out:
        return _done_outcome(Message("admin.frozen_without_reason"))
    return _done_outcome(Message("admin.frozen"))


def _announce_freeze(person: Principal, kept: str, *, again: bool, note: Message | None) -> Message:
    """What everybody is told."""
    named, unfreeze, reason = Person(person=person.id), CommandLine(command_line="unfreeze"), describe_reason(kept)
    frozen: Message
    if again and reason:
        frozen = Message("admin.announce.frozen_again_because", person=named, reason=reason)
    elif again:
        frozen = Message("admin.announce.frozen_again", person=named)
    elif reason:
        frozen = Message("admin.announce.frozen_because", person=named, reason=reason)
    else:
        frozen = Message("admin.announce.frozen", person=named)
    if note is not None:
        return Message("admin.announce.freeze_with_note", frozen=frozen, note=note, command=unfreeze)
    return Message("admin.announce.freeze", frozen=frozen, command=unfreeze)


def _unfreeze(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    if tx.facts.get(FROZEN) != params["frozen"]:
        return _refused_outcome(Message("admin.other_freeze"))
    if any(stop.kind is StopKind.FREEZE for stop in tx.stops.pending()):
        return _refused_outcome(Message("admin.freeze_pending"))
    tx.facts.put(FROZEN, "")
    facts = {"request": word.request}
    tx.record(Entry(tag=Tag.UNFROZEN, actor=word.asked.id, subject="b24bot", facts=facts))
    approved = tuple(Person(person=person.id) for person in word.approved)
    asked = Person(person=word.asked.id)
    announce(tx, ctx, Message("admin.announce.unfrozen", person=asked, request=word.request, approvers=approved))
    return _done_outcome(Message("admin.unfrozen"))


def _review(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    number = int(str(params["number"]))
    bypass = find_break_glass_record(ctx, number)
    if bypass is None:
        return _refused_outcome(Message("admin.unreliable_record", request=f"CR-{number}"))
    breaker = Principal.read(bypass.actor)
    others = [person for person in word.approved if not ctx.deployment.people.same(person, breaker)]
    if not others:
        return _refused_outcome(OWN_BREAK_GLASS)
    if not is_reviewed(ctx, number):
        change = tx.changes.require(number)
        record_change(tx, Tag.BYPASS_REVIEWED, change, actor=others[0].id, facts={"request": word.request})
    return _done_outcome(Message("admin.reviewed", request=f"CR-{number}"))


def _term(ctx: Context, params: Params) -> PlaceTerm:
    """What people call the places that a call is about."""
    return term_of(ctx.registry, str(params["plugin"]))


def _set_default_place(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    plugin, before = str(params["plugin"]), default_of(ctx, str(params["plugin"]))
    if (before.identity if before else "") != params["before"]:
        return _refused_outcome(Message("admin.default_changed_meanwhile", term=_term(ctx, params).label))
    place = _place(ctx, plugin, params)
    if place is None:
        return _refused_outcome(_unknown_place(ctx, params))
    set_default(tx, ctx, plugin, place, by=word.asked, request=word.request)
    return _done_outcome(Message("admin.default_set", term=_term(ctx, params).label, name=place.name))


def _unknown_place(ctx: Context, params: Params) -> Message:
    return Message("admin.place_gone", term=_term(ctx, params).label, name=str(params["place"]))


def _place(ctx: Context, plugin: str, params: Params) -> Place | None:
    found = ctx.registry.plugin(plugin)
    places = found.places(ctx.services(plugin))
    return Choice(name=str(params["place"]), identity=str(params["identity"])).find_in(places)


def _set_own_place(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    wanted, term = str(params["plugin"]), _term(ctx, params)
    if not params["place"]:
        return _clear_own_places(
            tx, ctx, word.asked, [wanted] if wanted else [plugin.name for plugin in list_place_plugins(ctx.registry)]
        )
    before, place = own_choice(ctx, wanted, word.asked), _place(ctx, wanted, params)
    if place is None:
        return _refused_outcome(_unknown_place(ctx, params))
    set_own(tx, ctx, wanted, word.asked, place)
    back = CommandLine(command_line=f"{term.word} use {before.name if before else '--clear'}")
    return _done_outcome(
        Message(
            "admin.own_place_set", option=spell_place_option(term), name=place.name, label=place.label, command=back
        )
    )


def _clear_own_places(tx: Transaction, ctx: Context, person: Principal, plugins: Iterable[str]) -> CallOutcome:
    chosen = [plugin for plugin in plugins if own_choice(ctx, plugin, person)]
    for plugin in chosen:
        set_own(tx, ctx, plugin, person, None)
    if not chosen:
        return _done_outcome(Message("admin.no_own_place"))
    return _done_outcome(Message("admin.own_place_cleared"))


def _set_link(tx: Transaction, ctx: Context, word: Authorization, params: Params) -> CallOutcome:
    place = _place(ctx, str(params["plugin"]), params)
    if place is None:
        return _refused_outcome(_unknown_place(ctx, params))
    account = OutsideAccount(plugin=str(params["plugin"]), place=place, user=str(params["user"]))
    held, wanted = find_linked_person(ctx.store, account), str(params["person"])
    if (held.id if held else "") != params["before"]:
        return _refused_outcome(Message("admin.link.changed_meanwhile", account=account.name))
    person = Principal.read(wanted) if wanted else None
    set_link(tx, account, person, before=str(params["before"]), by=word.asked, request=word.request)
    if person is None:
        return _done_outcome(Message("admin.link.unlinked", account=account.name))
    return _done_outcome(Message("admin.link.linked", account=account.name, person=Person(person=person.id)))


HANDLERS: Mapping[str, CallHandler] = {
    SET_ROLE: _set_role,
    FREEZE: _freeze,
    UNFREEZE: _unfreeze,
    REVIEW: _review,
    SET_DEFAULT: _set_default_place,
    SET_OWN: _set_own_place,
    SET_LINK: _set_link,
}
"""What each call of a built-in plan does."""


def _observe_role(ctx: Context, subject: str) -> Observation:
    grant = ctx.store.grants.get(Principal.read(subject))
    return {"role": describe_wanted_role(grant.role, grant.ends_at or 0) if grant else NO_ROLE}


def _observe_freeze(ctx: Context, _subject: str) -> Observation:
    return {"frozen": YES if ctx.store.facts.get(FROZEN) else NO}


def _observe_review(ctx: Context, subject: str) -> Observation:
    return {"review": APPROVED if is_reviewed(ctx, int(subject.removeprefix("CR-"))) else AWAITED}


def _observe_default_place(ctx: Context, subject: str) -> Observation:
    default = default_of(ctx, subject)
    return {DEFAULT_LABEL: default.name} if default else {}


OBSERVERS: Mapping[str, Callable[[Context, str], Observation]] = {
    "access": _observe_role,
    "freeze": _observe_freeze,
    "review": _observe_review,
    PLACE_TARGET: _observe_default_place,
    LINK_TARGET: observe_link,
}
"""What is true of a target, by the first word of it."""


def observe_target(ctx: Context, target: str) -> Observation:
    """What is true of the target of a built-in plan."""
    kind, _, subject = target.partition(":")
    return OBSERVERS[kind](ctx, subject)
