"""The harness goes through a change request a step a call, over the services of a real bot."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from bot.core.bot_errors import ConfigurationError, PluginFault
from bot.plugin import (
    Arg,
    CallVerdict,
    Event,
    Message,
    Nothing,
    Remember,
    Reply,
    Risk,
    Services,
    Setting,
    WebReply,
    WebRoute,
)
from bot.testing import Harness, page_text
from tests.host.invented import Invented
from tests.testing.lamps import HOME, Lamps, lamp_group


def test_each_step_of_a_change_request_is_one_call() -> None:
    with Harness(Lamps()) as harness:
        plan = harness.plan("lamp name desk Table")
        assert harness.drift(plan, "lamp name desk Table") == ()
        assert harness.drift(plan, "lamp name desk Chair") != ()
        assert harness.verify(plan) == plan.before == {"name": "Desk"}
        (outcome,) = harness.perform(plan, may_send=False)
        assert outcome.verdict is CallVerdict.NOT_SENT
        assert harness.judge(plan, [outcome], harness.verify(plan)).status == "failed"
        outcomes = harness.perform(plan)
        assert harness.verify(plan) == plan.wanted
        assert harness.judge(plan, outcomes, harness.verify(plan)).status == "done"
        assert harness.judge(plan, outcomes, None).status == "unknown"
        assert isinstance(harness.ask("lamp name desk Table"), Nothing)
        (told,) = harness.drift(plan, "lamp name desk Table")
        assert str(told).startswith("Nothing(sentence='desk is called so already.'")


BURST = Event(
    tag="lamps:bulb:burst",
    sentence=Message("lamps.burst", place="place"),
    facts={"bulb": Message("lamps.bulb", value="value")},
)


class Bursting(Lamps):
    """Lamps of which one bursts at each maintenance."""

    events = (BURST,)

    def maintain(self, services: Services) -> Any:
        services.record(BURST, HOME, {"bulb": "desk"})
        return 60.0


def test_maintenance_runs_on_demand_and_the_events_it_records_are_found() -> None:
    with Harness(Bursting()) as harness:
        assert harness.find_events(BURST) == ()
        assert harness.maintain() == 60.0
        (facts,) = harness.find_events(BURST)
        assert facts["bulb"] == "desk"


def test_a_line_is_run_and_undone_in_one_call() -> None:
    with Harness(Lamps()) as harness:
        before = harness.read("lamp list").table
        plan = harness.plan("lamp name hall Entrance")
        assert harness.run("lamp name hall Entrance").status == "done"
        assert harness.read("lamp list").table != before
        assert harness.run(plan.undo.line).status == "done"
        assert harness.read("lamp list").table == before


def test_what_a_plan_is_to_be_remembered_by_is_stored_once_it_is_done() -> None:
    lamps = Lamps()
    with Harness(lamps) as harness:
        rows = (
            Remember(kind="name", key="desk", value={"name": "Table"}),
            Remember(kind="name", key="hall", value=None),
        )
        harness.services().records.put("name", "hall", {"name": "x"})
        harness.remember(rows)
        assert harness.services().records.all("name") == {"desk": {"name": "Table"}}


def test_a_line_that_plans_or_reads_something_else_says_what_it_was_answered_by() -> None:
    with Harness(Lamps()) as harness:
        with pytest.raises(AssertionError, match="“lamp list” was answered by Reply"):
            harness.plan("lamp list")
        with pytest.raises(AssertionError, match="“lamp name desk Table” was answered by Plan"):
            harness.read("lamp name desk Table")
        with pytest.raises(LookupError, match=r"The plugin lamps names no place cellar\. Known: home\."):
            harness.read("lamp list --place cellar")
        assert harness.place() == harness.place("home") == HOME


class Drifting(Lamps):
    """Lamps that somebody renames each time they are looked at."""

    def open(self, *given: Any) -> Any:
        self.lights["desk"] += "!"
        return self.lights


def test_a_line_that_would_not_run_since_it_plans_anew_otherwise_is_an_error() -> None:
    with (
        Harness(Drifting()) as harness,
        pytest.raises(AssertionError, match="planned again is another plan: name: Desk! → Desk!!"),
    ):
        harness.run("lamp name desk Table")


def test_what_a_plugin_raises_is_kept_with_its_cause() -> None:
    lamps = Lamps()
    lamps.verify = lambda *_: 1 / 0  # type: ignore[assignment,method-assign]
    with Harness(lamps) as harness:
        plan = harness.plan("lamp name desk Table")
        with pytest.raises(PluginFault):
            harness.verify(plan)
        assert harness.faults == [
            "The plugin lamps failed while it read lamp:desk back: ZeroDivisionError: division by zero"
        ]


def test_a_plugin_gets_the_defaults_of_its_settings_and_what_a_test_sets() -> None:
    lamps = Lamps()
    lamps.settings = (Setting(name="LAMP_WATT", help="how bright", default="40"), Setting(name="LAMP_HUE", help="x"))
    with Harness(lamps, settings={"LAMP_HUE": "green"}) as harness:
        settings = harness.services().settings
        assert (settings["LAMP_WATT"], settings["LAMP_HUE"]) == ("40", "green")
        assert "SLACK_BOT_TOKEN" not in settings


def test_what_is_no_plugin_is_refused_before_it_starts() -> None:
    with pytest.raises(ConfigurationError, match="lacks api"):
        Harness(object())  # type: ignore[arg-type]


def test_a_harness_that_cannot_start_leaves_nothing_behind() -> None:
    closed = []

    class Unwilling(Invented):
        def start(self, services: object) -> None:
            raise KeyError("x")

        def close(self) -> None:
            closed.append(True)

    with pytest.raises(PluginFault), Harness(Unwilling("lamps")):
        raise AssertionError("it started")
    assert closed == [True]


def test_the_secrets_of_a_command_of_the_terminal_are_given_beside_the_line() -> None:
    group = lamp_group()

    @group.command("lock", risk=Risk.GOVERN, terminal=True)
    def lock(
        services: Services,
        *,
        key: Annotated[int, Arg(help="a key", label="KEY", parse=int, secret=True)],
        spare: Annotated[str, Arg(help="another", label="KEY", secret=True)] = "none",
    ) -> Reply:
        """Lock."""
        services.secrets.write("key", {"key": key, "spare": spare}, after=0)
        return Reply(title="Locked")

    with Harness(Lamps(group)) as harness:
        with pytest.raises(AssertionError, match="“lamp lock” asks for --key: give it as secrets="):
            harness.ask("lamp lock")
        with pytest.raises(AssertionError, match="--key is a secret, which nobody types"):
            harness.ask("lamp lock --key 7", secrets={"key": "7"})
        harness.ask("lamp lock", secrets={"key": "7"})
        kept = harness.services().secrets.read("key")
        assert kept is not None
        assert kept.value == {"key": 7, "spare": "none"}


def test_waiting_takes_no_time_and_has_passed() -> None:
    with Harness(Lamps()) as harness:
        clock = harness.services().clock
        before = clock.monotonic()
        clock.sleep(3_600)
        assert clock.monotonic() - before >= 3_600


class Shown(Lamps):
    """Lamps with a page."""

    routes = (
        WebRoute(
            path="/lamp/{lamp}",
            methods=("POST",),
            answer=lambda services, request: WebReply(
                body=(request.parameters["lamp"], Message("web.page.busy"), request.form["seen"])
            ),
        ),
    )


def test_a_route_is_asked_without_a_server() -> None:
    with Harness(Shown()) as harness:
        reply = harness.request("POST", "/lamp/desk?LANG=ru", form={"seen": "yes"})
        assert page_text(reply, "ru") == "deskСлишком много запросов. Повторите через минуту.yes"
        with pytest.raises(LookupError, match="The plugin lamps has no route for GET /lamp/desk"):
            harness.request("GET", "/lamp/desk")
        with pytest.raises(PluginFault):
            harness.request("POST", "/lamp/desk")
        assert harness.faults == [
            "The plugin lamps failed while it answered a request to /lamp/{lamp}: KeyError: 'seen'"
        ]
