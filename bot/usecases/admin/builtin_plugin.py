"""The host as a plugin of itself: its rules change the way places do, by plan, approval and reading back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.core.bot_errors import NotPermitted
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.planned_command import Planned
from bot.core.principals import Principal
from bot.host.hosted_plugin import HostedPlugin
from bot.host.registry import Registry
from bot.plugin import (
    PLUGIN_API,
    Call,
    CallOutcome,
    CallVerdict,
    Event,
    Group,
    Message,
    Observation,
    Place,
    PlaceTerm,
    Plan,
    Plugin,
    Reply,
    Services,
    Setting,
    Settling,
    Simulation,
)
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.admin.admin_commands import ADMIN_GROUPS, BuiltinContext
from bot.usecases.admin.call_handlers import HANDLERS, Authorization, observe_target
from bot.usecases.admin.fault_queries import faults
from bot.usecases.admin.place_commands import using
from bot.usecases.admin.policy_answers import policy
from bot.usecases.admin.queries import GROUPS, QueryContext
from bot.usecases.context import BuiltinServices, Context

QUERIES: Sequence[Group[QueryContext]] = (*GROUPS, faults, policy)
"""The commands of the host that only read."""
BUILTIN_PLACE = Place(name="b24bot", label="b24bot itself", identity="b24bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinPlugin(HostedPlugin):
    """Implements Plugin over the bot's own store. It needs the services that only the built-in plugin is given."""

    api: int = PLUGIN_API
    name: str = BUILTIN
    settings: Sequence[Setting] = ()
    groups: Sequence[Group[Any]] = (*ADMIN_GROUPS, using)
    settling: Settling = Settling(late_effects=0.0)
    """What it does is stored together with its answer, so that no outcome is unknown."""
    place_term: PlaceTerm = PlaceTerm()
    events: Sequence[Event] = ()
    stored_methods: Sequence[str] = tuple(HANDLERS)

    @property
    def simulators(self) -> Mapping[str, Callable[[int], Simulation]]:
        return {}

    def start(self, services: Services) -> None:
        """Nothing has to be taken over."""

    def places(self, services: Services) -> Sequence[Place]:
        return (BUILTIN_PLACE,)

    def open(self, services: Services, place: Place) -> BuiltinContext:
        return BuiltinContext(ctx=_context(services))

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        """Do it in one transaction with its record and what is said of it, on the word the running request holds."""
        ctx = _context(services)
        with ctx.store.unit_of_work() as tx:
            change = _running(ctx, call)
            if change is None:
                return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=Message("admin.no_running_request"))
            return HANDLERS[call.method](tx, ctx, _word(change), call.params)

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        return observe_target(_context(services), plan.target)

    def maintain(self, services: Services) -> None:
        """Nothing of the built-in plugin runs out."""

    def close(self) -> None:
        """The store is closed by whoever opened it."""


def _context(services: Services) -> Context:
    if not isinstance(services, BuiltinServices):
        raise TypeError("the built-in plugin works with its own services only")
    return services.ctx


def _running(ctx: Context, call: Call) -> ChangeRequest | None:
    """The change request a call belongs to: there is one a target, and a call names its target."""
    running = map(ctx.store.changes.exact, ctx.store.changes.with_status([Status.RUNNING]))
    return next((change for change in running if change.local and call in change.plan.calls), None)


def _word(change: ChangeRequest) -> Authorization:
    approved = tuple(review.reviewer for review in change.approvals)
    return Authorization(asked=change.requester, approved=approved, request=change.id)


def make_registry(plugins: Iterable[Plugin]) -> Registry:
    """Make the registry of all commands: the host's queries, its commands that change something, and the plugins'."""
    builtin = (command for group in QUERIES for command in group)
    return Registry(plugins, local=(BuiltinPlugin(),), builtin=builtin)


def perform_at_once(tx: Transaction, ctx: Context, person: Principal, planned: Planned) -> Reply:
    """Carry out a plan that the policy lets its requester have at once. Only b24bot itself has such.

    Raises NotPermitted for the plan of any other plugin: what changes a place waits for a person's word.
    """
    if not planned.local:
        raise NotPermitted(Message("admin.no_decision"))
    outcomes = [HANDLERS[call.method](tx, ctx, Authorization(asked=person), call.params) for call in planned.plan.calls]
    first, *others = [outcome.sentence for outcome in outcomes]
    return Reply(title=first, notes=tuple(others))
