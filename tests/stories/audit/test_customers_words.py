"""A customer's words, name, phone and e-mail: shown to who decides and to who asked, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered
from bot.core.principals import Role
from bot.core.redaction.sanitizer import texts_in
from bot.playground.environment import Playground
from bot.testing.conversation import APPROVALS, TYPED_IN
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.delivery.dead_letters import describe_content
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import spoken
from tests.stories.connector.acts import Changing

WORDS = "Zebraklient  hat Grippe"
NEEDLES = ("Zebra", "zebra", "4930123", "Grippe")
SEND = (
    f"message send myconnector 1 --user u1 --chat c1 --text '{WORDS}' --user-phone +4930123456 "
    "--user-email zebra@klient.example --user-name 'Zebrafio Klient' --user-url https://klient.example/zebra"
)
COMMANDS: Mapping[str, str] = {
    "message send": SEND,
    "message send by =": "message send myconnector 1 --user u1 --chat c1 --text=Zebraklient --user-last-name=Zebrafio",
    "message send, long": f"message send myconnector 1 --user u1 --chat c1 --text '{'Zebraklient ' * 60}'",
    "message edit": f"message edit myconnector 1 --user u1 --chat c1 --message-id m1 --text '{WORDS}'",
    "chat rename": f"chat rename myconnector 1 --chat c1 --user u1 --name '{WORDS}'",
}
FAULTY = "message send myconnector 1 --user u1 --chat c1 --text x --user-email 'Zebraklient hat keine'"


@pytest.fixture
def act(full_bot: Playground) -> Changing:
    act = Changing(full_bot)
    grant_role(full_bot.store, full_bot.person("Gleb"), Role.VIEWER, by=full_bot.person("Ida"))
    return act


def seen(full_bot: Playground, person: str, line: str) -> str:
    """What a command answers to somebody: its messages with their arguments, and its data."""
    assert full_bot.running is not None
    answered = plan_or_read(full_bot.running.bot.context, full_bot.person(person), line)
    assert isinstance(answered, Answered)
    return "\n".join(texts_in([str(spoken(answered.reply)), answered.reply.data]))


SURFACES: Mapping[str, Callable[[Changing], object]] = {
    "request list": lambda act: seen(act.playground, "Gleb", "request list"),
    "request list of an admin who does not decide": lambda act: seen(act.playground, "Ida", "request list"),
    "request show": lambda act: seen(act.playground, "Gleb", "request show CR-1002"),
    "status": lambda act: seen(act.playground, "Gleb", "status"),
    "audit find": lambda act: seen(act.playground, "Gleb", "audit find"),
    "audit find --text": lambda act: seen(act.playground, "Gleb", "audit find --subject CR-1002"),
    "help": lambda act: seen(act.playground, "Gleb", "help message send"),
    "what Gleb is shown": lambda act: [act.workspace.transcript(one) for one in act.workspace.ephemerals("Gleb")],
    "the audit channel": lambda act: [act.workspace.transcript(one) for one in act.workspace.messages("audit")],
    "the thread": lambda act: [
        act.workspace.transcript(one)
        for channel in (TYPED_IN, APPROVALS)
        for one in act.workspace.messages(channel)
        if one.thread_ts and one.thread_ts != one.ts
    ],
    "notices of the outbox": lambda act: [
        describe_content(one)
        for one in act.playground.store.outbox.entries(["new", "sending", "dead", "sent"], limit=100)
    ],
    "the audit log": lambda act: [dict(record.facts) for record in act.playground.store.audit.walk()],
}


def assert_in_none(act: Changing, log: str) -> None:
    shown: dict[str, Any] = {name: str(look(act)) for name, look in SURFACES.items()}
    shown["the process log"] = log
    found = {name: [needle for needle in NEEDLES if needle in text] for name, text in shown.items()}
    assert {name: needles for name, needles in found.items() if needles} == {}


@pytest.mark.parametrize("line", COMMANDS.values(), ids=COMMANDS)
def test_a_customers_words_are_for_who_asked_and_who_decides(
    act: Changing, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="b24bot")
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    card = act.asks(line)
    assert "Zebraklient" in act.card_says(card, "waiting for confirmation")
    assert_in_none(act, caplog.text)
    for command in ("request list", "request show CR-1002"):
        assert "Zebraklient" in seen(act.playground, "Olga", command)
    assert "‹" in seen(act.playground, "Gleb", "request list")
    assert "Left out because a customer's words may be in it." in seen(act.playground, "Gleb", "request show CR-1002")
    act.ask("Gleb", "request show CR-1002")
    act.answer("Gleb", "CR-1002")
    act.press("Olga", card, "Confirm")
    assert act.ends().status in (Status.DONE, Status.FAILED)
    assert_in_none(act, caplog.text)


def test_a_faulty_line_with_a_customers_words_is_shown_to_who_typed_it_alone(
    act: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="b24bot")
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    act.asks(SEND)
    act.ask("Olga", FAULTY)
    act.answer("Olga", "user-email")
    assert_in_none(act, caplog.text)


def test_who_may_approve_reads_what_there_is_to_approve(act: Changing) -> None:
    """The connector is not the bot's own, so that another has to approve."""
    act.asks(SEND, channel=APPROVALS)
    assert "Zebraklient" in seen(act.playground, "Anton", "request show CR-1001")
    assert "Zebraklient" not in seen(act.playground, "Gleb", "request show CR-1001")


def test_a_refusal_in_which_the_portal_quotes_a_customers_words_is_read_by_the_same_people_alone(
    act: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="b24bot")
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    body = {"error": "ERROR_ARGUMENT", "error_description": f"“{WORDS}” for +4930123456 cannot be sent."}
    act.fault("reply", "imconnector.send.messages", status=400, body=body)
    assert act.confirms(SEND).status is Status.FAILED
    assert_in_none(act, caplog.text)
    assert "Zebraklient" in seen(act.playground, "Olga", "request show CR-1002")
    assert "Zebraklient" not in seen(act.playground, "Gleb", "request show CR-1002")
