"""Nobody starves: people take turns, one person's commands are bounded, and refusals do not fill the audit channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Inbound
from bot.language.recorded_facts import record_messages
from bot.plugin import Message
from bot.store.repositories.folded_refusals import FOLD_MS, MOST_SUBJECTS
from bot.store.repositories.jobs import Job, Receipt
from bot.usecases.authority import card_token
from bot.usecases.chat.channel_pace import ChannelRateLimiter, PostKind
from bot.usecases.intake.receipts import MOST_WAITING, receive
from bot.usecases.outcomes.follow_ups import BY_BUTTON
from bot.usecases.requests.withdrawal import withdraw
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, OLGA, SHELL, VERA, VIKTOR, CoreBot
from tests.usecases.messenger import LINES_PER_MESSAGE

ALWAYS: dict[str, Callable[[CoreBot, ChangeRequest], Inbound]] = {
    "freeze": lambda core_bot, change: core_bot.typed(OLGA, "freeze"),
    "help": lambda core_bot, change: core_bot.typed(OLGA, "help"),
    "whoami": lambda core_bot, change: core_bot.typed(OLGA, "whoami"),
    "withdraw": lambda core_bot, change: core_bot.click(OLGA, change, card_token.WITHDRAW),
    "reject": lambda core_bot, change: core_bot.form(OLGA, change, "no"),
    "approve": lambda core_bot, change: core_bot.click(OLGA, change, card_token.APPROVE),
}
COUNTED = {
    "a command that reads a portal": lambda core_bot: core_bot.typed(OLGA, "thing list"),
    "a command of the bot's own": lambda core_bot: core_bot.typed(OLGA, "request list"),
    "a line that cannot be read": lambda core_bot: core_bot.typed(OLGA, "thnig"),
}


def fill(core_bot: CoreBot) -> None:
    """As many commands of one person as may wait."""
    for _ in range(MOST_WAITING):
        assert receive(core_bot.ctx, core_bot.typed(OLGA, "thing list")) is Receipt.NEW


def jobs(core_bot: CoreBot) -> int:
    return len(core_bot.store.engine.rows("SELECT id FROM jobs"))


@pytest.mark.parametrize("kind", COUNTED)
def test_the_twenty_first_waiting_command_of_a_person_is_not_taken_on(core_bot: CoreBot, kind: str) -> None:
    fill(core_bot)
    before, command = jobs(core_bot), COUNTED[kind](core_bot)
    assert receive(core_bot.ctx, command) is Receipt.TOO_MANY
    assert receive(core_bot.ctx, command) is Receipt.REPEATED
    assert jobs(core_bot) == before
    assert receive(core_bot.ctx, core_bot.typed(VERA, "thing list")) is Receipt.NEW
    core_bot.do_jobs()
    assert receive(core_bot.ctx, core_bot.typed(OLGA, "thing list")) is Receipt.NEW


@pytest.mark.parametrize("kind", ALWAYS)
def test_what_stops_decides_or_helps_is_neither_counted_nor_refused(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.ask()
    for _ in range(3):
        assert receive(core_bot.ctx, ALWAYS[kind](core_bot, change)) is Receipt.NEW
    fill(core_bot)
    assert receive(core_bot.ctx, ALWAYS[kind](core_bot, change)) is Receipt.NEW


@pytest.mark.parametrize("button", sorted(BY_BUTTON))
def test_a_click_too_many_that_plans_is_told_to_who_pressed_it_and_recorded_each_time(
    core_bot: CoreBot, button: str
) -> None:
    """An acknowledged click carries no answer of its own."""
    change = core_bot.approved("thing paint one --colour blue")
    core_bot.work()
    fill(core_bot)
    for _ in range(2):
        assert receive(core_bot.ctx, core_bot.click(OLGA, change, button)) is Receipt.TOO_MANY
    assert receive(core_bot.ctx, core_bot.click(OLGA, change, button, value="1001.x.y.z")) is Receipt.TOO_MANY
    assert en(core_bot.waiting_private_notices()[-1].reply.title).startswith("20 of your commands are waiting")
    refused = core_bot.records(Tag.REVIEW_REFUSED)
    assert [(record.actor, record.subject) for record in refused] == [
        *[(OLGA.id, change.id)] * 2,
        (OLGA.id, "card"),
    ]


@pytest.mark.parametrize("slow", [False, True])
def test_a_person_with_many_waiting_commands_does_not_starve_another(core_bot: CoreBot, slow: bool) -> None:
    """Whether one runner does them one after the other, or several are kept by a slow portal."""
    fill(core_bot)
    for _ in range(2):
        receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    served: list[str] = []
    under_way: list[Job] = []
    with core_bot.store.unit_of_work() as store:
        while len(served) < 5:
            job = store.jobs.claim(core_bot.clock.now_ms())
            if job is not None:
                served.append("vera" if VERA.user in job.payload else "olga")
                under_way.append(job)
            if job is None or not slow:
                store.jobs.finish(under_way.pop(0))
    assert served == ["olga", "vera", "olga", "vera", "olga"]


def test_answers_go_to_people_in_turn(core_bot: CoreBot) -> None:
    for _ in range(5):
        core_bot.take(core_bot.typed(OLGA, "thing list"))
    core_bot.take(core_bot.typed(VERA, "whoami"))
    core_bot.deliver()
    assert [notice.person for notice in core_bot.messenger.private_notices][:3].count(VERA) == 1
    assert len(core_bot.messenger.private_notices) == 6


def refused(core_bot: CoreBot) -> list[dict[str, object]]:
    return [dict(record.facts) for record in core_bot.records(Tag.COMMAND_REFUSED)]


def test_refusals_after_the_first_are_one_record_with_count_and_subjects(core_bot: CoreBot) -> None:
    shared = record_messages({"reason": Message("policy.not_listed")})
    for line in ("thing list", "thing remove one", "thing list", "request list"):
        core_bot.take(core_bot.typed(GLEB, line))
    core_bot.take(core_bot.typed(VIKTOR, "thing remove one"))
    assert [facts["line"] for facts in refused(core_bot)] == ["thing list", "thing remove one"]
    core_bot.restart()
    core_bot.wait(FOLD_MS / 1000 + 1)
    assert refused(core_bot)[2:] == [{**shared, "count": 3, "subjects": "thing remove one; thing list; request list"}]
    core_bot.take(core_bot.typed(GLEB, "thing list"))
    assert refused(core_bot)[3:] == [{**shared, "line": "thing list"}]
    core_bot.wait(2 * FOLD_MS / 1000)
    assert len(refused(core_bot)) == 4, "one that stayed alone is no second record"


@pytest.mark.parametrize("set_by", [-600_000, 600_000])
def test_a_clock_that_is_set_loses_no_folded_refusal(core_bot: CoreBot, set_by: int) -> None:
    for _ in range(3):
        core_bot.take(core_bot.typed(GLEB, "thing list"))
    core_bot.clock.set_by = set_by
    core_bot.take(core_bot.typed(GLEB, "request list"))
    assert [facts.get("count") for facts in refused(core_bot)] == [None, 2, None]


def test_of_many_different_refused_lines_some_are_named_and_all_are_counted(core_bot: CoreBot) -> None:
    for number in range(MOST_SUBJECTS + 6):
        core_bot.take(core_bot.typed(GLEB, f"thing remove n{number}"))
    core_bot.wait(FOLD_MS / 1000 + 1)
    rest = refused(core_bot)[1]
    assert rest["count"] == MOST_SUBJECTS + 5
    assert str(rest["subjects"]).count(";") == MOST_SUBJECTS - 1


def test_a_command_too_many_is_a_refusal_that_is_folded_too(core_bot: CoreBot) -> None:
    fill(core_bot)
    for _ in range(50):
        receive(core_bot.ctx, core_bot.typed(OLGA, "thing remove one"))
    assert len(refused(core_bot)) == 1
    core_bot.wait(FOLD_MS / 1000 + 1)
    assert [facts.get("count") for facts in refused(core_bot)] == [None, 49]


@pytest.mark.parametrize("kind", ["command", "click", "form"])
def test_deliveries_that_reuse_a_key_are_one_record_a_minute_after_the_first(core_bot: CoreBot, kind: str) -> None:
    change = core_bot.ask()
    pairs: dict[str, tuple[Inbound, Inbound]] = {
        "command": (core_bot.typed(OLGA, "thing list"), core_bot.typed(OLGA, "thing remove one")),
        "click": (core_bot.click(OLGA, change, card_token.APPROVE), core_bot.click(OLGA, change, card_token.WITHDRAW)),
        "form": (core_bot.form(OLGA, change, "a"), core_bot.form(OLGA, change, "b")),
    }
    first, second = pairs[kind]
    receive(core_bot.ctx, first)
    for _ in range(30):
        assert receive(core_bot.ctx, replace(second, key=first.key)) is Receipt.MISMATCHED
    assert len(core_bot.records(Tag.DELIVERY_MISMATCHED)) == 1
    core_bot.wait(FOLD_MS / 1000 + 1)
    assert [record.facts for record in core_bot.records(Tag.DELIVERY_MISMATCHED)] == [{}, {"count": 29}]


def test_what_the_terminal_is_refused_again_and_again_is_folded_for_each_change_request(core_bot: CoreBot) -> None:
    """A script that tries the same again in a loop; each try is a command there, not a click."""
    changes = [core_bot.ask(f"thing remove {name}") for name in ("one", "two")]
    for _ in range(5):
        for change in changes:
            with core_bot.store.unit_of_work() as tx:
                withdraw(tx, core_bot.ctx, SHELL, change)
    refused = core_bot.records(Tag.REVIEW_REFUSED)
    assert [record.subject for record in refused] == [change.id for change in changes]
    core_bot.wait(FOLD_MS / 1000 + 1)
    rest = core_bot.records(Tag.REVIEW_REFUSED)[2:]
    assert [(record.subject, record.actor, record.facts["count"]) for record in rest] == [
        (change.id, SHELL.id, 4) for change in changes
    ]
    assert rest[0].facts == {**refused[0].facts, "count": 4}


def test_a_refused_click_or_form_is_never_folded(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    for _ in range(4):
        core_bot.press(VIKTOR, change)
        core_bot.send(VIKTOR, change, "no")
    assert len(core_bot.records(Tag.REVIEW_REFUSED)) == 8


def test_the_audit_line_that_an_approval_waits_for_goes_before_a_backlog(core_bot: CoreBot) -> None:
    """Refused clicks are never folded, so that their lines can be many."""
    change, other = core_bot.ask("thing remove one"), core_bot.ask("thing remove two")
    for _ in range(3 * LINES_PER_MESSAGE):
        core_bot.press(VIKTOR, other)
    core_bot.press(ANTON, change)
    (approval,) = core_bot.records(Tag.REVIEW_APPROVED)
    core_bot.messenger.audit.clear()
    assert core_bot.dispatcher.deliver_one()
    assert core_bot.messenger.audit[0][0] == approval.seq
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.DONE
    core_bot.deliver()
    said = [seq for numbers in core_bot.messenger.audit for seq in numbers]
    assert len(said) == len(set(said))
    assert set(said) >= {record.seq for record in core_bot.records(Tag.REVIEW_REFUSED)}


class Meanwhile(ChannelRateLimiter):
    """A pace at whose first question something happens."""

    happens: Callable[[], object] | None = None

    def take(self, channel: str, way: PostKind) -> bool:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return super().take(channel, way)


@pytest.mark.parametrize("put_off", [0, 1_000])
def test_a_line_that_becomes_the_first_while_the_dispatcher_looks_goes_first(core_bot: CoreBot, put_off: int) -> None:
    """Also where it waits for another try: then nothing goes before that."""
    change = core_bot.ask()
    core_bot.press(VIKTOR, change)

    def approve() -> None:
        core_bot.press(ANTON, change)
        due = core_bot.clock.now + put_off if put_off else 0
        with core_bot.store.unit_of_work() as store:
            store.engine.execute("UPDATE outbox SET due_steady = ? WHERE kind = 'audit' AND urgency = 1", due)

    pace = Meanwhile(core_bot.clock)
    core_bot.configure(pace=pace)
    pace.happens = approve
    core_bot.messenger.audit.clear()
    core_bot.dispatcher.deliver_one()
    assert len(core_bot.messenger.audit) == (0 if put_off else 1)
    core_bot.deliver()
    refused_at, approved_at = (core_bot.records(tag)[0].seq for tag in (Tag.REVIEW_REFUSED, Tag.REVIEW_APPROVED))
    assert core_bot.messenger.audit[0] == [approved_at, refused_at]
