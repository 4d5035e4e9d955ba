"""Nobody starves: people take turns, one person's commands are bounded, and refusals do not fill the audit channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Inbound
from bot.store.repositories.folded_refusals import FOLD_MS, MOST_SUBJECTS
from bot.store.repositories.jobs import Job, Receipt
from bot.usecases.authority import card_token
from bot.usecases.channel_pace import Pace, Way
from bot.usecases.intake.receipts import MOST_WAITING, receive
from bot.usecases.requests.withdrawal import withdraw
from tests.usecases.messenger import LINES_PER_MESSAGE
from tests.usecases.office import ANTON, GLEB, OLGA, SHELL, VERA, VIKTOR, Office

ALWAYS: dict[str, Callable[[Office, ChangeRequest], Inbound]] = {
    "freeze": lambda office, change: office.typed(OLGA, "freeze"),
    "help": lambda office, change: office.typed(OLGA, "help"),
    "whoami": lambda office, change: office.typed(OLGA, "whoami"),
    "withdraw": lambda office, change: office.click(OLGA, change, card_token.WITHDRAW),
    "reject": lambda office, change: office.form(OLGA, change, "no"),
    "approve": lambda office, change: office.click(OLGA, change, card_token.APPROVE),
}
COUNTED = {
    "a command that reads a portal": lambda office: office.typed(OLGA, "thing list"),
    "a command of the bot's own": lambda office: office.typed(OLGA, "request list"),
    "a line that cannot be read": lambda office: office.typed(OLGA, "thnig"),
}


def fill(office: Office) -> None:
    """As many commands of one person as may wait."""
    for _ in range(MOST_WAITING):
        assert receive(office.ctx, office.typed(OLGA, "thing list")) is Receipt.NEW


def jobs(office: Office) -> int:
    return len(office.store.database.rows("SELECT id FROM jobs"))


@pytest.mark.parametrize("kind", COUNTED)
def test_the_twenty_first_waiting_command_of_a_person_is_not_taken_on(office: Office, kind: str) -> None:
    fill(office)
    before, command = jobs(office), COUNTED[kind](office)
    assert receive(office.ctx, command) is Receipt.TOO_MANY
    assert receive(office.ctx, command) is Receipt.REPEATED
    assert jobs(office) == before
    assert receive(office.ctx, office.typed(VERA, "thing list")) is Receipt.NEW
    office.do_jobs()
    assert receive(office.ctx, office.typed(OLGA, "thing list")) is Receipt.NEW


@pytest.mark.parametrize("kind", ALWAYS)
def test_what_stops_decides_or_helps_is_neither_counted_nor_refused(office: Office, kind: str) -> None:
    change = office.ask()
    for _ in range(3):
        assert receive(office.ctx, ALWAYS[kind](office, change)) is Receipt.NEW
    fill(office)
    assert receive(office.ctx, ALWAYS[kind](office, change)) is Receipt.NEW


@pytest.mark.parametrize("button", sorted(card_token.PLANNING))
def test_a_click_too_many_that_plans_is_told_to_who_pressed_it_and_recorded_each_time(
    office: Office, button: str
) -> None:
    """An acknowledged click carries no answer of its own."""
    change = office.approved("thing paint one --colour blue")
    office.work()
    fill(office)
    for _ in range(2):
        assert receive(office.ctx, office.click(OLGA, change, button)) is Receipt.TOO_MANY
    assert receive(office.ctx, office.click(OLGA, change, button, value="1001.x.y.z")) is Receipt.TOO_MANY
    assert office.waiting_whispers()[-1].reply.title.startswith("20 of your commands are waiting")
    refused = office.records(Tag.REVIEW_REFUSED)
    assert [(record.actor, record.subject) for record in refused] == [
        *[(OLGA.id, change.id)] * 2,
        (OLGA.id, "card"),
    ]


@pytest.mark.parametrize("slow", [False, True])
def test_a_person_with_many_waiting_commands_does_not_starve_another(office: Office, slow: bool) -> None:
    """Whether one runner does them one after the other, or several are kept by a slow portal."""
    fill(office)
    for _ in range(2):
        receive(office.ctx, office.typed(VERA, "thing list"))
    served: list[str] = []
    under_way: list[Job] = []
    with office.store.unit_of_work() as store:
        while len(served) < 5:
            job = store.jobs.claim(office.clock.now_ms())
            if job is not None:
                served.append("vera" if VERA.user in job.payload else "olga")
                under_way.append(job)
            if job is None or not slow:
                store.jobs.finish(under_way.pop(0))
    assert served == ["olga", "vera", "olga", "vera", "olga"]


def test_answers_go_to_people_in_turn(office: Office) -> None:
    for _ in range(5):
        office.take(office.typed(OLGA, "thing list"))
    office.take(office.typed(VERA, "whoami"))
    office.deliver()
    assert [whisper.person for whisper in office.messenger.whispers][:3].count(VERA) == 1
    assert len(office.messenger.whispers) == 6


def refused(office: Office) -> list[dict[str, object]]:
    return [dict(record.facts) for record in office.records(Tag.COMMAND_REFUSED)]


def test_refusals_after_the_first_are_one_record_with_count_and_subjects(office: Office) -> None:
    reason = "You are not on the allow-list."
    for line in ("thing list", "thing remove one", "thing list", "request list"):
        office.take(office.typed(GLEB, line))
    office.take(office.typed(VIKTOR, "thing remove one"))
    assert [facts["line"] for facts in refused(office)] == ["thing list", "thing remove one"]
    office.restart()
    office.wait(FOLD_MS / 1000 + 1)
    assert refused(office)[2:] == [
        {"reason": reason, "count": 3, "subjects": "thing remove one; thing list; request list"}
    ]
    office.take(office.typed(GLEB, "thing list"))
    assert refused(office)[3:] == [{"reason": reason, "line": "thing list"}]
    office.wait(2 * FOLD_MS / 1000)
    assert len(refused(office)) == 4, "one that stayed alone is no second record"


@pytest.mark.parametrize("set_by", [-600_000, 600_000])
def test_a_clock_that_is_set_loses_no_folded_refusal(office: Office, set_by: int) -> None:
    for _ in range(3):
        office.take(office.typed(GLEB, "thing list"))
    office.clock.set_by = set_by
    office.take(office.typed(GLEB, "request list"))
    assert [facts.get("count") for facts in refused(office)] == [None, 2, None]


def test_of_many_different_refused_lines_some_are_named_and_all_are_counted(office: Office) -> None:
    for number in range(MOST_SUBJECTS + 6):
        office.take(office.typed(GLEB, f"thing remove n{number}"))
    office.wait(FOLD_MS / 1000 + 1)
    rest = refused(office)[1]
    assert rest["count"] == MOST_SUBJECTS + 5
    assert str(rest["subjects"]).count(";") == MOST_SUBJECTS - 1


def test_a_command_too_many_is_a_refusal_that_is_folded_too(office: Office) -> None:
    fill(office)
    for _ in range(50):
        receive(office.ctx, office.typed(OLGA, "thing remove one"))
    assert len(refused(office)) == 1
    office.wait(FOLD_MS / 1000 + 1)
    assert [facts.get("count") for facts in refused(office)] == [None, 49]


@pytest.mark.parametrize("kind", ["command", "click", "form"])
def test_deliveries_that_reuse_a_key_are_one_record_a_minute_after_the_first(office: Office, kind: str) -> None:
    change = office.ask()
    pairs: dict[str, tuple[Inbound, Inbound]] = {
        "command": (office.typed(OLGA, "thing list"), office.typed(OLGA, "thing remove one")),
        "click": (office.click(OLGA, change, card_token.APPROVE), office.click(OLGA, change, card_token.WITHDRAW)),
        "form": (office.form(OLGA, change, "a"), office.form(OLGA, change, "b")),
    }
    first, second = pairs[kind]
    receive(office.ctx, first)
    for _ in range(30):
        assert receive(office.ctx, replace(second, key=first.key)) is Receipt.MISMATCHED
    assert len(office.records(Tag.DELIVERY_MISMATCHED)) == 1
    office.wait(FOLD_MS / 1000 + 1)
    assert [record.facts for record in office.records(Tag.DELIVERY_MISMATCHED)] == [{}, {"count": 29}]


def test_what_the_terminal_is_refused_again_and_again_is_folded_for_each_change_request(office: Office) -> None:
    """A script that tries the same again in a loop; each try is a command there, not a click."""
    changes = [office.ask(f"thing remove {name}") for name in ("one", "two")]
    for _ in range(5):
        for change in changes:
            with office.store.unit_of_work():
                withdraw(office.ctx, SHELL, change)
    refused = office.records(Tag.REVIEW_REFUSED)
    assert [record.subject for record in refused] == [change.id for change in changes]
    office.wait(FOLD_MS / 1000 + 1)
    rest = office.records(Tag.REVIEW_REFUSED)[2:]
    assert [(record.subject, record.actor, record.facts["count"]) for record in rest] == [
        (change.id, SHELL.id, 4) for change in changes
    ]
    assert rest[0].facts == {**refused[0].facts, "count": 4}


def test_a_refused_click_or_form_is_never_folded(office: Office) -> None:
    change = office.ask()
    for _ in range(4):
        office.press(VIKTOR, change)
        office.send(VIKTOR, change, "no")
    assert len(office.records(Tag.REVIEW_REFUSED)) == 8


def test_the_audit_line_that_an_approval_waits_for_goes_before_a_backlog(office: Office) -> None:
    """Refused clicks are never folded, so that their lines can be many."""
    change, other = office.ask("thing remove one"), office.ask("thing remove two")
    for _ in range(3 * LINES_PER_MESSAGE):
        office.press(VIKTOR, other)
    office.press(ANTON, change)
    (approval,) = office.records(Tag.REVIEW_APPROVED)
    office.messenger.audit.clear()
    assert office.courier.deliver_one()
    assert office.messenger.audit[0][0] == approval.seq
    office.do_jobs()
    assert office.now(change).status is Status.DONE
    office.deliver()
    said = [seq for numbers in office.messenger.audit for seq in numbers]
    assert len(said) == len(set(said))
    assert set(said) >= {record.seq for record in office.records(Tag.REVIEW_REFUSED)}


class Meanwhile(Pace):
    """A pace at whose first question something happens."""

    happens: Callable[[], object] | None = None

    def take(self, channel: str, way: Way) -> bool:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return super().take(channel, way)


@pytest.mark.parametrize("put_off", [0, 1_000])
def test_a_line_that_becomes_the_first_while_the_courier_looks_goes_first(office: Office, put_off: int) -> None:
    """Also where it waits for another try: then nothing goes before that."""
    change = office.ask()
    office.press(VIKTOR, change)

    def approve() -> None:
        office.press(ANTON, change)
        due = office.clock.now + put_off if put_off else 0
        with office.store.unit_of_work() as store:
            store.database.execute("UPDATE outbox SET due_steady = ? WHERE kind = 'audit' AND urgency = 1", due)

    office.ctx.pace = pace = Meanwhile(office.clock)
    pace.happens = approve
    office.messenger.audit.clear()
    office.courier.deliver_one()
    assert len(office.messenger.audit) == (0 if put_off else 1)
    office.deliver()
    refused_at, approved_at = (office.records(tag)[0].seq for tag in (Tag.REVIEW_REFUSED, Tag.REVIEW_APPROVED))
    assert office.messenger.audit[0] == [approved_at, refused_at]
