"""What an ended request says is true now, and what to do next, fits what was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest, Status
from bot.plugin import Message, Person, Text
from bot.usecases.outcomes.next_steps import list_next_steps
from bot.usecases.outcomes.present_state import describe_now
from bot.usecases.outcomes.request_kinds import REQUEST_KINDS, find_kind
from tests.core.samples import ANNA, CHANGE
from tests.language.english import en

ANYBODY = Person(person=ANNA.id)
NAMED = mentions.mark_account(ANNA.id)
SUMMARIES: dict[str, Message] = {
    "access grant": Message("admin.grant", person=ANYBODY, role="approver"),
    "access revoke": Message("admin.revoke", person=ANYBODY, role="approver"),
    "access link": Message("admin.link.link", account="prod:27", person=ANYBODY),
    "access unlink": Message("admin.link.unlink", account="prod:27", before="Anna"),
    "request review": Message("admin.review", request="CR-1001"),
    "unfreeze": Message("admin.unfreeze"),
    "portal connect": Message("bitrix24.connect.approve_summary", portal="prod", address="a.example", client="c"),
}
NOW: dict[str, tuple[str, str]] = {
    "access grant": (f"{NAMED} received the role approver.", f"The role of {NAMED} did not change."),
    "access revoke": (f"The role approver was taken from {NAMED}.", f"The role of {NAMED} did not change."),
    "access link": (f"prod:27 was linked to {NAMED}.", "The link of prod:27 did not change."),
    "access unlink": ("prod:27 was unlinked.", "The link of prod:27 did not change."),
    "request review": (
        "A second person has reviewed CR-1001.",
        "CR-1001 ran without approval, and its review is still missing.",
    ),
    "unfreeze": ("Changes are allowed again.", "This request did not end the freeze."),
    "portal connect": (
        "The connection is approved. It is not made yet.",
        "The connection is not approved.",
    ),
}


def ended(path: str, status: Status, summary: Text = "") -> ChangeRequest:
    plan = replace(CHANGE.plan, summary=summary or SUMMARIES[path])
    return replace(CHANGE, status=status, path=path, line=f"{path} CR-1001", plugin=BUILTIN, local=True, plan=plan)


def test_each_kind_of_request_has_a_case_here() -> None:
    assert set(REQUEST_KINDS) == set(SUMMARIES) == set(NOW)


@pytest.mark.parametrize("path", SUMMARIES)
def test_an_ending_says_what_it_means_for_what_was_asked_for(path: str) -> None:
    made, not_made = NOW[path]
    assert en(describe_now(ended(path, Status.DONE)) or "") == made
    for status in (Status.FAILED, Status.CHANGED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED):
        assert en(describe_now(ended(path, status)) or "") == not_made


def test_a_review_that_was_not_made_is_asked_for_again_by_its_own_command() -> None:
    (step,) = list_next_steps(ended("request review", Status.EXPIRED), on_card=True)
    assert mentions.unmark(en(step)) == "Ask for the review again: request review CR-1001"


def test_a_summary_that_names_other_things_is_called_a_change() -> None:
    assert find_kind(ended("access grant", Status.DONE, "Give somebody a role")) is None
    assert en(describe_now(ended("access grant", Status.DONE, "Give somebody a role")) or "") == "The change was made."


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.RUNNING])
def test_nothing_is_said_of_what_has_not_ended(status: Status) -> None:
    change = replace(CHANGE, status=status)
    assert describe_now(change) is None
    assert list_next_steps(change, on_card=True) == ()
