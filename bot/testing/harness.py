"""A plugin between the services of a real bot, without Slack: each step of a change request is one call."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.core.audit.audit_record import Fact
from bot.core.change.drift import find_drift
from bot.core.change.outcome import Ending, judge_execution
from bot.core.parsing.invocation import AnyCommand, Understood, understand
from bot.core.redaction.sanitizer import sanitize
from bot.host.contract import assert_plugin, settings_of
from bot.host.guarded_calls import GuardedPlugin
from bot.host.plugin_services import PluginServices, services_for
from bot.language.translation import translate
from bot.logs import read_message
from bot.plugin import (
    Answer,
    CallOutcome,
    CallVerdict,
    Clock,
    Event,
    Observation,
    Place,
    Plan,
    Plugin,
    Remember,
    Reply,
    Text,
    WebReply,
)
from bot.settings import HOST_SETTINGS, load_settings
from bot.testing.english_errors import describe_fault, in_sentences
from bot.testing.passing_clock import PassingClock
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from bot.testing.services import scratch_store
from bot.testing.simulations import Simulate, read_simulation, simulation_of
from bot.testing.web_requests import NOTHING, request_route
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.command_context.place_choice import find_place
from bot.usecases.requests.planning import ask, precheck, prepare_in_terminal

A = TypeVar("A", Plan, Reply)


class Harness:
    """One plugin, started, over a throw-away database and its own simulation. Use it as a context manager.

    Waiting takes no time, unless `clock` says so. `settings` go before those of the simulation; `simulate` starts
    another one than the first of the plugin's own. A line is what one types behind `/b24`. What a plugin
    raises against the contract comes as PluginFault, whose `__cause__` is what it raised; `faults` has each of them.
    Raises ConfigurationError for what is no plugin. Every error says its sentence in English.
    """

    @in_sentences
    def __init__(
        self,
        plugin: Plugin,
        *,
        settings: Mapping[str, str] | None = None,
        simulate: Simulate | None = None,
        clock: Clock | None = None,
    ) -> None:
        assert_plugin(getattr(plugin, "name", "?"), plugin)
        self.plugin = GuardedPlugin(plugin)
        registry = make_registry([self.plugin])
        self.commands, self.typed = registry.commands, registry.typed
        self.faults: list[str] = []
        self._given = dict(settings or {})
        self._simulate = simulate
        self._clock = clock or PassingClock()
        self._undo = ExitStack()

    @in_sentences
    def __enter__(self) -> Self:
        with ExitStack() as undo:
            folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="b24bot-harness-")))
            self.simulation = simulation_of(self.plugin, self._simulate)
            undo.callback(self.simulation.stop)
            self.simulation.seed()
            self.store = scratch_store(folder, self._clock, synchronous="OFF")
            undo.callback(self.store.close)
            undo.callback(self.plugin.close)
            listener = _Faults(self.faults)
            logging.getLogger("b24bot.plugin").addHandler(listener)
            undo.callback(logging.getLogger("b24bot.plugin").removeHandler, listener)
            self._settings = self._read_settings()
            self.plugin.start(self.services())
            self.remember(read_simulation(self.simulation, "records", self.store.clock.now_ms()))
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def _read_settings(self) -> Mapping[str, str]:
        rows = settings_of([self.plugin], taken=[row.name for row in HOST_SETTINGS])
        return load_settings({**read_simulation(self.simulation, "settings"), **self._given}, more=rows).for_plugins

    def services(self, *, may_send: bool = False) -> PluginServices:
        """What the plugin is given. As long as it is not to perform a call, `may_send` answers no."""
        store = self.store
        return services_for(
            self.plugin.name,
            self._settings,
            store,
            store.clock,
            may_send=lambda _: may_send,
            events=self.plugin.events,
        )

    @in_sentences
    def place(self, name: str | None = None) -> Place:
        """The place of that name, or the first. Raises LookupError where there is none."""
        places = self.plugin.places(self.services())
        found = [place for place in places if name in (None, place.name)]
        if not found:
            known = f" Known: {', '.join(place.name for place in places)}." if places else ""
            raise LookupError(f"The plugin {self.plugin.name} names no place {name or ''}".strip() + "." + known)
        return found[0]

    @in_sentences
    def understand(self, line: str) -> Understood:
        """Read a line. Raises BadArgument, and WordsError for one that is no command's."""
        return understand(self.commands, line)

    @in_sentences
    def ask(self, line: str, *, secrets: Mapping[str, str] | None = None, answers: Sequence[Typed] = ()) -> Answer:
        """Read a line and let its command plan or read, as the bot does when it is typed.

        `secrets` are what is asked for by a command of the terminal, by the names of its arguments, and `answers`
        what the person types when it asks in its Dialogue.
        """
        understood = self.understand(line)
        if not understood.command.terminal:
            return ask(self.plugin.name, understood, self._subject(understood))
        precheck(self.plugin, understood, self.services())
        services = self.services()
        understood = replace(understood, arguments={**understood.arguments, **read_secrets(understood, secrets or {})})
        dialogue = ScriptedDialogue(services, *answers, secrets=secrets or {})
        finish = prepare_in_terminal(self.plugin.name, understood, services, dialogue)
        with self.store.unit_of_work():
            return finish().reply

    def _subject(self, understood: Understood) -> Any:
        """What a command of this line gets first. Raises Refusal where an argument names a place that there is not."""
        command, named = understood.command, understood.named_place
        if command.everywhere or named == understood.invocation.place:
            return self.open(command, self.place(understood.invocation.place))
        return self.open(command, find_place(self.plugin.places(self.services()), str(named), command.place_term))

    @in_sentences
    def open(self, command: AnyCommand, place: Place) -> Any:
        """What a command gets first: the open place, or the services where it is about all places or the terminal's."""
        services = self.services()
        return services if command.terminal or command.everywhere else self.plugin.open(services, place)

    @in_sentences
    def plan(self, line: str) -> Plan:
        """The plan of a line. Raises AssertionError where the command answers something else."""
        return _expected(Plan, self.ask(line), line)

    @in_sentences
    def read(self, line: str) -> Reply:
        """The reply to a line. Raises AssertionError where the command answers something else."""
        return _expected(Reply, self.ask(line), line)

    @in_sentences
    def drift(self, plan: Plan, line: str) -> Sequence[Text]:
        """Plan the line again, and tell what makes that another plan: then one that was approved is not run."""
        answer = self.ask(line)
        return find_drift(plan, answer) if isinstance(answer, Plan) else (str(answer),)

    @in_sentences
    def perform(self, plan: Plan, *, may_send: bool = True, place: str | None = None) -> Sequence[CallOutcome]:
        """Make the calls of a plan in order, up to the first that is not done."""
        outcomes: list[CallOutcome] = []
        for call in plan.calls:
            services = self.services(may_send=may_send)
            outcomes.append(sanitize(self.plugin.perform(services, self.place(place), call)))
            if outcomes[-1].verdict is not CallVerdict.DONE:
                break
        return outcomes

    @in_sentences
    def verify(self, plan: Plan, *, place: str | None = None) -> Observation:
        """What is true of a plan's target now."""
        return sanitize(self.plugin.verify(self.services(), self.place(place), plan))

    def judge(self, plan: Plan, outcomes: Sequence[CallOutcome], seen: Observation | None) -> Ending:
        """The ending that the bot would store and tell; `seen` is None where it could not be read."""
        return judge_execution(plan, outcomes, seen)

    @in_sentences
    def run(self, line: str) -> Ending:
        """Go all the way: plan, plan again and compare, perform, verify, judge. Raises AssertionError for a drift."""
        plan = self.plan(line)
        place = self.understand(line).named_place
        changed = self.drift(plan, line)
        if changed:
            raise AssertionError(f"“{line}” planned again is another plan: {'; '.join(map(translate, changed))}")
        outcomes = self.perform(plan, place=place)
        ending = self.judge(plan, outcomes, self.verify(plan, place=place) if plan.provable else None)
        if ending.status == "done":
            self.remember(plan.remember)
        return ending

    @in_sentences
    def maintain(self) -> float | None:
        """Run the maintenance of the plugin once, and return the seconds until the next call, if it gave any."""
        return self.plugin.maintain(self.services())

    def find_events(self, event: Event) -> Sequence[Mapping[str, Fact]]:
        """The facts of each audit record of an event, the oldest first."""
        return tuple(record.facts for record in self.store.audit.walk() if record.tag == event.tag)

    @in_sentences
    def request(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> WebReply:
        """Ask a route of the plugin: `request("POST", "/app?LANG=ru", form={…})`. Raises LookupError for no route."""
        return request_route(self.plugin, self.services(), method, address, form=form, headers=headers)

    def remember(self, rows: Sequence[Remember]) -> None:
        """Write records of the plugin, as the bot does once a plan is done."""
        self.store.records(self.plugin.name).remember(rows)


def read_secrets(understood: Understood, given: Mapping[str, str]) -> Mapping[str, Any]:
    """The secrets of a command, parsed. Raises AssertionError for one that was not given, or stands on the line."""
    secrets = [each for each in understood.command.parameters if each.arg.secret and not each.arg.late]
    for each in secrets:
        if understood.arguments.get(each.name) is not None:
            raise AssertionError(
                f"{each.option} is a secret, which nobody types: give it as secrets={{“{each.name}”: …}}"
            )
        if each.required and each.name not in given:
            raise AssertionError(
                f"“{understood.command.path}” asks for {each.option}: give it as secrets={{“{each.name}”: …}}"
            )
    return {each.name: each.arg.parse(given[each.name]) for each in secrets if each.name in given}


def _expected(kind: type[A], answer: Answer, line: str) -> A:
    if not isinstance(answer, kind):
        raise AssertionError(f"“{line}” was answered by {answer}")
    return answer


class _Faults(logging.Handler):
    """Keeps what the guard of plugins logs, for the author to read."""

    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._kept = kept
        self._causes: dict[str, BaseException] = {}
        """By the reference of the fault: its cause is logged the first time only."""

    def emit(self, record: logging.LogRecord) -> None:
        sentence, incident = read_message(record), str(getattr(record, "incident", ""))
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._causes[incident] = error
        self._kept.append(describe_fault(sentence, incident, self._causes.get(incident)))
