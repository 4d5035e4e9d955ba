"""What does with a typed line what the host does: understand, plan, plan again, call, look, judge, remember."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.core.authority.policy import NeedsConfirmation
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.drift import find_drift
from bot.core.change.outcome import Ending, judge_execution, judge_settlement
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.core.parsing.invocation import understand
from bot.core.principals import Principal
from bot.plugin import Answer, CallOutcome, CallVerdict, Nothing, Place, PlaceTerm, Plan, PluginError, Reply, Risk
from plugins.bitrix24.connectors.registration import SWITCHES
from tests.bitrix24.plugin_bot import REGISTRATION, PluginBot
from tests.language.english import en, en_rows

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z" fill="#123456"/></svg>'
ICON = "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode()
HANDLER = "https://b24bot.example/bitrix24/placement"
WHOLE: Mapping[str, Any] = {
    **REGISTRATION,
    "ICON": {"DATA_IMAGE": ICON, "COLOR": "#90be00"},
    "PLACEMENT_HANDLER": HANDLER,
    **{name: "Y" if switch.default else "N" for name, switch in SWITCHES.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a line that was planned and approved."""

    plan: Plan
    outcomes: tuple[CallOutcome, ...]
    ending: Ending

    @property
    def status(self) -> Status:
        return self.ending.status


def stored(line: str, plan: Plan, ending: Ending) -> ChangeRequest:
    """The change request as the host stores it with this ending."""
    return ChangeRequest(
        number=1001,
        status=ending.status,
        line=line,
        path=" ".join(line.split()[:2]),
        plugin="bitrix24",
        place=Place(name="default", label="", identity="m1"),
        requester=Principal(team="T1", user="U1"),
        reason="",
        risk=Risk.DESTROY,
        plan=plan,
        digest="d" * 64,
        decision=NeedsConfirmation(expires_in=1),
        created_at=1,
        expires_at=2,
        outcome=ending.outcome,
        partly=ending.partly,
        found=ending.found,
        repeat=ending.repeat,
        place_term=PlaceTerm(word="portal", option="--portal"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Works with a plugin bot."""

    plugin_bot: PluginBot

    def ask(self, line: str) -> Answer:
        """The answer of the plugin, after the words were read as the host reads them. Raises PluginError."""
        declared = [command for group in self.plugin_bot.plugin.groups for command in group]
        commands = [command.in_slack or command for command in declared]
        understood = understand(commands, line)
        subject = self.plugin_bot.services if understood.command.everywhere else self.plugin_bot.open()
        return understood.command.answer(subject, understood.arguments)

    def plan(self, line: str) -> Plan:
        answer = self.ask(line)
        assert isinstance(answer, Plan), answer
        return plan_from_json(plan_to_json(answer))

    def nothing(self, line: str) -> str:
        answer = self.ask(line)
        assert isinstance(answer, Nothing), answer
        return en(answer.sentence)

    def reply(self, line: str) -> Reply:
        answer = self.ask(line)
        assert isinstance(answer, Reply), answer
        return answer

    def rows(self, line: str) -> tuple[tuple[str, ...], ...]:
        table = self.reply(line).table
        assert table is not None
        return en_rows(table)

    def refused(self, line: str) -> PluginError:
        try:
            answer = self.ask(line)
        except PluginError as error:
            return error
        raise AssertionError(f"{line} was not refused but answered {answer}")

    def run(self, line: str) -> Ran:
        """As the host executes: no call unless the plan made now is the one that was approved."""
        plan = self.plan(line)
        assert find_drift(plan, self.plan(line)) == ()
        return self.carry_out(plan)

    def carry_out(self, plan: Plan) -> Ran:
        outcomes: list[CallOutcome] = []
        for call in plan.calls:
            outcomes.append(self.plugin_bot.plugin.perform(self.plugin_bot.services, self.plugin_bot.place, call))
            if outcomes[-1].verdict is not CallVerdict.DONE:
                break
        now = (
            self.plugin_bot.plugin.verify(self.plugin_bot.services, self.plugin_bot.place, plan)
            if plan.provable
            else None
        )
        ran = Ran(plan=plan, outcomes=tuple(outcomes), ending=judge_execution(plan, outcomes, now))
        self._remember(ran.plan, ran.status)
        return ran

    def look_again(self, plan: Plan) -> Ending | None:
        """What the host makes of an unknown outcome once it may be settled."""
        now = self.plugin_bot.plugin.verify(self.plugin_bot.services, self.plugin_bot.place, plan)
        ending = judge_settlement(plan, now, agrees=True)
        if ending is not None:
            self._remember(plan, ending.status)
        return ending

    def _remember(self, plan: Plan, status: Status) -> None:
        if status is Status.DONE:
            for row in plan.remember:
                assert row.value is not None
                self.plugin_bot.services.records.put(row.kind, row.key, row.value)

    def done(self, *lines: str) -> Ran:
        """Run lines that must all succeed; what came of the last."""
        for line in lines:
            ran = self.run(line)
            assert ran.status is Status.DONE, (line, ran.ending)
        return ran

    def own(self, connector: str = "myconnector", lines: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Make a connector ours, with all of its registration known."""
        registration = {**WHOLE, "ID": connector, "NAME": self.plugin_bot.portal.state.connectors[connector].name}
        self.plugin_bot.adopt(connector, registration=registration, lines=dict(lines or {}), how="registered", **more)

    def record(self, connector: str = "myconnector") -> Mapping[str, Any]:
        found = self.plugin_bot.services.records.get("connector", f"{self.plugin_bot.place.identity}/{connector}")
        assert found is not None
        return found

    def portal_state(self) -> tuple[Any, ...]:
        """Connectors and their lines on the portal; the number of a placement means nothing."""
        state = self.plugin_bot.portal.state
        with self.plugin_bot.portal.world.lock:
            connectors = [{**asdict(row), "placement_id": 0} for row in state.connectors.rows()]
            statuses = [asdict(row) for row in state.statuses.rows()]
        return (
            sorted(connectors, key=lambda row: str(row["id"])),
            sorted(statuses, key=lambda row: (row["connector"], row["line"])),
        )
