"""From a typed line to an answer or a plan with its decision. All that is stored is what Slack says of the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import assert_never

from bot.core.authority.policy import OPEN_TO_ALL, Allowed, Decision, Refused, decide, decide_break_glass
from bot.core.authority.rules.rule_evaluation import RuledRequest, Ruling
from bot.core.bot_errors import NotPermitted, WordsError
from bot.core.change.planned_command import Answered, Considered, Planned
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.core.joined_sentences import pair_sentences
from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import AnyCommand, Understood, check_length, recognize, understand
from bot.core.principals import Principal, Role
from bot.core.redaction.sanitizer import is_storable, sanitize, sanitize_text
from bot.host.guarded_calls import CHECKED_WORDS, RAN_COMMAND, blame_plugin, require_answer
from bot.host.hosted_plugin import HostedPlugin
from bot.host.plugin_services import Progress, no_progress
from bot.plugin import (
    NEW_PLACE,
    Answer,
    BadArgument,
    CommandLine,
    Dialogue,
    Message,
    Nothing,
    Place,
    PlaceTerm,
    Plan,
    Plugin,
    PluginError,
    Refusal,
    Reply,
    Risk,
    Services,
    TargetRefused,
    Text,
)
from bot.plugin.frozen import dataclass
from bot.usecases.admin.queries import QueryContext, WeighedLine
from bot.usecases.authority.memberships import check_membership, refresh_memberships
from bot.usecases.authority.ruled_requests import narrow_by_table, with_plan
from bot.usecases.command_context.place_choice import choose_place, find_place, list_default_places
from bot.usecases.command_context.roles import role_of
from bot.usecases.command_context.unfinished_places import require_finished
from bot.usecases.context import Context
from bot.usecases.forms.choice_reading import request_choices_of_noun
from bot.usecases.overview.start_card import find_opening_line
from bot.usecases.requests.card_places import describe_card
from bot.usecases.requests.named_values import takes_names, understand_by_name
from bot.usecases.special_commands.card_subcommands import refuse_card_subcommand
from bot.usecases.special_commands.terminal_commands import in_terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the policy table looks at beside the line: where it was typed, and the reason of a button."""

    channel: str = ""
    reason: Text = ""
    at: int = 0
    """When a request that nobody makes would be made, in UTC epoch milliseconds; 0 for now."""


TERMINAL = Origin()


def plan_or_read(
    ctx: Context, person: Principal, text: str, progress: Progress = no_progress, *, origin: Origin = TERMINAL
) -> Considered:
    """Understand, check the role, and plan or read. Raises PluginError of the kind that fits."""
    considered = consider(ctx, person, text, progress, origin=origin)
    if isinstance(considered, Planned):
        _require(considered.decision, role_of(ctx, person))
    return considered


def consider(
    ctx: Context, person: Principal, text: str, progress: Progress = no_progress, *, origin: Origin = TERMINAL
) -> Considered:
    """The same, but a plan that is refused comes back with the refusal and with what each row of the table said."""
    if not person.local and person.team != ctx.workspace.team:
        raise NotPermitted(Message("request.other_workspace"))
    role = role_of(ctx, person)
    commands = ctx.registry.commands if person.local else ctx.registry.typed
    try:
        understood = understand(commands, text or find_opening_line(ctx, person))
    except WordsError as error:
        if error.incomplete is not None:
            _require_rights(ctx, person, error.incomplete)
        own = None if person.local else in_terminal(ctx.registry.commands, text.split())
        raise refuse_card_subcommand(text.split(), describe_card(ctx, person)) or own or error from None
    except BadArgument as error:
        understood = _understand_by_name(ctx, person, commands, text, error, progress)
    command = understood.command
    _require_rights(ctx, person, command)
    if understood.invocation.break_glass and command.risk is Risk.READ:
        raise WordsError(Message("request.only_reads"), hint=Message("request.leave_break_glass"))
    plugin = ctx.registry.owner(command)
    if plugin is None:
        query = QueryContext(ctx=ctx, person=person, role=role, channel=origin.channel, weigh=weigh_line)
        answer = command.answer(query, understood.arguments)
        return _answered(understood, answer)
    return consider_at(ctx, plugin, understood, person, progress, origin=origin)


def weigh_line(ctx: Context, weighed: WeighedLine) -> Ruling:
    """Decide about a line as if its person typed it. Raises Refusal for one that only reads, which is not read."""
    reads = Refusal(Message("rules.test.only_reads"))
    with suppress(BadArgument):
        if recognize(ctx.registry.typed, weighed.line or "help").command.risk is Risk.READ:
            raise reads
    origin = Origin(channel=weighed.channel, at=weighed.at)
    try:
        considered = consider(ctx, weighed.person, weighed.line, origin=origin)
    except NotPermitted as error:
        return Ruling(decision=Refused(reason=error.sentence))
    if not isinstance(considered, Planned):
        raise reads
    return Ruling(decision=considered.decision, steps=considered.steps)


def refuse_unopened_form(ctx: Context, person: Principal, text: str) -> PluginError:
    """Make the refusal of a line whose form could not be opened. Raises NotPermitted for who may not type it."""
    _require_rights(ctx, person, recognize(ctx.registry.typed, text).command)
    hint = Message("form.command.not_opened_hint", command=CommandLine(command_line=text))
    return Refusal(Message("form.command.not_opened"), hint=hint)


def _require_rights(ctx: Context, person: Principal, command: AnyCommand) -> None:
    """Raise NotPermitted for a person who may not use the command."""
    if command.noun in OPEN_TO_ALL:
        return
    role = role_of(ctx, person)
    _require(decide(command.risk, role, ctx.deployment.terms), role)
    refresh_memberships(ctx, [person])
    require_member(ctx, person)


def _understand_by_name(
    ctx: Context, person: Principal, commands: Commands, text: str, error: BadArgument, progress: Progress
) -> Understood:
    """Read a line with a name in it where a value should stand. Raises `error` where the command takes no names."""
    typed = recognize(commands, text)
    plugin = ctx.registry.owner(typed.command)
    if plugin is None or not takes_names(typed.command):
        raise error
    _require_rights(ctx, person, typed.command)
    return understand_by_name(ctx, plugin, typed, person, error, progress)


def consider_at(
    ctx: Context,
    plugin: HostedPlugin,
    understood: Understood,
    person: Principal,
    progress: Progress = no_progress,
    *,
    origin: Origin = TERMINAL,
) -> Considered:
    """Choose the place, open it, let the plugin's command plan or read, and decide about the plan."""
    services, local = ctx.services(plugin.name, progress), ctx.registry.is_local(plugin.name)
    with sanitize_refusals():
        places = _list_places(plugin, services, understood)
        if understood.command.everywhere:
            defaults = list_default_places(ctx, plugin.name, places, person)
            services = ctx.services(plugin.name, progress, default_places=defaults)
            return _answered(understood, ask(plugin.name, understood, services, local=local))
        place = _new_place(understood, places) or choose_place(
            ctx, plugin.name, places, person, _named_place(understood, places)
        )
        _require_named(understood, place, understood.command.risk)
    with sanitize_refusals(), name_place_in_refusals(plugin.place_term, place, places):
        answer = ask(plugin.name, understood, open_subject(plugin, understood, services, place), local=local)
    if not isinstance(answer, Plan):
        request_choices_of_noun(ctx, plugin.name, understood.command, place)
        return _answered(understood, answer, place=place if len(places) > 1 else None)
    role, risk = role_of(ctx, person), understood.command.risk.raised_to(answer.risk)
    _require_named(understood, place, risk)
    # Where there are several, the line names the place wherever it is shown.
    by_argument = understood.named_place != understood.invocation.place
    says_place = (len(places) > 1 or place.protected) and not by_argument
    invocation = replace(understood.invocation, place=place.name if says_place else None)
    check_length(invocation.line)
    decision = decide(risk, role, ctx.deployment.terms)
    if invocation.break_glass:
        decision = decide_break_glass(risk, decision, role, ctx.deployment.terms, reason=invocation.reason)
    request = RuledRequest(
        command=understood.command.path,
        risk=risk,
        place="" if local else place.name,
        requester=person,
        channel=origin.channel,
        reason="" if origin.reason else invocation.reason,
        at=origin.at or ctx.clock.now_ms(),
    )
    ruling = narrow_by_table(ctx, decision, with_plan(request, answer))
    if isinstance(decision, Allowed) and not local:
        with blame_plugin(plugin.name, RAN_COMMAND, command=understood.command.path):
            raise TypeError(f"{understood.command.path} only reads, and returned a plan")
    understood = replace(understood, invocation=invocation)
    return Planned(
        understood=understood,
        plugin=plugin.name,
        place=place,
        plan=answer,
        decision=ruling.decision,
        reason=origin.reason or invocation.reason,
        steps=ruling.steps,
        local=local,
    )


def open_subject(plugin: Plugin, understood: Understood, services: Services, place: Place) -> object:
    """What a planner gets: the open place, or the services where its line may be about a place that is not known."""
    return services if understood.command.names_new_place else plugin.open(services, place)


def _list_places(plugin: HostedPlugin, services: Services, understood: Understood) -> Sequence[Place]:
    """The known places. Raises Refusal for a line about one that is not added yet, unless the line adds it."""
    command, places = understood.command, plugin.places(services)
    if not command.names_new_place and (understood.named_place or not command.everywhere):
        require_finished(plugin, services, places, understood.named_place)
    return places


def _new_place(understood: Understood, places: Sequence[Place]) -> Place | None:
    """The place that the line is about where it is not known yet. Raises BadArgument where the line names two."""
    named, option = understood.named_place, understood.invocation.place
    if not understood.command.names_new_place or named is None or any(place.name == named for place in places):
        return None
    if option not in (None, named):
        raise BadArgument(Message("place.two_named", first=named, second=option or ""))
    return Place(name=named, label="", identity=f"{NEW_PLACE}{named}")


def _named_place(understood: Understood, places: Sequence[Place]) -> str | None:
    """The place that the line names. Raises BadArgument where it names two."""
    named, option = understood.named_place, understood.invocation.place
    if named is None or option in (None, named):
        return named
    term = understood.command.place_term
    if find_place(places, named, term) != find_place(places, option or "", term):
        raise BadArgument(Message("place.two_named", first=named, second=option or ""))
    return named


def _require_named(understood: Understood, place: Place, risk: Risk) -> None:
    """Raise Refusal for a line that destroys something on a protected place without naming it."""
    if not place.protected or risk.rank < Risk.DESTROY.rank or understood.named_place is not None:
        return
    line = replace(understood.invocation, place=place.name).line
    raise Refusal(
        Message("place.protected", term=understood.command.place_term.label, name=place.shown_name),
        hint=Message("place.protected_hint", command=CommandLine(command_line=line)),
    )


def prepare_in_terminal(
    plugin: str, understood: Understood, services: Services, dialogue: Dialogue
) -> Callable[[], Answered]:
    """Let a command of the terminal ask and send what it needs; what is returned answers, inside a transaction.

    Both raise PluginError.
    """
    command = understood.command
    with sanitize_refusals(), blame_plugin(plugin, RAN_COMMAND, command=command.path):
        answer = command.prepare(services, dialogue, understood.arguments)

    def finish() -> Answered:
        with sanitize_refusals():
            return _answered(understood, _checked_answer(plugin, understood, answer))

    return finish


def precheck(plugin: Plugin, understood: Understood, services: object) -> None:
    """Let a command of the terminal look at what is known before its secrets are asked for. Raises PluginError."""
    command = understood.command
    with sanitize_refusals(), blame_plugin(plugin.name, CHECKED_WORDS, command=command.path):
        command.precheck(services, understood.arguments)


@contextmanager
def sanitize_refusals() -> Iterator[None]:
    """Sanitize what a plugin refuses with, too: it may be the remote side's own words."""
    try:
        yield
    except PluginError as error:
        error.sentence, error.hint = sanitize(error.sentence), sanitize(error.hint)
        error.args = (error.sentence,)
        if isinstance(error, TargetRefused):
            error.code = sanitize_text(error.code)
        raise


@contextmanager
def name_place_in_refusals(term: PlaceTerm, place: Place, places: Sequence[Place]) -> Iterator[None]:
    """Where there are several places, let a refusal say which one it is about."""
    try:
        yield
    except PluginError as error:
        if len(places) > 1:
            named = Message("request.refused_place", term=term.label, place=place.shown_name)
            error.hint = pair_sentences(error.hint, named) if error.hint else named
        raise


def ask(plugin: str, understood: Understood, subject: object, *, local: bool = False) -> Answer:
    """Let a command plan or read. Sanitize the answer of a plugin that is not local: only the bot mentions people."""
    command = understood.command
    if local:
        return command.answer(subject, understood.arguments)
    return _checked_answer(plugin, understood, lambda: command.answer(subject, understood.arguments))


def _checked_answer(plugin: str, understood: Understood, answer: Callable[[], Answer]) -> Answer:
    command = understood.command
    with blame_plugin(plugin, RAN_COMMAND, command=command.path):
        match require_answer(answer(), command.data):
            case Plan() as plan if not command.terminal:
                return _sanitized_plan(plan)
            case Reply() | Nothing() as told:
                return sanitize(told)
            case other:
                raise TypeError(f"{command.path} returned {type(other).__name__}")


def _sanitized_plan(plan: Plan) -> Plan:
    """All that people read is sanitized; what would be sent stays exact. Raises Refusal where that cannot be stored."""
    if not all(is_storable(call.params) for call in plan.calls):
        raise Refusal(
            Message("request.unsendable", summary=sanitize(plan.summary)), hint=Message("request.unsendable_hint")
        )
    clean = sanitize(plan)
    exact = [replace(shown, params=call.params) for shown, call in zip(clean.calls, plan.calls, strict=True)]
    return plan_from_json(plan_to_json(replace(clean, calls=tuple(exact))))


def _answered(understood: Understood, answer: Answer, *, place: Place | None = None) -> Answered:
    """The answer; with the place it is about, where there are several."""
    match answer:
        case Plan():
            raise TypeError(f"{understood.command.path} may not return a plan")
        case Nothing(sentence=sentence, data=data, meant=meant):
            reply, calm = Reply(title=sentence, data=data), True
        case Reply():
            reply, calm, meant = answer, False, ""
        case _:
            assert_never(answer)
    if place is None:
        return Answered(understood=understood, reply=reply, calm=calm, meant=meant)
    named = replace(
        reply,
        facts=((understood.command.place_term.label, f"{place.shown_name} · {place.label}"), *reply.facts),
    )
    return Answered(understood=understood, reply=named, calm=calm, meant=meant, place_name=place.name)


def require_member(ctx: Context, person: Principal) -> None:
    """Raise NotPermitted for guests, deactivated accounts and the like, and when Slack did not tell."""
    refused = check_membership(ctx, person)
    if refused is not None:
        raise NotPermitted(refused.reason)


def _require(decision: Decision, role: Role | None) -> None:
    if isinstance(decision, Refused) and decision.mistyped:
        raise WordsError(decision.reason)
    if isinstance(decision, Refused):
        whoami = CommandLine(command_line="whoami")
        hint = Message("request.see_role", command=whoami) if role else Message("request.see_admins", command=whoami)
        # What an admin may not do, nobody else could let them.
        raise NotPermitted(decision.reason, hint="" if role is Role.ADMIN else hint)
