"""A slash command becomes an answer, or one change request with a card; refusals are recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.audit.recorded_card import Part, read_card
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.policy import Allowed, Refused, Terms
from bot.core.bot_errors import NotPermitted
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered, Planned
from bot.core.change.plans import decision_to_json
from bot.core.messages.notices import Mood
from bot.core.principals import Role
from bot.plugin import Refusal, TargetRefused, TargetUnreachable
from bot.usecases.admin.allow_list import revoke_role
from bot.usecases.authority import card_token
from bot.usecases.authority.eligibility import MOST_OPEN
from bot.usecases.chat.chat_port import Channels
from bot.usecases.chat.delivery_errors import ChannelDead
from bot.usecases.requests.change_opening import check_can_be_decided
from bot.usecases.requests.command_answers import preview
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en, en_facts
from tests.usecases.core_bot import ANTON, APPROVALS, AUDIT, GLEB, IDA, OLGA, OPS, ROLES, SHELL, STRANGER, VERA, CoreBot
from tests.usecases.toy import BETA, FORGED


def no_change(core_bot: CoreBot) -> bool:
    return core_bot.store.changes.with_status(Status) == []


def test_a_reply_goes_to_the_person_alone_by_the_address_of_the_answer(core_bot: CoreBot) -> None:
    assert core_bot.type(VERA, "thing list") == "Things"
    notice = core_bot.messenger.private_notices[-1]
    assert (notice.person, notice.channel, notice.mood) == (VERA, OPS, Mood.ANSWER)
    assert notice.answer_url == "https://hooks.slack.com/commands/1"
    assert notice.reply.table is not None
    assert [record.facts["line"] for record in core_bot.records(Tag.COMMAND_RAN)] == ["thing list"]
    assert core_bot.messenger.audit == []


def test_data_for_programs_does_not_wait_in_the_outbox(core_bot: CoreBot) -> None:
    assert consider_data(core_bot) is not None
    core_bot.type(VERA, "whoami")
    assert core_bot.messenger.private_notices[-1].reply.data is None


def consider_data(core_bot: CoreBot) -> object:
    answered = plan_or_read(core_bot.ctx, VERA, "whoami")
    assert isinstance(answered, Answered)
    return answered.reply.data


def test_nothing_to_do_is_calm_and_opens_nothing(core_bot: CoreBot) -> None:
    assert core_bot.type(OLGA, "thing remove three") == "There is no three."
    assert core_bot.messenger.private_notices[-1].mood is Mood.CALM
    assert no_change(core_bot)


def test_a_change_request_gets_a_card_in_the_approval_channel(core_bot: CoreBot) -> None:
    answer = core_bot.type(OLGA, 'thing remove one --reason "It is old."')
    change = core_bot.change()
    assert answer == f"CR-1001 (Remove one) waits for approval. Its card goes to {mentions.channel(APPROVALS)}."
    assert core_bot.messenger.private_notices[-1].mood is Mood.CALM
    assert (change.status, change.requester, change.reason) == (Status.PENDING, OLGA, "It is old.")
    assert (change.channel, change.card) == (APPROVALS, "1.0")
    assert change.expires_at - change.created_at == 3_600_000
    assert core_bot.messenger.cards == [(1001, Status.PENDING, "1.0")]
    assert core_bot.toy.calls == []


def test_the_record_of_a_change_request_holds_what_was_asked(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one --reason because")
    (record,) = core_bot.records(Tag.CHANGE_REQUESTED)
    assert (record.actor, record.subject) == (OLGA.id, change.id)
    assert record.facts == {
        "line": "thing remove one",
        "terms": record.facts["terms"],
        "card": record.facts["card"],
        "summary": "Remove one",
        "portal": "default",
        "target": "thing:one",
        "risk": "destroy",
        "decision": decision_to_json(change.decision),
        "digest": change.digest,
        "reason": "because",
    }
    card = read_card(record.facts["card"])
    assert card is not None
    assert card.language == "en"
    assert [(line.part, line.english) for line in card.lines] == [
        (Part.SUMMARY, "Remove one"),
        (Part.CALL, "Remove one."),
        (Part.UNDO, "It cannot be put back."),
        (Part.WARNING, "It is gone then."),
        (Part.RADIUS, "red one"),
    ]


def test_what_only_needs_confirming_is_asked_where_it_was_typed(core_bot: CoreBot) -> None:
    assert core_bot.type(OLGA, "thing paint one") == (
        f"CR-1001 (Paint one) waits for you to confirm it. Its card goes to {mentions.channel(OPS)}."
    )
    assert core_bot.change().channel == OPS


def test_what_is_confirmed_from_nowhere_is_asked_in_the_approval_channel(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "thing paint one", channel="")
    assert core_bot.change().channel == APPROVALS


def test_without_an_approval_channel_the_card_is_where_it_was_typed(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(channels=Channels(audit=AUDIT))
    assert core_bot.ask("thing remove one").channel == OPS


def test_the_shell_needs_an_approval_channel(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(channels=Channels(audit=AUDIT))
    core_bot.type(SHELL, "thing remove one")
    assert "B24BOT_APPROVAL_CHANNEL is not set" in core_bot.last_private_notice
    assert no_change(core_bot)


def test_another_change_of_the_same_target_is_not_taken_on_while_the_first_is_open(core_bot: CoreBot) -> None:
    first = core_bot.ask("thing remove one")
    assert core_bot.type(VERA, "thing paint one") == "Not accepted: CR-1001 (Remove one) must end first."
    assert core_bot.messenger.private_notices[-1].mood is Mood.REFUSAL
    (hint,) = core_bot.messenger.private_notices[-1].reply.notes
    assert en(hint).startswith(f"{mentions.person(OLGA)} asked for CR-1001 at ")
    assert f"Its card is in {mentions.channel(APPROVALS)}. Its status: waiting for approval. Ask again" in en(hint)
    assert [change.number for change in core_bot.store.changes.with_status(Status)] == [first.number]


def test_a_second_request_for_the_same_target_finds_the_card_of_the_first(core_bot: CoreBot) -> None:
    """Whoever asks for the same."""
    first = core_bot.ask("thing remove one")
    assert core_bot.type(VERA, "thing remove one --reason again") == (
        f"CR-1001 (Remove one) is open for this already, in {mentions.channel(APPROVALS)}. "
        "Its status: waiting for approval."
    )
    assert [change.number for change in core_bot.store.changes.with_status(Status)] == [first.number]
    assert len(core_bot.messenger.cards) == 2, "the card is shown again"
    assert len(core_bot.records(Tag.CHANGE_REQUESTED)) == 1


def test_what_only_waits_for_its_own_requester_gives_way_to_what_somebody_else_asks_for(core_bot: CoreBot) -> None:
    """Nobody else could end it, so whoever left it would keep the thing from everybody."""
    left = core_bot.ask("thing paint one --colour blue")
    assert "CR-1002 (Remove one) waits for approval" in core_bot.type(VERA, "thing remove one")
    core_bot.deliver()
    assert core_bot.now(left).status is Status.WITHDRAWN
    assert (
        core_bot.now(left).outcome
        == f"Withdrawn: {mentions.person(VERA)} asked for another change of the same target before it was confirmed."
    )
    (record,) = core_bot.records(Tag.CHANGE_WITHDRAWN)
    assert (record.actor, record.subject) == (VERA.id, left.id)
    assert f"{mentions.person(OLGA)} {mentions.person(VERA)} asked for CR-1002 (Remove one)" in core_bot.threads[-1]
    assert (1001, Status.WITHDRAWN, "1.0") in core_bot.messenger.cards
    assert ": withdrawn" in core_bot.press(OLGA, left, card_token.CONFIRM)
    core_bot.work()
    assert core_bot.toy.calls == []


def test_their_own_second_command_finds_the_card_they_have_not_confirmed(core_bot: CoreBot) -> None:
    """By whichever of their accounts."""
    core_bot.ask("thing paint one")
    core_bot.configure(people=IdentityGroups.of({(OLGA, VERA)}))
    for who in (OLGA, VERA):
        assert "CR-1001 (Paint one) is open for this already" in core_bot.type(who, "thing paint one")
        assert "CR-1001 (Paint one) must end first" in core_bot.type(who, "thing remove one")
    assert core_bot.change().status is Status.PENDING
    assert core_bot.records(Tag.CHANGE_WITHDRAWN) == []


def test_what_is_confirmed_already_does_not_give_way(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one")
    core_bot.press(OLGA, change, card_token.CONFIRM)
    core_bot.hears(core_bot.typed(VERA, "thing remove one"))
    assert core_bot.change().number == change.number
    assert core_bot.now(change).status is Status.APPROVED


def test_who_may_open_no_more_does_not_make_anything_give_way(core_bot: CoreBot) -> None:
    core_bot.toy.things |= {f"more{number}": "red" for number in range(MOST_OPEN)}
    for number in range(MOST_OPEN):
        core_bot.ask(f"thing remove more{number}", VERA)
    core_bot.ask("thing paint one")
    assert "The most is 10" in core_bot.type(VERA, "thing remove one")
    assert core_bot.change().status is Status.PENDING


def test_the_same_thing_at_another_portal_is_another_target(core_bot: CoreBot) -> None:
    core_bot.toy.known.append(BETA)
    core_bot.ask("thing remove one --portal default")
    core_bot.ask("thing remove one --portal beta")
    assert len(core_bot.store.changes.with_status([Status.PENDING])) == 2


def test_once_it_has_ended_it_can_be_asked_again(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.send(ANTON, change, "no")
    assert core_bot.ask().number == 1002


def test_a_dry_run_shows_all_and_opens_nothing(core_bot: CoreBot) -> None:
    assert core_bot.type(OLGA, "thing remove one --dry-run") == "Remove one: only shown, nothing was done"
    facts = core_bot.messenger.private_notices[-1].reply.facts
    assert facts == (
        ("Portal", "default · acme.example.com"),
        ("Would do", "Remove one."),
        ("Affects", "red one"),
        ("Warning", "It is gone then."),
        ("Undo", "This cannot be undone. It cannot be put back."),
        ("Needs", "the approval of one other approver or admin"),
    )
    assert no_change(core_bot)
    assert core_bot.messenger.cards == []


def test_a_preview_says_how_much_can_be_undone(core_bot: CoreBot) -> None:
    planned = plan_or_read(core_bot.ctx, OLGA, "thing paint one")
    assert isinstance(planned, Planned)
    assert ("Undo", "This can be undone. Paint it back.") in en_facts(preview(planned))


def test_a_plan_that_nobody_decides_is_never_taken_on(core_bot: CoreBot) -> None:
    """A decision that lets a plan run at once does not exist for plans; should one come, it is refused."""
    planned = plan_or_read(core_bot.ctx, OLGA, "thing paint one")
    assert isinstance(planned, Planned)
    for decision in (Allowed(), Refused(reason="No.")):
        with pytest.raises(NotPermitted):
            check_can_be_decided(core_bot.ctx, OLGA, replace(planned, decision=decision))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("thing list", "You are not on the allow-list."),
        ("thing remove one", "You are not on the allow-list."),
    ],
)
def test_a_refusal_is_told_and_recorded(core_bot: CoreBot, text: str, sentence: str) -> None:
    assert core_bot.type(GLEB, text) == sentence
    assert core_bot.messenger.private_notices[-1].mood is Mood.REFUSAL
    (record,) = core_bot.records(Tag.COMMAND_REFUSED)
    told = {"line": text, "reason": sentence, "messages": '{"reason":{"arguments":{},"key":"policy.not_listed"}}'}
    assert (record.actor, record.facts) == (GLEB.id, told)
    assert core_bot.messenger.audit == [[record.seq]]


def test_a_person_of_another_team_is_refused_on_the_record(core_bot: CoreBot) -> None:
    assert core_bot.type(STRANGER, "thing remove one").startswith("You belong to another workspace")
    assert [record.actor for record in core_bot.records(Tag.COMMAND_REFUSED)] == [STRANGER.id]


def test_a_mistake_is_told_with_what_may_have_been_meant(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "thing remov one")
    notice = core_bot.messenger.private_notices[-1]
    assert (notice.mood, notice.suggestion) == (Mood.REFUSAL, "thing remove one")
    assert not any("Understood as" in en(note) for note in notice.reply.notes)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("thing list `", "thing list"),
        ("thing remove “one” —reason «old»", "thing remove one --reason old"),
        ("thing paint one --colour=„dark blue“", 'thing paint one --colour="dark blue"'),
        ("thing paint one\u202f--dry‑run", "thing paint one --dry-run"),
        ("thing paint ‘one’ --colour red", "thing paint one --colour red"),
        ("freeze «now»", "freeze now"),
        ("«thing remov one»", "thing remov one"),
    ],
)
def test_every_answer_to_a_line_that_was_read_otherwise_than_typed_shows_what_was_read(
    core_bot: CoreBot, typed: str, read: str
) -> None:
    """Answers, cards that wait, dry runs, nothing to do, what is done at once, and refusals."""
    core_bot.type(OLGA, typed)
    assert core_bot.messenger.private_notices[-1].reply.notes[-1] == f"Understood as: {read}"


@pytest.mark.parametrize(
    "typed",
    [
        "thing list",
        " thing  remove one --reason 'a b'",
        'thing paint one --colour "it’s"',
        "конектор список",
        "thing remov one",
        "thing list --portal nowhere",
        "thing boast error",
    ],
)
def test_a_line_that_was_read_as_typed_is_not_repeated(core_bot: CoreBot, typed: str) -> None:
    core_bot.type(OLGA, typed)
    assert not any("Understood as" in en(note) for note in core_bot.messenger.private_notices[-1].reply.notes)


def test_a_mention_in_a_refused_line_is_shown_by_its_name(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "thing remov <@U0005|gleb> <@U0006> «now»")
    assert core_bot.messenger.private_notices[-1].reply.notes[-1] == "Understood as: thing remov @gleb @U0006 now"
    assert core_bot.records(Tag.COMMAND_REFUSED) == []


def test_a_long_line_is_told_in_part(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "thing remov «" + "x" * 3_000 + "»")
    note = core_bot.messenger.private_notices[-1].reply.notes[-1]
    assert en(note).startswith("Understood as: thing remov xxx")
    assert en(note).endswith("… (3,012 characters)")
    assert len(en(note)) < 400


def test_an_error_of_the_portal_is_told_with_its_code_and_a_reference_and_without_marks(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    """The reference is in the log, with what was typed; what the person did wrong alone has none."""
    assert core_bot.type(OLGA, f"thing boast error{FORGED}") == "UVICTIM said no."
    reply = core_bot.messenger.private_notices[-1].reply
    facts = dict(reply.facts)
    assert facts["Code"] == "EUVICTIM"
    assert reply.notes == ("Ask UVICTIM.",)
    assert f"{facts['Reference']}: {OLGA.id} typed thing boast error" in caplog.text
    core_bot.type(OLGA, "thing refuse")
    assert core_bot.messenger.private_notices[-1].reply.facts == ()


def test_what_looks_like_a_secret_is_not_recorded(core_bot: CoreBot) -> None:
    core_bot.type(VERA, "thing list --colour xoxb-1234567890-abcdefgh")
    core_bot.type(GLEB, "thing remove xoxb-1234567890-abcdefgh")
    assert [record.facts["line"] for record in core_bot.records(Tag.COMMAND_REFUSED)] == [
        f"thing remove ‹secret, 24 characters, #{core_bot.store.keys.fingerprint('xoxb-1234567890-abcdefgh')[:6]}›"
    ]
    assert not any("xoxb" in str(record.facts) for record in core_bot.store.audit.walk())


def test_a_very_long_reason_is_cut(core_bot: CoreBot) -> None:
    assert core_bot.ask(f"thing remove one --reason {'x' * 900}").reason == "x" * 500


@pytest.mark.parametrize(
    ("quorum", "without", "sentence"),
    [
        (1, [ANTON, VERA, IDA], "1 other person with the role approver. Nobody can approve this now."),
        (2, [ANTON, VERA], "2 other people with the role approver. There is 1"),
        (4, [], "4 other people with the role approver. There are 3"),
    ],
)
def test_what_nobody_could_approve_is_refused_at_once(
    make_core_bot: Callable[..., CoreBot], quorum: int, without: list[object], sentence: str
) -> None:
    """The person of another team is an admin by the list and does not count."""
    roles = {who: role for who, role in ROLES.items() if who not in without}
    core_bot = make_core_bot(terms=Terms(quorum=quorum), roles=roles)
    assert sentence in core_bot.type(OLGA, "thing remove one")
    assert "b24bot access grant" in en(core_bot.messenger.private_notices[-1].reply.notes[0])
    assert no_change(core_bot)


def test_the_requester_is_not_counted_among_those_who_may_approve(core_bot: CoreBot) -> None:
    for who in (VERA, IDA):
        revoke_role(core_bot.store, who, by=SHELL)
    assert "Nobody can approve this now." in core_bot.type(ANTON, "thing remove one")
    assert "waits for approval" in core_bot.type(OLGA, "thing remove one")


def test_what_needs_only_confirming_needs_nobody_else(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(roles={OLGA: Role.OPERATOR})
    assert "waits for you to confirm" in core_bot.type(OLGA, "thing paint one")


@pytest.mark.parametrize("text", ["thing remove one", "thing paint one"])
def test_without_an_audit_channel_nothing_that_changes_is_taken_on(
    make_core_bot: Callable[..., CoreBot], text: str
) -> None:
    core_bot = make_core_bot(channels=Channels(approval=APPROVALS))
    assert core_bot.type(OLGA, text) == (
        "No audit channel is set (B24BOT_AUDIT_CHANNEL). You can still read, but changes are blocked. "
        "Ask again after the audit channel works."
    )
    assert no_change(core_bot)
    assert core_bot.type(OLGA, "thing list") == "Things"


def test_a_dead_audit_channel_refuses_and_is_tried_again_at_once(core_bot: CoreBot) -> None:
    """What somebody mended just now works with the next command, not a quarter of an hour later."""
    core_bot.messenger.fail("audit", *[ChannelDead("is_archived")] * 100)
    core_bot.type(GLEB, "thing list")
    core_bot.wait(600)
    sentence = core_bot.type(OLGA, "thing remove one")
    assert f"The audit channel {mentions.channel(AUDIT)} does not take messages: the channel is archived" in sentence
    assert no_change(core_bot)
    core_bot.messenger.faults.clear()
    core_bot.type(OLGA, "thing remove one")
    assert no_change(core_bot)
    assert core_bot.messenger.audit, "the refusal hurried the waiting line"
    assert "waits for approval" in core_bot.type(OLGA, "thing remove one")


@pytest.mark.parametrize(
    ("who", "text"),
    [(OLGA, "thing remove one"), (OLGA, "thing paint one"), (OLGA, "thing list"), (GLEB, "thing list")],
)
def test_what_cannot_be_recorded_does_not_happen_and_is_told(core_bot: CoreBot, who: object, text: str) -> None:
    core_bot.break_audit()
    answer = core_bot.type(GLEB if who is GLEB else OLGA, text)
    assert "The database cannot be written now (disk on fire)." in answer
    assert no_change(core_bot)
    assert core_bot.messenger.cards == []
    assert core_bot.toy.calls == []
    core_bot.mend_audit()
    assert not core_bot.store.jobs.waiting(core_bot.clock.now_ms() + 10**9)


def test_the_answer_and_the_end_of_the_job_are_one_transaction(core_bot: CoreBot) -> None:
    """After the answer is queued the job is gone: it is never answered twice."""
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    assert core_bot.store.engine.row("SELECT count(*) AS n FROM jobs") == {"n": 0}
    assert core_bot.store.outbox.counts()["new"] == 3


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (TargetRefused("It says no.", code="NO_WAY", facts={"http_status": 403}), {"Code": "NO_WAY"}),
        (TargetUnreachable("It is silent.", facts={"http_status": 403}), {}),
    ],
)
def test_what_the_remote_side_did_wrong_has_a_reference_by_which_an_admin_finds_the_facts(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture, error: TargetRefused, facts: dict[str, str]
) -> None:
    core_bot.toy.closed = error
    with caplog.at_level(logging.WARNING, "b24bot"):
        assert core_bot.type(OLGA, "thing remove one") == error.sentence
    told = dict(en_facts(core_bot.messenger.private_notices[-1].reply))
    reference = told.pop("Reference")
    assert told == facts
    (record,) = [each for each in caplog.records if reference in each.getMessage()]
    assert "http_status=403" in record.getMessage()
    assert OLGA.id in record.getMessage()


def test_what_the_bot_itself_refuses_needs_no_reference(core_bot: CoreBot) -> None:
    core_bot.toy.closed = Refusal("Not today.")
    assert core_bot.type(OLGA, "thing remove one") == "Not today."
    assert core_bot.messenger.private_notices[-1].reply.facts == ()
