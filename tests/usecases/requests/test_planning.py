"""From a typed line to an answer or a plan: roles first, then the place, then the plugin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.core import mentions
from bot.core.authority.policy import NeedsApproval, NeedsConfirmation
from bot.core.bot_errors import NotPermitted, PluginFault, WordsError
from bot.core.change.planned_command import Answered, Considered, Planned
from bot.core.parsing.invocation import understand
from bot.core.principals import Principal, Role
from bot.plugin import BadArgument, Group, PluginError, Refusal, Risk, TargetRefused, TargetUnreachable
from bot.testing.scripted_dialogue import ScriptedDialogue
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.authority.memberships import refresh_memberships
from bot.usecases.command_context.roles import role_of
from bot.usecases.requests.planning import plan_or_read, prepare_in_terminal
from tests.host.invented import group
from tests.language.english import en, raises
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, STRANGER, VIKTOR, CoreBot
from tests.usecases.toy import ACME, BETA, FORGED, Toy


def considered(core_bot: CoreBot, who: Principal, text: str) -> Considered:
    return plan_or_read(core_bot.ctx, who, text)


def planned(core_bot: CoreBot, who: Principal, text: str) -> Planned:
    answer = considered(core_bot, who, text)
    assert isinstance(answer, Planned)
    return answer


def answered(core_bot: CoreBot, who: Principal, text: str) -> Answered:
    answer = considered(core_bot, who, text)
    assert isinstance(answer, Answered)
    return answer


@pytest.mark.parametrize("text", ["thing list", "thing remove one", "thing paint one", "request list", "audit find"])
def test_somebody_who_is_not_on_the_list_gets_nothing(core_bot: CoreBot, text: str) -> None:
    with pytest.raises(NotPermitted, match=r"policy\.not_listed") as refused:
        considered(core_bot, GLEB, text)
    assert mentions.unmark(en(refused.value.hint)) == "Type whoami to see whom to ask."


@pytest.mark.parametrize("text", ["help", "whoami", "", "help thing"])
def test_help_and_whoami_are_for_everybody(core_bot: CoreBot, text: str) -> None:
    assert answered(core_bot, GLEB, text).reply.title


@pytest.mark.parametrize("text", ["thing remove one", "thing paint one"])
def test_a_viewer_may_only_look(core_bot: CoreBot, text: str) -> None:
    assert answered(core_bot, VIKTOR, "thing list").reply.title == "Things"
    named = r"policy\.asking_needs_role .*needed: policy\.role\.operator.*role: policy\.role\.viewer"
    with pytest.raises(NotPermitted, match=named) as refused:
        considered(core_bot, VIKTOR, text)
    assert mentions.unmark(en(refused.value.hint)) == "Type whoami to see what you may do and whom to ask."


def test_a_refused_person_does_not_reach_the_plugin(core_bot: CoreBot) -> None:
    """Not even to read: what is there is none of their business."""
    core_bot.toy.closed = AssertionError("the place was opened")
    with pytest.raises(NotPermitted):
        considered(core_bot, GLEB, "thing list")
    with pytest.raises(NotPermitted):
        considered(core_bot, VIKTOR, "thing remove one")


def test_a_person_of_another_team_has_no_role_even_when_granted_one(core_bot: CoreBot) -> None:
    assert core_bot.store.grants.role_of(STRANGER) is Role.ADMIN
    assert role_of(core_bot.ctx, STRANGER) is None
    for line in ("thing list", "help", "whoami"):
        with pytest.raises(NotPermitted, match=r"request\.other_workspace"):
            considered(core_bot, STRANGER, line)


def test_the_account_at_the_hosts_shell_is_an_admin(core_bot: CoreBot) -> None:
    assert role_of(core_bot.ctx, SHELL) is Role.ADMIN
    assert planned(core_bot, SHELL, "thing remove one").place == ACME


def test_a_role_is_looked_up_each_time(core_bot: CoreBot) -> None:
    assert answered(core_bot, VIKTOR, "thing list").reply.title == "Things"
    revoke_role(core_bot.store, VIKTOR, by=SHELL)
    with pytest.raises(NotPermitted):
        considered(core_bot, VIKTOR, "thing list")
    grant_role(core_bot.store, VIKTOR, Role.OPERATOR, by=SHELL)
    assert planned(core_bot, VIKTOR, "thing remove one").place == ACME


@pytest.mark.parametrize("who", [OLGA, ANTON, IDA])
def test_destroying_needs_approval_and_changing_needs_confirmation(core_bot: CoreBot, who: Principal) -> None:
    destroy = planned(core_bot, who, "thing remove one").decision
    assert destroy == NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=3_600_000)
    assert planned(core_bot, who, "thing paint one").decision == NeedsConfirmation(expires_in=3_600_000)


def test_what_is_there_can_raise_the_risk(core_bot: CoreBot) -> None:
    """The command only changes; what it would change here is precious."""
    raised = planned(core_bot, OLGA, "thing paint precious")
    assert raised.understood.command.risk is Risk.CHANGE
    assert isinstance(raised.decision, NeedsApproval)


def test_nothing_to_do_is_a_calm_answer(core_bot: CoreBot) -> None:
    answer = answered(core_bot, OLGA, "thing remove three")
    assert (answer.reply.title, answer.calm) == ("There is no three.", True)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("bet", "Did you mean beta?"), ("defalt", "Did you mean default?"), ("xyz", "Known: default, beta.")],
)
def test_an_unknown_portal_is_refused_with_what_may_have_been_meant(core_bot: CoreBot, name: str, hint: str) -> None:
    core_bot.toy.known.append(BETA)
    with pytest.raises(Refusal, match=rf"place\.unknown \(term: Portal, name: {name}\)") as refused:
        considered(core_bot, OLGA, f"thing list --portal {name}")
    assert en(refused.value.hint) == hint


class Adding(Toy):
    """A toy whose places are made known by a command."""

    @property
    def groups(self) -> Sequence[Group[Any]]:
        return (*super().groups, group("portal", "add", terminal=True))


@pytest.mark.parametrize(
    ("kind", "sentence", "hint"),
    [
        (Adding, "No portal is set up yet.", "`b24bot portal add NAME`"),
        (Toy, "The plugin toy has no place to act on yet.", "The plugin's settings name its places"),
    ],
)
def test_without_any_place_the_way_to_one_is_told(
    make_core_bot: Callable[..., CoreBot], kind: type[Toy], sentence: str, hint: str
) -> None:
    with pytest.raises(Refusal) as refused:
        considered(make_core_bot(toy=kind(known=[])), OLGA, "thing list")
    assert en(refused.value.sentence) == sentence
    assert hint in en(refused.value.hint)


def in_terminal(core_bot: CoreBot, line: str) -> Answered:
    """What a command of the terminal answers there."""
    services = core_bot.ctx.services("toy")
    understood = understand(core_bot.ctx.registry.commands, line)
    return prepare_in_terminal("toy", understood, services, ScriptedDialogue(services))()


@pytest.mark.parametrize("who", [OLGA, IDA])
def test_a_command_of_the_terminal_cannot_be_typed_in_slack(core_bot: CoreBot, who: Principal) -> None:
    for line, path in (("thing setup one", "thing setup"), ("Backup now", "backup"), ("key  list", "key list")):
        with pytest.raises(WordsError, match=r"help\.only_in_terminal ") as refused:
            considered(core_bot, who, line)
        assert en(refused.value.sentence) == f"“{path}” works in the host's terminal only."
        assert en(refused.value.hint) == f"Run there: b24bot {path} --help"
    with pytest.raises(WordsError, match=r"typed\.unknown_command \(command: backup\)"):
        considered(core_bot, SHELL, "backup now")
    assert in_terminal(core_bot, "thing setup one").reply.title == "Set up one."
    assert core_bot.store.records("toy").get("setup", "one") == {"done": True}


def test_a_command_of_the_terminal_may_not_plan(core_bot: CoreBot) -> None:
    with raises(PluginFault, match="The plugin toy failed while it worked on `thing misplan`"):
        in_terminal(core_bot, "thing misplan")


def test_a_command_that_forgets_to_answer_is_a_fault_and_not_silence(core_bot: CoreBot) -> None:
    with raises(PluginFault, match="The plugin toy failed while it worked on `thing forget`"):
        considered(core_bot, OLGA, "thing forget")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("thing remov one", WordsError),
        ("thing remove", WordsError),
        ("thing remove ü", BadArgument),
        ("thing refuse", Refusal),
        ("thing boast error", TargetRefused),
    ],
)
def test_each_mistake_is_an_error_of_its_kind(core_bot: CoreBot, text: str, error: type[PluginError]) -> None:
    with pytest.raises(error):
        considered(core_bot, OLGA, text)


def test_a_portal_that_cannot_be_reached_is_told(core_bot: CoreBot) -> None:
    core_bot.toy.closed = TargetUnreachable("acme does not answer.")
    with pytest.raises(TargetUnreachable, match="acme does not answer"):
        considered(core_bot, OLGA, "thing list")


def test_only_the_bot_mentions_people(core_bot: CoreBot) -> None:
    """Marks are taken out of everything a plugin says."""
    reply = answered(core_bot, OLGA, "thing boast reply").reply
    assert (reply.title, reply.facts, reply.notes) == ("UVICTIM wins", (("UVICTIM", "UVICTIM"),), ("UVICTIM",))
    assert answered(core_bot, OLGA, "thing boast nothing").reply.title == "UVICTIM has nothing to do."
    plan = planned(core_bot, OLGA, "thing brag").plan
    assert (plan.summary, plan.warnings, plan.calls[0].note) == ("For UVICTIM", ("UVICTIM",), "UVICTIM")


def test_marks_that_are_typed_are_taken_out_too(core_bot: CoreBot) -> None:
    plan = planned(core_bot, OLGA, f"thing paint one --colour '{FORGED}'").plan
    assert plan.wanted == {"one is": "UVICTIM"}


UNSTORABLE = ["\ud83d", "\ude00", "\x00", "\uffff"]


@pytest.mark.parametrize("odd", UNSTORABLE)
def test_half_a_surrogate_or_nul_in_any_answer_of_a_plugin_is_shown_as_replaced(core_bot: CoreBot, odd: str) -> None:
    core_bot.toy.words, core_bot.toy.things["one"] = f"x{odd}", f"red{odd}"
    reply = answered(core_bot, OLGA, "thing boast reply").reply
    assert (reply.title, reply.facts, reply.notes) == ("x\ufffd wins", (("x\ufffd", "x\ufffd"),), ("x\ufffd",))
    assert answered(core_bot, OLGA, "thing boast nothing").reply.title == "x\ufffd has nothing to do."
    table = answered(core_bot, OLGA, "thing list").reply.table
    assert table is not None
    assert ("one", "red\ufffd") in table.rows
    with pytest.raises(TargetRefused, match="x\ufffd said no") as refused:
        considered(core_bot, OLGA, "thing boast error")
    assert (refused.value.code, refused.value.hint) == ("Ex\ufffd", "Ask x\ufffd.")
    plan = planned(core_bot, OLGA, "thing remove one").plan
    assert (plan.before, plan.radius) == ({"one is": "red\ufffd"}, ("red\ufffd one",))


@pytest.mark.parametrize("odd", UNSTORABLE)
def test_what_would_be_sent_is_exact_or_is_refused(core_bot: CoreBot, odd: str) -> None:
    """`brag` sends the colour that the portal gave."""
    core_bot.toy.things["one"] = FORGED
    assert planned(core_bot, OLGA, "thing brag").plan.calls[0].params["COLOUR"] == FORGED
    core_bot.toy.things["one"] = f"red{odd}"
    with pytest.raises(Refusal, match=r"request\.unsendable"):
        considered(core_bot, OLGA, "thing brag")


def test_considering_stores_nothing_and_sends_nothing(core_bot: CoreBot) -> None:
    """Once it is known that the account is a member's."""
    refresh_memberships(core_bot.ctx, [OLGA])
    before = core_bot.store.database.path.read_bytes()
    planned(core_bot, OLGA, "thing remove one")
    answered(core_bot, OLGA, "thing list")
    assert core_bot.store.database.path.read_bytes() == before
    assert core_bot.toy.calls == []
