"""The card of a change request, in every status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import mentions
from bot.core.authority.policy import Decision, NeedsApproval
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Review, Status, Verdict
from bot.core.principals import Principal
from bot.plugin import Call, CommandLine, Impact, Message, PageLink, Person, Place, Plan, Text, Undo, UndoKind
from bot.slack.render.card import card_blocks, card_text
from bot.slack.render.card_plan import COVERED
from bot.slack.render.form import make_reason_form
from bot.slack.render.slack_text import CUT, HIDDEN
from bot.usecases.outcomes.follow_ups import AGAIN
from tests.slack.checks import assert_openable, assert_postable, buttons_of, called, said
from tests.slack.kit import (
    ANTON,
    APPROVAL,
    BY_TWO,
    CONFIRMATION,
    EMERGENCY,
    NOON,
    OLGA,
    VERA,
    a_change,
    approved_by,
    with_plan,
)
from tests.tables.quick import fewer
from tests.tables.rows import each_row

VALUE = "1042.0123456789abcdef.0123456789abcdef0123456789abcdef"
HOSTILE = (
    "<!channel> <@U0666> <https://evil.test|Approve> *b* _i_ ~s~ `c` ```code``` &lt; "
    "\x00\x1b[31m \u202egnol\u2066 \r\n> Approved"
)
ASKED = NOON + 900_000
REJECTION = (Review(reviewer=ANTON, verdict=Verdict.REJECT, at=NOON, reason="too early"),)
DECISIONS: tuple[Decision, ...] = (APPROVAL, BY_TWO, CONFIRMATION, EMERGENCY)


def blocks_of(change: ChangeRequest) -> list[Any]:
    return card_blocks(change, VALUE)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("decision", DECISIONS, ids=["one", "two", "confirm", "glass"])
@pytest.mark.parametrize("reviews", [(), approved_by(ANTON, VERA), REJECTION], ids=["none", "approved", "rejected"])
@pytest.mark.parametrize(
    "words", ["", "plain words", HOSTILE, "long & " * 600], ids=["none", "plain", "hostile", "long"]
)
def test_slack_takes_the_card_in_every_status_and_it_calls_only_who_takes_part(
    status: Status, decision: Decision, reviews: Sequence[Review], words: str
) -> None:
    plan = with_plan(radius=(words,) * 50 if words else (), warnings=(words,) if words else ())
    change = a_change(status, decision=decision, reviews=tuple(reviews), reason=words, outcome=words, plan=plan)
    blocks = blocks_of(change)
    assert_postable(blocks)
    assert called(blocks, card_text(change)) <= {"<@U0001>", "<@U0002>", "<@U0003>"}


EVERYTHING_LONG = "x" * 4_000
AMPERSANDS = "&" * 4_000


@pytest.mark.sampled(3)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("text", [EVERYTHING_LONG, AMPERSANDS, "ä\n" * 2_000, "<!here>" * 600], ids="xänh")
def test_everything_as_long_as_can_be_still_fits_and_says_that_it_is_cut(status: Status, text: str) -> None:
    """docs/safety.md F19: 50 lines of 4,000 characters."""
    plan = with_plan(
        summary=text,
        calls=tuple(Call(method="m", params={}, note=text) for _ in range(50)),
        radius=(text,) * 50,
        warnings=(text,) * 50,
        undo=Undo(kind=UndoKind.NONE, sentence=text),
    )
    change = a_change(status, plan=plan, reason=text, outcome=text, line=text, reviews=approved_by(ANTON, VERA))
    blocks = blocks_of(change)
    assert_postable(blocks)
    assert len(card_text(change)) <= 3_000
    everything = said(blocks)
    assert CUT in everything
    assert "more" in everything


def test_the_card_of_what_was_undone_says_by_which_request_and_has_no_undo_button() -> None:
    plan = with_plan(undo=Undo(kind=UndoKind.FULL, sentence="It can be put back.", line="connector restore shop"))
    done = a_change(Status.DONE, plan=plan)
    assert [button["text"]["text"] for button in buttons_of(blocks_of(done))] == ["Undo…"]
    undone = replace(done, undone_by=1043)
    assert buttons_of(blocks_of(undone)) == []
    assert "done, and undone by CR-1043" in said(blocks_of(undone))
    assert card_text(undone).endswith("done, and undone by CR-1043")
    assert "*Now* · done, and undone by CR-1043 · The change is no longer in effect." in said(blocks_of(undone))
    assert "*Undoes*\nCR-1042" in said(blocks_of(replace(done, undo_of=1042)))


def test_the_card_of_a_confirmed_change_names_who_confirmed() -> None:
    shown = said(blocks_of(a_change(Status.DONE, decision=CONFIRMATION, reviews=approved_by(OLGA))))
    assert "*Confirmed by*\n<@U0001>" in shown
    assert "pproved" not in shown


def test_more_lines_than_are_shown_are_counted() -> None:
    shown = said(blocks_of(a_change(plan=with_plan(radius=tuple(f"line {n}" for n in range(50))))))
    assert "✂️ line 19\n… and 30 more" in shown


def test_twenty_lines_are_all_shown() -> None:
    shown = said(blocks_of(a_change(plan=with_plan(radius=tuple(f"line {n}" for n in range(20))))))
    assert "line 19" in shown
    assert "more" not in shown


@pytest.mark.parametrize(
    ("count", "covered"),
    [
        (0, "The approval is valid only while the number is 0."),
        (7, "The approval is valid while the number is 1 to 10."),
        (12, "The approval is valid while the number is 8 to 22."),
        (None, None),
    ],
)
def test_a_number_says_how_far_it_may_move_until_the_change_runs(count: int | None, covered: str | None) -> None:
    sentence = Message("card.label.impact") if count is None else Message("card.label.radius", count=count)
    plan = with_plan(impact=(Impact(label="chats", sentence=sentence),))
    for status in Status:
        shown = said(blocks_of(a_change(status, plan=plan)))
        if covered is not None and status in COVERED:
            assert covered in shown
        else:
            assert "covers" not in shown


def test_who_may_approve_finds_a_green_approve_and_a_red_reject() -> None:
    approve, reject, withdraw = buttons_of(blocks_of(a_change()))
    assert approve["text"]["text"].startswith("Approve")
    assert (approve["style"], reject["style"]) == ("primary", "danger")
    assert "style" not in withdraw
    assert {button["value"] for button in (approve, reject, withdraw)} == {VALUE}


def test_the_question_before_approving_names_the_plan_the_portal_and_the_undo_again() -> None:
    approve = buttons_of(blocks_of(a_change()))[0]
    question = approve["confirm"]
    assert question["title"]["text"] == "Approve CR-1042?"
    change = a_change()
    assert question["text"]["text"] == (
        "This runs now: Remove connector myconnector on prod. This affects 3 items. It can be undone in part. "
        f"Plan {change.digest[:4]}-{change.digest[4:8]}."
    )
    assert (question["confirm"]["text"], question["deny"]["text"]) == ("Approve removal", "Go back")


def test_a_portal_that_the_plan_names_is_not_named_twice() -> None:
    change = a_change(plan=with_plan(summary="Remove myconnector from prod"))
    assert card_text(change) == "🟠 CR-1042 Remove myconnector from prod: waiting for approval"
    assert said(make_reason_form(change, VALUE)["blocks"]).startswith("Remove myconnector from prod\n")


def test_without_anything_in_reach_the_question_says_nothing_of_lines() -> None:
    approve = buttons_of(blocks_of(a_change(plan=with_plan(radius=()))))[0]
    assert "affects" not in approve["confirm"]["text"]["text"]


def test_who_asked_confirms_what_needs_nobody_else() -> None:
    blocks = blocks_of(a_change(decision=CONFIRMATION, path="connector activate"))
    assert [button["text"]["text"] for button in buttons_of(blocks)] == ["Confirm activation", "Withdraw"]
    assert "*Needs*\nconfirmation by <@U0001>" in said(blocks)
    assert "waiting for confirmation" in card_text(a_change(decision=CONFIRMATION))
    assert "approv" not in card_text(a_change(Status.APPROVED, decision=CONFIRMATION))


def test_a_break_glass_change_is_red_asks_twice_and_says_what_follows() -> None:
    change = a_change(decision=EMERGENCY)
    blocks = blocks_of(change)
    assert_postable(blocks)
    confirm, withdraw = buttons_of(blocks)
    assert (confirm["text"]["text"], confirm["style"], withdraw["text"]["text"]) == (
        "Run without approval",
        "danger",
        "Withdraw",
    )
    assert confirm["action_id"] == "b24:confirm"
    dialog = confirm["confirm"]
    assert (dialog["style"], dialog["title"]["text"]) == ("danger", f"Run {change.id} without approval?")
    assert "All other admins are told, and one of them reviews it." in dialog["text"]["text"]
    assert card_text(change).startswith("🚨")
    assert "*Approval*\n🚨 <@U0001> is about to bypass it" in said(blocks)


def test_the_longest_action_still_leaves_a_dialog_that_slack_takes() -> None:
    assert_postable(blocks_of(a_change(decision=EMERGENCY, plan=with_plan(summary=EVERYTHING_LONG))))


@pytest.mark.parametrize(
    ("status", "reviews", "words"),
    [
        (Status.APPROVED, approved_by(OLGA), "🚨 bypassed by"),
        (Status.DONE, approved_by(OLGA), "🚨 bypassed by"),
        (Status.WITHDRAWN, (), "🚨 the bypass that"),
    ],
)
def test_that_break_glass_was_used_stays_on_the_card(status: Status, reviews: tuple[Review, ...], words: str) -> None:
    shown = said(blocks_of(a_change(status, decision=EMERGENCY, reviews=reviews)))
    assert f"{words} <@U0001>" in shown
    assert "Approved by" not in shown


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.RUNNING])
def test_while_it_is_open_it_does_not_look_like_any_other(status: Status) -> None:
    assert card_text(a_change(status, decision=EMERGENCY)).startswith("🚨")
    assert not card_text(a_change(status)).startswith("🚨")


def test_a_review_of_a_break_glass_change_cannot_be_withdrawn() -> None:
    review = a_change(plugin=BUILTIN, local=True, path="request review", line="request review CR-1001")
    assert [one["text"]["text"] for one in buttons_of(blocks_of(review))] == ["Approve review", "Reject…"]


def test_what_the_bot_itself_plans_names_people() -> None:
    call = Call(method="access.set", params={}, note=f"{mentions.person(VERA)} has the role admin after")
    assert "<@U0003> has the role admin after" in said(blocks_of(a_change(plan=with_plan(calls=(call,)))))


@pytest.mark.parametrize("decision", DECISIONS)
def test_what_is_approved_can_only_be_stopped(decision: Decision) -> None:
    rejected = ["Reject…"] if isinstance(decision, NeedsApproval) else []
    labels = [one["text"]["text"] for one in buttons_of(blocks_of(a_change(Status.APPROVED, decision=decision)))]
    assert labels == [*rejected, "Withdraw"]


@each_row("decision", DECISIONS)
@each_row("status", [one for one in Status if one not in {Status.PENDING, Status.APPROVED, *AGAIN}])
def test_what_runs_or_has_ended_has_no_buttons(status: Status, decision: Decision) -> None:
    assert buttons_of(blocks_of(a_change(status, decision=decision))) == []


@pytest.mark.parametrize("status", sorted(AGAIN))
def test_what_ended_with_nothing_done_can_be_asked_for_again(status: Status) -> None:
    change = a_change(status, plan=with_plan(before={"shop": "present"}, wanted={"shop": None}))
    blocks = blocks_of(change)
    assert [button["text"]["text"] for button in buttons_of(blocks)] == ["Ask again…"]
    assert "*Next* · Press “Ask again…” to plan the change anew" in said(blocks)


LINES = {"line 1 · Sales": "active", "line 2 · Help": "active", "registration": "present"}
AFFECTED = {"line 1 · Sales": "Sales: what its customers write does not arrive.", "line 2 · Help": "Help: likewise."}


def partly(**more: Any) -> ChangeRequest:
    """A removal that has cut off one line, and nothing else."""
    undo = Undo(kind=UndoKind.FULL, sentence="It can be put back.", line="connector restore shop")
    plan = with_plan(before=LINES, wanted=dict.fromkeys(LINES), undo=undo, consequences=AFFECTED)
    found = {label: word for label, word in LINES.items() if label != "line 1 · Sales"}
    return a_change(Status.FAILED, plan=plan, partly=True, found=found, **more)


def test_a_partly_done_card_says_what_stayed_who_is_cut_off_and_what_to_do_next() -> None:
    blocks = blocks_of(partly())
    shown = said(blocks)
    first, second = shown.splitlines()[1:3]
    changed = "Changed: line 1 · Sales. Not changed: line 2 · Help, registration."
    assert first == f"*Now* · partly applied · {changed}"
    assert "failed" not in shown
    assert "*Did not change*\n• line 2 · Help: active\n• registration: present" in shown
    assert "*Cut off now*\n✂️ Sales: what its customers write does not arrive." in shown
    assert "Help: likewise" not in shown
    assert [button["text"]["text"] for button in buttons_of(blocks)] == ["Undo…", "Ask again…"]
    undo = "Press “Undo…” to ask for `/b24 connector restore shop --portal prod`."
    assert second.startswith(f"*Next* · {undo} The undo restores what has changed. Press “Ask again…” to plan what")
    assert card_text(partly()).startswith("🟤 CR-1042")
    assert_postable(blocks)


def test_a_failed_card_with_nothing_changed_says_that_nobody_is_affected() -> None:
    shown = said(blocks_of(replace(partly(), partly=False, found=LINES)))
    assert "*Now* · failed · Nothing changed, and nobody is affected." in shown
    assert "• line 1 · Sales: active" in shown
    assert "Cut off now" not in shown


def test_what_nothing_shows_is_not_offered_again_once_a_part_was_done() -> None:
    blocks = blocks_of(a_change(Status.FAILED, plan=with_plan(wanted={}), partly=True))
    assert buttons_of(blocks) == []
    assert "*Next* · Check the result before you ask for the rest." in said(blocks)


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_card_of_what_nothing_can_prove_claims_no_proof_and_no_reading_back(decision: Decision) -> None:
    blind = with_plan(wanted={})
    for status in Status:
        shown = card_text(a_change(status, decision=decision, plan=blind))
        assert "verified" not in shown
        assert "check" not in shown
    shown = said(blocks_of(a_change(Status.UNKNOWN, decision=decision, plan=blind)))
    assert "no check can show which" in shown
    assert "Check the result yourself" in shown
    assert "being checked" not in shown


def test_votes_are_counted_while_they_are_needed() -> None:
    shown = said(blocks_of(a_change(decision=BY_TWO, reviews=approved_by(VERA))))
    assert "1/2 ✅ <@U0003>" in shown


def test_an_approval_that_does_not_count_any_more_is_shown_and_not_counted() -> None:
    gone, stands = approved_by(VERA, ANTON)
    shown = said(blocks_of(a_change(decision=BY_TWO, reviews=(replace(gone, counts=False), stands))))
    assert "1/2 ✅ <@U0002> · does not count any more: <@U0003>" in shown
    shown = said(blocks_of(a_change(decision=BY_TWO, reviews=(replace(gone, counts=False),))))
    assert "0/2 · does not count any more: <@U0003>" in shown


def test_a_card_that_waits_with_as_many_approvals_as_it_needs_says_that_a_press_counts_them() -> None:
    shown = said(blocks_of(a_change(decision=BY_TWO, reviews=approved_by(ANTON, VERA))))
    assert "2/2 ✅ <@U0002>, <@U0003> · press the approve button again" in shown


@pytest.mark.parametrize("status", Status)
def test_the_card_of_a_change_of_the_bot_itself_names_no_portal(status: Status) -> None:
    here = Place(name="b24bot", label="b24bot itself", identity="b24bot")
    plan = with_plan(summary=f"Give {mentions.person(ANTON)} the role admin")
    change = replace(a_change(status, plan=plan), plugin=BUILTIN, local=True, place=here)
    shown = said(blocks_of(change))
    assert "*Where*" not in shown
    assert "b24bot" not in shown
    assert "b24bot" not in card_text(change)
    assert "*Where*\nprod · acme.bitrix24.eu" in said(blocks_of(a_change(status)))


def test_whom_a_plan_is_about_is_mentioned_on_a_phone_and_in_the_form_as_on_the_card() -> None:
    whom = mentions.person(ANTON)
    plan = with_plan(summary=f"Give {whom} the role admin", notes=(f"{whom} has no role now.",))
    change = replace(a_change(plan=plan), plugin=BUILTIN, local=True)
    assert "Give <@U0002> the role admin: waiting" in card_text(change)
    assert called([], card_text(change)) <= called(blocks_of(change))
    assert "Give <@U0002> the role admin" in said(make_reason_form(change, VALUE)["blocks"])


def test_a_change_of_the_rules_is_done_and_claims_no_reading_back() -> None:
    """What was read afterwards may be the work of another hand."""
    shown = card_text(replace(a_change(Status.DONE), plugin=BUILTIN, local=True))
    assert "🟢" in shown
    assert "verified" not in shown


@pytest.mark.parametrize("status", Status)
def test_what_stands_above_the_calls_is_true_of_the_status(status: Status) -> None:
    shown = said(blocks_of(a_change(status)))
    assert ("*Effect*" in shown) is (status in (Status.PENDING, Status.APPROVED))
    assert ("*Possible effect*" in shown) is (status is Status.UNKNOWN)
    assert ("*The plan was*" in shown) is (not status.open)


def test_an_ended_card_tells_the_outcome_before_the_plan_and_warns_of_nothing_any_more() -> None:
    shown = said(blocks_of(a_change(Status.FAILED)))
    assert shown.index("*Outcome*") < shown.index("*The plan was*")
    assert "Warnings" not in shown
    assert "*Undo*" not in shown


def test_a_done_card_still_says_what_can_be_undone() -> None:
    assert "*Undo* · A part of this can be undone. the line data" in said(blocks_of(a_change(Status.DONE)))


def test_the_reason_is_quoted_line_by_line_so_that_it_cannot_pass_for_the_bots_words() -> None:
    """docs/safety.md F17: also with line ends that only some programs see."""
    shown = said(blocks_of(a_change(reason="tidy up\r*Approved by*\u2028@director\x0bnow")))
    assert "> tidy up\n> *Approved by*\n> @director\n> now" in shown


def test_a_name_on_the_portal_cannot_begin_a_line_of_its_own() -> None:
    shown = said(blocks_of(a_change(plan=with_plan(radius=("Sales\n*Approved by*\n@director",)))))
    assert "✂️ Sales *Approved by* @director" in shown


def test_a_typed_mark_calls_nobody() -> None:
    """Only the bot's own sentences carry marks; a reason is shown as typed."""
    change = a_change(reason=mentions.person(Principal(team="T0001", user="U0666")))
    assert called(blocks_of(change)) == {"<@U0001>"}


def test_what_turns_the_reading_direction_is_shown_as_a_sign() -> None:
    shown = said(blocks_of(a_change(reason="a\u202eb\x1bc")))
    assert f"> a{HIDDEN}b{HIDDEN}c" in shown


def test_back_ticks_cannot_leave_the_command() -> None:
    assert "`say 'hi'`" in said(blocks_of(a_change(line="say `hi`")))


def test_the_form_for_a_reason_is_taken_by_slack_however_long_the_plan_is() -> None:
    for summary in ("Remove connector myconnector", HOSTILE, AMPERSANDS):
        view = make_reason_form(a_change(plan=with_plan(summary=summary), number=99_999_999_999), VALUE)
        assert_openable(view)
        assert called(view["blocks"]) == set()


MENTIONS = ("<!channel>", "<!here>", "<@U0666>", "<@U0666|x>", "<!subteam^S1>", "<http://e.test|x>", "&lt;!channel&gt;")
MARKS = ("\ue000U0666\ue002", "\ue001C0666\ue002", "\ue000")
NASTY = st.sampled_from([*MENTIONS, *MARKS, *"*_~`\n\r&<>", "```", "\u202e", "\x00"])
WORDS = st.lists(st.one_of(NASTY, st.text(max_size=30)), max_size=12).map("".join)
LONG = st.one_of(WORDS, st.tuples(WORDS, st.integers(1, 400)).map(lambda pair: (pair[0] * pair[1])[:4_000]))


@st.composite
def changes(draw: st.DrawFn) -> ChangeRequest:
    """Change requests that hold anything a portal or a person could have put in; marks only where the bot writes."""
    unmarked = LONG.map(mentions.remove_marks)
    plan = with_plan(
        summary=draw(unmarked) or "s",
        radius=tuple(draw(st.lists(unmarked, max_size=50))),
        warnings=tuple(draw(st.lists(unmarked, max_size=5))),
        calls=tuple(Call(method="m", params={}, note=note) for note in draw(st.lists(unmarked, max_size=30))),
        undo=Undo(kind=draw(st.sampled_from(UndoKind)), sentence=draw(unmarked)),
    )
    return a_change(
        draw(st.sampled_from(Status)),
        plan=plan,
        decision=draw(st.sampled_from(DECISIONS)),
        reason=draw(LONG),
        outcome=draw(unmarked),
        line=draw(LONG),
        reviews=draw(st.sampled_from([(), approved_by(ANTON), approved_by(ANTON, VERA), REJECTION])),
        requester=draw(st.sampled_from([OLGA, Principal.shell("root")])),
    )


@given(change=changes())
@settings(max_examples=fewer(100, 25), suppress_health_check=list(HealthCheck))
def test_whatever_a_change_request_holds_its_card_is_taken_and_calls_nobody_else(change: ChangeRequest) -> None:
    blocks = blocks_of(change)
    assert_postable(blocks)
    assert called(blocks, card_text(change)) <= {"<@U0001>", "<@U0002>", "<@U0003>"}
    assert_openable(make_reason_form(change, VALUE))


@pytest.mark.parametrize("decision", DECISIONS, ids=["one", "two", "confirm", "glass"])
@pytest.mark.parametrize("plan", [with_plan(), with_plan(wanted={})], ids=["readable", "blind"])
def test_people_who_are_asked_get_two_buttons_and_each_restates_what_it_is_about(
    decision: Decision, plan: Plan
) -> None:
    change = a_change(Status.UNKNOWN, decision=decision, plan=plan, asked_at=ASKED)
    blocks = blocks_of(change)
    assert_postable(blocks)
    found = buttons_of(blocks)
    assert [(one["text"]["text"], one["action_id"]) for one in found] == [
        ("It was done", "b24:was_done"),
        ("It was not done", "b24:was_not_done"),
    ]
    assert {one["value"] for one in found} == {VALUE}
    for one in found:
        dialog = one["confirm"]
        assert dialog["title"]["text"] == f"CR-1042: {one['text']['text'][0].lower()}{one['text']['text'][1:]}?"
        assert plan.summary in dialog["text"]["text"]
        assert "the record names you as the source" in dialog["text"]["text"]
        assert dialog["confirm"]["text"] == one["text"]["text"]
    assert "b24bot request settle CR-1042 done|failed" in said(blocks)


def test_before_people_are_asked_an_unknown_outcome_has_no_buttons_and_nor_has_one_that_has_ended_since() -> None:
    assert buttons_of(blocks_of(a_change(Status.UNKNOWN))) == []
    assert buttons_of(blocks_of(a_change(Status.GONE, asked_at=ASKED))) == []


@pytest.mark.parametrize("text", [EVERYTHING_LONG, AMPERSANDS, HOSTILE * 20], ids=["x", "ampersands", "hostile"])
def test_slack_takes_the_two_buttons_of_a_plan_with_long_words(text: str) -> None:
    blocks = blocks_of(a_change(Status.UNKNOWN, asked_at=ASKED, plan=with_plan(summary=text)))
    assert_postable(blocks)
    assert all("the record names you as the source" in one["confirm"]["text"]["text"] for one in buttons_of(blocks))


def test_what_a_person_said_is_not_called_verified() -> None:
    for status, word in ((Status.DONE, "done"), (Status.FAILED, "not done")):
        change = a_change(status, asked_at=ASKED, settled_by=VERA, outcome="")
        for text in (card_text(change), said(blocks_of(change))):
            assert f"{word}, as a person reported" in text
            assert "verified" not in text
        assert f"<@U0003> checked and reported that the change was {'not ' if status is Status.FAILED else ''}made" in (
            said(blocks_of(change))
        )


def test_the_card_of_what_only_notes_something_has_a_body() -> None:
    """Adopting sends nothing to the portal; its card used to have a heading with nothing below it."""
    plan = with_plan(calls=(), notes=("Take shop into our records.", "A removal can be undone then."))
    assert "*Effect*\n• Take shop into our records.\n• A removal can be undone then." in said(
        blocks_of(a_change(plan=plan))
    )


ABOUT_PEOPLE: Mapping[str, tuple[Text, str]] = {
    "grant": (Message("admin.grant", person=Person(person=VERA.id), role="operator"), "Give the role operator"),
    "revoke": (Message("admin.revoke", person=Person(person=VERA.id), role="operator"), "Take away the role operator"),
    "other": (f"Praise {mentions.person(VERA)}", "Run /b24 access other"),
}


@pytest.mark.parametrize("word", ABOUT_PEOPLE)
def test_the_title_and_the_dialog_name_no_person_because_slack_shows_no_names_there(word: str) -> None:
    summary, told = ABOUT_PEOPLE[word]
    change = a_change(plan=with_plan(summary=summary), path=f"access {word}")
    blocks = blocks_of(change)
    assert blocks[0]["text"]["text"] == f"🟠 {told}"
    dialog = buttons_of(blocks)[0]["confirm"]["text"]["text"]
    assert dialog.startswith(f"This runs now: {told} on prod. The card names the person.")
    assert "<@U0003>" in card_text(change)
    assert "U0003" not in str(blocks[0]) + str(blocks[-1])
    assert blocks[1]["text"]["text"].startswith("*For* · ")
    assert "<@U0003>" in blocks[1]["text"]["text"]


def test_the_line_about_the_undo_says_once_whether_there_is_one_and_why_not() -> None:
    freeze = CommandLine(command_line="freeze")
    again = Undo(kind=UndoKind.NOT_NEEDED, sentence=Message("admin.unfreeze_undo", command=freeze))
    lost = Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.message.undo_rename"))
    told = "*Undo* · Nothing needs to be undone. Anybody with the role operator or higher can run `/b24 freeze` again."
    assert told in said(blocks_of(a_change(plan=with_plan(undo=again))))
    dialog = buttons_of(blocks_of(a_change(plan=with_plan(undo=again))))[0]["confirm"]["text"]["text"]
    assert "No undo is needed." in dialog
    assert "*Undo* · This cannot be undone. The portal does not return the old name." in said(
        blocks_of(a_change(plan=with_plan(undo=lost)))
    )


LINKED = with_plan(link=PageLink(label=Message("bitrix24.link.open"), address="https://shop.example/view/?line=2"))


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
@pytest.mark.parametrize("decision", DECISIONS, ids=["one", "two", "confirm", "glass"])
def test_whoever_decides_can_open_the_page_and_its_button_lets_nothing_happen(
    status: Status, decision: Decision
) -> None:
    blocks = blocks_of(a_change(status, decision=decision, plan=LINKED))
    assert_postable(blocks)
    *others, page = blocks[-1]["elements"]
    assert page["url"] == "https://shop.example/view/?line=2"
    assert page["text"]["text"] == "Open in Bitrix24"
    assert page.keys() == {"type", "action_id", "text", "url"}
    assert not any("url" in button for button in others)


def test_whoever_says_what_came_of_it_can_open_the_page() -> None:
    blocks = blocks_of(a_change(Status.UNKNOWN, asked_at=ASKED, plan=LINKED))
    assert [button.get("url") for button in blocks[-1]["elements"]] == [None, None, "https://shop.example/view/?line=2"]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING, Status.APPROVED}))
def test_a_card_that_asks_nobody_has_no_link(status: Status) -> None:
    assert "shop.example" not in str(blocks_of(a_change(status, plan=LINKED)))


@pytest.mark.parametrize(
    "address", ["http://shop.example", "javascript:alert(1)", "", "https://a/‹secret›", "https://" + "x" * 3_000]
)
def test_an_address_that_slack_or_a_browser_should_not_open_gets_no_button(address: str) -> None:
    plan = with_plan(link=PageLink(label="Open", address=address))
    blocks = blocks_of(a_change(Status.PENDING, plan=plan))
    assert_postable(blocks)
    assert not any("url" in button for button in blocks[-1]["elements"])
