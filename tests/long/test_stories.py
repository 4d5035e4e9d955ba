"""Approval in stories, a line each: what people do, how the last change request stands, and what is on record.

The kinds of stories are those that approval by several people needs everywhere: who may review what, how often, how
many it takes, what comes too late, and what happens when the rules change between the question and the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.change.change_request import Status
from tests.language.english import en
from tests.long.rig import NAMES, PEOPLE, Rig, scratch
from tests.long.telling import Telling
from tests.long.words import Word
from tests.usecases.core_bot import SHELL

Row = tuple[str, str, str]

ASKING: list[Row] = [
    ("olga asks remove one", "pending 0 olga WAITS", "opened"),
    ("olga asks paint one", "pending 0 olga WAITS_FOR_YOU", "opened"),
    ("olga asks paint precious", "pending 0 olga WAITS", "opened"),
    ("viktor asks remove one", "none 0 viktor TOO_LOW", "refused"),
    ("gleb asks remove one", "none 0 gleb UNLISTED", "refused"),
    ("stranger asks remove one", "none 0 stranger FOREIGN_LINE", "refused"),
    ("olga asks remove seven", "none 0 olga NOTHING", "ran"),
    ("olga asks remove one --dry-run", "none 0 olga PREVIEW", "ran"),
    ("the portal goes away; olga asks remove one", "none 0 olga PORTAL_DOWN", ""),
    ("the bot is frozen; olga asks remove one", "none 0 olga FROZEN", ""),
    ("the bot is frozen; the bot is unfrozen; olga asks remove one", "pending 0 olga WAITS", "opened"),
    ("olga asks remove one; vera asks remove one", "pending 0 vera OPEN_ALREADY", "opened"),
    ("olga asks remove one; vera asks paint one", "pending 0 vera MUST_END", "opened"),
    ("olga asks remove one; vera asks remove two", "pending 0 vera WAITS", "opened opened"),
    ("vera becomes nobody; ida becomes operator; anton asks remove one", "none 0 anton TOO_FEW", ""),
    ("2: vera becomes nobody; anton asks remove one", "none 0 anton TOO_FEW", ""),
    ("2: vera becomes nobody; olga asks remove one", "pending 0 olga WAITS", "opened"),
    ("the channel dies; olga asks remove one; vera asks remove two", "pending 0 vera AUDIT_DEAD", "opened"),
    (
        "nobody delivers; olga asks remove one; 1801 s pass; olga asks remove two",
        "pending 0 olga AUDIT_LATE",
        "opened",
    ),
    ("olga asks remove one; that comes again", "pending 0 olga WAITS", "opened"),
]

ONE = "olga asks remove one"
MADE = "intended answered ended"
RAN = f"opened approved {MADE}"
APPROVING: list[Row] = [
    (f"{ONE}; anton approves; it runs", "done 1 olga WAITS", RAN),
    (f"{ONE}; ida approves; it runs", "done 1 olga WAITS", RAN),
    (f"{ONE}; anton approves; that comes again; it runs", "done 1 olga WAITS", RAN),
    (f"{ONE}; olga approves", "pending 0 olga OWN", "opened refused"),
    (f"{ONE}; olga becomes admin; olga approves", "pending 0 olga OWN", "opened refused"),
    ("anton asks remove one; anton approves", "pending 0 anton OWN", "opened refused"),
    ("anton asks remove one; vera approves; it runs", "done 1 anton WAITS", RAN),
    (f"{ONE}; viktor approves", "pending 0 viktor NOT_APPROVER", "opened refused"),
    (f"{ONE}; gleb approves", "pending 0 gleb NOT_APPROVER", "opened refused"),
    (f"{ONE}; stranger approves", "pending 0 stranger FOREIGN_CLICK", "opened refused"),
    (f"{ONE}; gleb becomes approver; gleb approves; it runs", "done 1 olga WAITS", RAN),
    (f"{ONE}; anton becomes operator; anton approves", "pending 0 anton NOT_APPROVER", "opened refused"),
    (f"{ONE}; anton approves; vera approves", "approved 0 vera TOO_LATE_APPROVED", "opened approved"),
    (f"{ONE}; anton approves; it runs; vera approves", "done 1 vera TOO_LATE_DONE", RAN),
    (f"{ONE}; anton approves; it runs; gleb approves", "done 1 gleb TOO_LATE_DONE", f"{RAN} refused"),
    (f"{ONE}; 900 s pass; anton approves", "expired 0 anton TOO_LATE_EXPIRED", "opened expired"),
    (f"{ONE}; 899 s pass; anton approves; it runs", "done 1 olga WAITS", RAN),
    (f"{ONE}; 900 s pass; the scheduler looks", "expired 0 olga WAITS", "opened expired"),
    (f"{ONE}; anton prods", "pending 0 anton NO_SUCH_BUTTON", "opened"),
    (f"{ONE}; anton undoes", "pending 0 anton NO_SUCH_BUTTON", "opened"),
    (f"{ONE}; anton approves with another number", "pending 0 anton FORGED", "opened refused"),
    (f"{ONE}; anton approves with another digest", "pending 0 anton FORGED", "opened refused"),
    (f"{ONE}; anton approves with another card", "pending 0 anton FORGED", "opened refused"),
    (f"{ONE}; anton approves with another signature", "pending 0 anton FORGED", "opened refused"),
    (f"{ONE}; anton approves with another channel", "pending 0 anton FORGED", "opened refused"),
    (
        f"{ONE}; vera asks remove two; anton approves on the first card",
        "pending 0 vera WAITS",
        "opened opened approved",
    ),
]

GUEST = "Slack says that anton is a guest"
MEMBERS: list[Row] = [
    (f"Slack says that olga is a guest; {ONE}", "none 0 olga NO_MEMBER", "refused"),
    (f"Slack says that olga is a bot; {ONE}", "none 0 olga NO_MEMBER", "refused"),
    (f"Slack is silent; {ONE}", "none 0 olga SLACK_NOT_ASKED", "refused"),
    (f"Slack is silent; Slack tells again; {ONE}", "pending 0 olga WAITS", "opened"),
    (f"{ONE}; 61 s pass; {GUEST}; anton approves", "pending 0 anton NO_MEMBER", "opened refused"),
    (f"{ONE}; 61 s pass; Slack is silent; anton approves", "pending 0 anton SLACK_NOT_ASKED", "opened refused"),
    (
        f"{ONE}; Slack says that vera is a deleted; 61 s pass; vera approves",
        "pending 0 vera NO_MEMBER",
        "opened refused",
    ),
    (f"{ONE}; anton approves; {GUEST}; 61 s pass; it runs", "failed 0 olga WAITS", "opened approved stopped"),
    (
        f"{ONE}; anton approves; Slack says that olga is a guest; 61 s pass; it runs",
        "failed 0 olga WAITS",
        "opened approved stopped",
    ),
    (f"{ONE}; anton approves; Slack is silent; 61 s pass; it runs", "approved 0 olga WAITS", "opened approved"),
    (
        f"{ONE}; anton approves; Slack is silent; 61 s pass; it runs; Slack tells again; 6 s pass; it runs",
        "done 1 olga WAITS",
        "opened approved intended answered ended",
    ),
    (
        f"2: {ONE}; anton approves; {GUEST}; 61 s pass; vera approves; it runs",
        "pending 0 olga WAITS",
        "opened approved approved",
    ),
    (
        f"2: {ONE}; anton approves; 50 s pass; vera would reject; 11 s pass; Slack is silent; vera approves",
        "pending 0 vera UNASKED_OTHERS",
        "opened approved refused",
    ),
    (
        f"{ONE}; Slack says that olga is a guest; 61 s pass; olga withdraws",
        "pending 0 olga NO_MEMBER",
        "opened refused discarded",
    ),
]

TWO = "2: olga asks remove one"
QUORUM: list[Row] = [
    (f"{TWO}; anton approves; it runs", "pending 0 olga WAITS", "opened approved"),
    (f"{TWO}; anton approves; anton approves", "pending 0 anton TWICE", "opened approved"),
    (
        f"{TWO}; anton approves; anton becomes viewer; vera approves; anton becomes approver; vera approves; it runs",
        "done 1 olga WAITS",
        "opened approved approved intended answered ended",
    ),
    (f"{TWO}; anton approves; olga approves", "pending 0 olga OWN", "opened approved refused"),
    (
        f"{TWO}; anton approves; vera approves; it runs",
        "done 1 olga WAITS",
        f"opened approved {RAN.removeprefix('opened ')}",
    ),
    (
        f"{TWO}; anton approves; anton becomes nobody; vera approves; it runs",
        "pending 0 olga WAITS",
        "opened approved approved",
    ),
    (
        f"{TWO}; anton approves; anton becomes nobody; vera approves; ida approves; it runs",
        "done 1 olga WAITS",
        "opened approved approved approved intended answered ended",
    ),
    (
        f"{TWO}; anton approves; vera approves; vera becomes viewer; it runs",
        "failed 0 olga WAITS",
        "opened approved approved stopped",
    ),
    (f"{TWO}; anton approves; anton says no: Hm", "pending 0 anton FIXED", "opened approved"),
    (f"{TWO}; anton approves; vera says no: Not today", "rejected 0 olga WAITS", "opened approved rejected"),
    (
        "3: olga asks remove one; anton approves; vera approves; it runs",
        "pending 0 olga WAITS",
        "opened approved approved",
    ),
    (f"{TWO}; the worker starts again; anton approves; it runs", "pending 0 olga WAITS", "opened approved"),
    (f"{ONE}; the worker starts again; anton approves; it runs", "done 1 olga WAITS", RAN),
]

REJECTING: list[Row] = [
    (f"{ONE}; anton would reject", "pending 0 olga WAITS", "opened"),
    (f"{ONE}; anton would reject; anton says no: Not today", "rejected 0 olga WAITS", "opened rejected"),
    (f"{ONE}; anton says no: ", "pending 0 anton NO_REASON", "opened"),
    (f"{ONE}; olga says no: Hm", "pending 0 olga OWN", "opened refused"),
    (f"{ONE}; viktor would reject", "pending 0 viktor NOT_APPROVER", "opened refused"),
    (f"{ONE}; viktor says no: Hm", "pending 0 viktor NOT_APPROVER", "opened refused"),
    (f"{ONE}; stranger says no: Hm", "pending 0 stranger FOREIGN_CLICK", "opened refused"),
    (
        f"{ONE}; anton would reject; anton becomes nobody; anton says no: Hm",
        "pending 0 anton NOT_APPROVER",
        "opened refused",
    ),
    (f"{ONE}; anton forges a no", "pending 0 anton FORGED_FORM", "opened refused"),
    (f"{ONE}; anton says no: Hm; vera approves", "rejected 0 vera TOO_LATE_REJECTED", "opened rejected"),
    (f"{ONE}; anton says no: Hm; vera says no: Hm", "rejected 0 vera TOO_LATE_REJECTED", "opened rejected"),
    (f"{ONE}; anton approves; vera says no: Hm; it runs", "rejected 0 olga WAITS", "opened approved rejected"),
    (f"{ONE}; anton approves; it runs; vera says no: Hm", "done 1 vera TOO_LATE_DONE", RAN),
    (f"{ONE}; anton approves; viktor says no: Hm", "approved 0 viktor NOT_APPROVER", "opened approved refused"),
    (f"{ONE}; anton approves; it runs; viktor says no: Hm", "done 1 viktor TOO_LATE_DONE", f"{RAN} refused"),
    (f"{ONE}; 900 s pass; anton says no: Hm", "expired 0 anton TOO_LATE_EXPIRED", "opened expired"),
    (f"{ONE}; anton says no: Hm; olga asks remove one", "pending 0 olga WAITS", "opened rejected opened"),
]

WITHDRAWING: list[Row] = [
    (f"{ONE}; olga withdraws", "withdrawn 0 olga WITHDRAWN", "opened withdrawn"),
    (f"{ONE}; ida withdraws", "pending 0 ida NOT_YOURS", "opened refused"),
    (f"{ONE}; olga withdraws; anton approves", "withdrawn 0 anton TOO_LATE_WITHDRAWN", "opened withdrawn"),
    (f"{ONE}; anton approves; olga withdraws; it runs", "withdrawn 0 olga WITHDRAWN", "opened approved withdrawn"),
    (f"{ONE}; anton approves; it runs; olga withdraws", "done 1 olga TOO_LATE_DONE", RAN),
    (f"{ONE}; olga becomes nobody; olga withdraws", "withdrawn 0 olga WITHDRAWN", "opened withdrawn"),
]

AWAY = "61 s pass; Slack is silent"
STOPPING: list[Row] = [
    (f"{ONE}; anton approves; olga types freeze; it runs", "failed 0 olga FROZEN", "opened approved set ran stopped"),
    (
        f"{ONE}; anton approves; viktor types freeze; it runs",
        "done 1 viktor TOO_LOW",
        f"opened approved refused {MADE}",
    ),
    (f"{ONE}; {AWAY}; olga types freeze; the scheduler looks", "pending 0 olga HOLDS", "opened"),
    (
        f"{ONE}; {AWAY}; olga types freeze; the scheduler looks; 60 s pass; the scheduler looks",
        "pending 0 olga FROZEN",
        "opened set changed",
    ),
    (
        f"{ONE}; anton approves; {AWAY}; olga withdraws; Slack tells again; it runs; 6 s pass; it runs",
        "withdrawn 0 olga WITHDRAWN",
        "opened approved withdrawn",
    ),
    (
        f"{ONE}; anton approves; {AWAY}; vera says no: Hm; the worker starts again; it runs; "
        "the scheduler looks; 60 s pass; the scheduler looks; Slack tells again; 6 s pass; it runs",
        "done 1 vera NOT_STOPPED",
        f"opened approved discarded {MADE}",
    ),
]

MINE = "olga asks paint one"
MINE_RAN = RAN.replace("approved", "confirmed")
UNDONE = f"{MINE}; olga confirms; it runs; olga undoes; olga confirms; it runs"
CONFIRMING: list[Row] = [
    (f"{MINE}; olga confirms; it runs", "done 1 olga WAITS_FOR_YOU", MINE_RAN),
    (f"{MINE}; anton confirms", "pending 0 anton NOT_REQUESTER", "opened refused"),
    (f"{MINE}; olga becomes viewer; olga confirms", "pending 0 olga NOT_OPERATOR", "opened refused"),
    (f"{MINE}; vera asks remove one", "pending 0 vera WAITS", "opened withdrawn opened"),
    (f"{MINE}; olga asks paint one", "pending 0 olga OPEN_ALREADY", "opened"),
    (f"{MINE}; olga asks remove one", "pending 0 olga MUST_END", "opened"),
    (f"{MINE}; olga confirms; vera asks remove one", "approved 0 vera MUST_END", "opened confirmed"),
    (f"{MINE}; olga confirms; olga becomes viewer; it runs", "failed 0 olga WAITS_FOR_YOU", "opened confirmed stopped"),
    (f"{MINE}; olga confirms; it runs; olga undoes", "pending 1 olga WAITS_FOR_YOU", f"{MINE_RAN} opened"),
    (f"{MINE}; olga confirms; it runs; viktor undoes", "done 1 viktor TOO_LOW", f"{MINE_RAN} refused"),
    (f"{MINE}; olga confirms; it runs; one turns red; olga undoes", "done 1 olga NOTHING", f"{MINE_RAN} ran"),
    (f"{MINE}; olga confirms; it runs; 2592001 s pass; olga undoes", "done 1 olga NO_SUCH_BUTTON", MINE_RAN),
    (f"{ONE}; anton approves; it runs; olga undoes", "done 1 olga NO_SUCH_BUTTON", RAN),
    (UNDONE, "done 2 olga WAITS_FOR_YOU", f"{MINE_RAN} {MINE_RAN}"),
    (f"{UNDONE}; olga undoes on the first card", "done 2 olga UNDONE", f"{MINE_RAN} {MINE_RAN}"),
]

YES = f"{ONE}; anton approves"
STOPPED = "opened approved stopped"
RUNNING: list[Row] = [
    (f"{YES}; anton becomes nobody; it runs", "failed 0 olga WAITS", STOPPED),
    (f"{YES}; olga becomes viewer; it runs", "failed 0 olga WAITS", STOPPED),
    (f"{YES}; the bot is frozen; it runs; vera approves", "failed 0 vera TOO_LATE_FAILED", STOPPED),
    (f"{ONE}; the bot is frozen; anton approves", "pending 0 anton FROZEN", "opened refused"),
    (
        f"{ONE}; {AWAY}; olga types freeze; Slack tells again; anton approves",
        "pending 0 anton FREEZE_WAITS",
        "opened refused",
    ),
    (
        f"{ONE}; the bot is frozen; anton approves; the bot is unfrozen; anton approves; it runs",
        "done 1 anton FROZEN",
        "opened refused approved intended answered ended",
    ),
    (f"{ONE}; the bot is frozen; anton says no: Hm", "rejected 0 olga WAITS", "opened rejected"),
    (f"the channel dies; {ONE}; anton approves", "pending 0 anton AUDIT_DEAD", "opened refused"),
    (f"{YES}; the portal goes away; it runs", "failed 0 olga WAITS", STOPPED),
    (f"{YES}; one is removed by hand; it runs; vera approves", "gone 0 vera TOO_LATE_GONE", STOPPED),
    (f"{YES}; one turns grey; it runs; vera approves", "changed 0 vera TOO_LATE_CHANGED", STOPPED),
    (f"{YES}; another digest is written; it runs", "failed 0 olga WAITS", STOPPED),
    (f"{ONE}; another digest is written; anton approves on the first card", "pending 0 anton FORGED", "opened refused"),
    (
        f"{MINE} --colour blue; olga confirms; lime is written over blue; it runs",
        "failed 0 olga WAITS_FOR_YOU",
        "opened confirmed stopped",
    ),
    (
        f"{MINE} --colour blue; lime is written over blue; the fitting digest is written; olga confirms; it runs",
        "failed 0 olga WAITS_FOR_YOU",
        "opened confirmed stopped",
    ),
    (
        f"{MINE} --colour blue; olga confirms; lime is written over blue; the fitting digest is written; it runs",
        "failed 0 olga WAITS_FOR_YOU",
        "opened confirmed stopped",
    ),
    (
        "2: olga asks paint precious --colour blue; anton approves; lime is written over blue; "
        "the fitting digest is written; vera approves; it runs",
        "failed 0 olga WAITS",
        "opened approved approved stopped",
    ),
    (f"{YES}; 601 s pass; it runs; vera approves", "expired 0 vera TOO_LATE_EXPIRED", "opened approved expired"),
    (f"{ONE}; the channel dies; anton approves; it runs", "failed 0 olga WAITS", STOPPED),
    (
        f"{ONE}; the channel dies; anton approves; 601 s pass; the channel is back; the scheduler looks; it runs",
        "expired 0 olga WAITS",
        "opened approved expired changed",
    ),
    (f"{YES}; the portal refuses; it runs", "failed 1 olga WAITS", RAN),
    (f"{YES}; the portal refuses and does it; it runs", "gone 1 olga WAITS", RAN),
    (f"{YES}; the portal lies; it runs", "failed 1 olga WAITS", RAN),
    (f"{YES}; the portal loses the answer; it runs", "done 1 olga WAITS", RAN),
    (f"{YES}; the portal loses the request; it runs; vera approves", "unknown 1 vera TOO_LATE_UNKNOWN", RAN),
    (f"{YES}; the portal loses the request; it runs; it is read back", "failed 1 olga WAITS", f"{RAN} resolved"),
    (
        f"{YES}; the portal loses the request; it runs; one turns grey; it is read back; vera approves",
        "failed 1 vera TOO_LATE_PARTLY",
        f"{RAN} resolved",
    ),
    (
        f"{YES}; the portal loses the request; it runs; one is removed by hand; the scheduler looks",
        "done 1 olga WAITS",
        f"{RAN} resolved",
    ),
    (f"{YES}; the portal does it and goes away; it runs; it is read back", "unknown 1 olga WAITS", RAN),
    (
        f"{YES}; the portal does it and goes away; it runs; the portal is back; it is read back",
        "done 1 olga WAITS",
        f"{RAN} resolved",
    ),
    (
        f"{YES}; the portal does it while somebody freezes the bot; it runs",
        "done 1 olga WAITS",
        RAN,
    ),
    (
        f"{YES}; the portal does it and breaks the plugin; it runs; 60 s pass; it runs; the scheduler looks",
        "done 1 olga BROKEN",
        "opened approved intended interrupted resolved",
    ),
    (
        f"{YES}; the portal does it and the worker dies; it runs; vera approves",
        "running 1 vera TOO_LATE_RUNNING",
        "opened approved intended",
    ),
    (
        f"{YES}; the portal does it and the worker dies; it runs; the worker starts again; it runs; it is read back",
        "done 1 olga WAITS",
        "opened approved intended interrupted resolved",
    ),
    (
        f"{YES}; the portal gets it and the worker dies; it runs; the worker starts again; it runs; it is read back",
        "failed 1 olga WAITS",
        "opened approved intended interrupted resolved",
    ),
    (f"{YES}; it runs; it runs; the worker starts again; it runs", "done 1 olga WAITS", RAN),
]

LOST = f"{YES}; the portal does it and goes away; it runs"
LATE = f"{LOST}; the scheduler looks; 901 s pass; the scheduler looks"
SETTLING: list[Row] = [
    (f"{LOST}; vera says it was done", "unknown 1 vera READ_BACK", f"{RAN} refused"),
    (f"{LATE}; vera says it was done", "done 1 vera SETTLED", f"{RAN} resolved"),
    (f"{LATE}; vera says it was not done", "failed 1 vera SETTLED", f"{RAN} resolved"),
    (f"{LATE}; vera says it was not done; anton approves", "failed 1 anton TOO_LATE_NOT_DONE", f"{RAN} resolved"),
    (f"{LATE}; olga says it was done", "unknown 1 olga NOT_YOUR_WORD", f"{RAN} refused"),
    (f"{LATE}; viktor says it was done", "unknown 1 viktor NO_WORD", f"{RAN} refused"),
    (f"{LATE}; stranger says it was done", "unknown 1 stranger NO_WORD", f"{RAN} refused"),
    (f"{LATE}; Slack says that vera is a guest; vera says it was done", "unknown 1 vera NO_MEMBER", f"{RAN} refused"),
    (f"{LATE}; vera says it was done; ida says it was not done", "done 1 ida NOTHING_TO_SETTLE", f"{RAN} resolved"),
    (f"{LATE}; the portal is back; 5 s pass; the scheduler looks", "done 1 olga WAITS", f"{RAN} resolved"),
    (f"{ONE}; vera says it was done", "pending 0 vera NOTHING_TO_SETTLE", "opened"),
    (f"{ONE}; viktor says it was done", "pending 0 viktor NOTHING_TO_SETTLE", "opened refused"),
]

STORIES = [
    *SETTLING,
    *ASKING,
    *APPROVING,
    *MEMBERS,
    *QUORUM,
    *REJECTING,
    *WITHDRAWING,
    *STOPPING,
    *CONFIRMING,
    *RUNNING,
]


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with scratch() as folder:
        made = Rig(Path(folder))
        yield made
        made.close()


@pytest.mark.parametrize(("story", "ends", "tags"), STORIES, ids=[row[0] for row in STORIES])
def test_a_story_ends_as_it_should(rig: Rig, story: str, ends: str, tags: str) -> None:
    """A number and a colon before the story is the quorum. `ends` is the status of the last change request, the calls
    the portal got, and who was told something last; the tags are the last words of what is on record."""
    logging.disable(logging.CRITICAL)
    quorum, clauses = (story[0], story[3:]) if story[1] == ":" else ("1", story)
    rig.reset(int(quorum))
    telling = Telling(rig)
    telling.tell(clauses)
    logging.disable(logging.NOTSET)
    status, calls, who, word = ends.split()
    assert (telling.changes[-1].status if telling.changes else "none") == status
    assert len(rig.core_bot.toy.calls) == int(calls)
    last = rig.core_bot.messenger.private_notices[-1]
    assert (NAMES[last.person.id], Word[word] in en(last.reply.title)) == (who, True), last.reply.title
    # What becomes of roles is recorded as done at the shell, where the story is not.
    told = [record for record in rig.core_bot.records()[rig.first_seq :] if record.actor != SHELL.id]
    assert [record.tag.rsplit(":", 1)[1] for record in told] == tags.split()


def test_the_stories_meet_every_answer_and_every_status() -> None:
    said = [ends.split() for _, ends, _ in STORIES]
    assert {Word[word] for *_, word in said} == set(Word)
    assert {status for status, *_ in said} == {*Status, "none"}


def test_every_ending_of_a_story_is_checked_by_its_people() -> None:
    """The people of the stories are those of the rig, so that no story is about nobody."""
    assert {ends.split()[2] for _, ends, _ in STORIES} <= set(PEOPLE)
