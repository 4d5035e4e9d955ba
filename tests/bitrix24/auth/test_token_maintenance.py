"""Pairs that nobody uses are renewed before the portal forgets them, rarely, and their age is told when that fails."""

from __future__ import annotations

import logging

import pytest

from bot.core.audit.audit_record import Tag
from plugins.bitrix24.auth.backup_tokens import REFUSED, Spares
from plugins.bitrix24.auth.credentials import Vault
from plugins.bitrix24.auth.token_maintenance import IDLE_DAYS, idle_days
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.auth.test_token_refresh import generation
from tests.bitrix24.desk import Desk

DAY = 86_400


def days(desk: Desk, number: float) -> None:
    """Time passes, for the bot and for the portal."""
    desk.clock.advance(number * DAY)
    desk.portal.clock.advance(number * DAY)


def tend(desk: Desk) -> int:
    """Let the plugin look after its own; how often it asked the token endpoint for that."""
    before = len(desk.refreshes())
    desk.plugin.tend(desk.services)
    return len(desk.refreshes()) - before


def test_a_pair_in_use_is_left_alone(desk: Desk) -> None:
    assert tend(desk) == 0
    days(desk, IDLE_DAYS - 0.5)
    assert tend(desk) == 0
    assert desk.rows("connector list"), "renewed on the way, by a call"
    days(desk, IDLE_DAYS - 0.5)
    assert tend(desk) == 0


def test_an_idle_pair_is_renewed_once_and_then_every_three_weeks(desk: Desk) -> None:
    renewed = 0
    for _ in range(24 * 10):
        days(desk, 0.5)
        renewed += tend(desk)
    assert renewed == 120 // IDLE_DAYS
    assert generation(desk) == 1 + renewed
    assert len(desk.recorded(Tag.TOKENS_RENEWED)) == renewed
    assert desk.rows("connector list")


def test_without_being_looked_after_the_pair_dies(desk: Desk) -> None:
    """The simulated portal keeps to the 180 days, so the test above means something."""
    days(desk, 181)
    assert "locked out" in desk.refusal("connector list").sentence


def test_a_spare_is_proven_soon_and_then_kept_alive(desk: Desk) -> None:
    desk.store_spare()
    assert tend(desk) == 1
    known = Spares(desk.services).known(Vault(desk.services).portal("default"))
    assert known is not None
    assert known.proven
    assert tend(desk) == 0
    for _ in range(10):
        days(desk, IDLE_DAYS)
        assert desk.rows("connector list")
        assert tend(desk) == 1, "the spare; the pair in use was renewed by the call"
    desk.lose()
    assert desk.rows("connector list")
    assert desk.recorded(Tag.TOKENS_REPLACED)


def test_a_spare_that_is_refused_is_told_and_asked_for_no_more(desk: Desk) -> None:
    desk.store_spare()
    desk.lose("default#spare")
    assert tend(desk) == 1
    assert tend(desk) == 0
    (record,) = desk.recorded(Tag.TOKENS_REFUSED)
    assert (record.facts["chain"], record.facts["code"]) == ("spare", "invalid_grant")
    assert desk.services.secrets.read("default#spare") is None
    (note,) = desk.reply("portal check").notes
    assert "the last one is lost: " in note
    known = Spares(desk.services).known(Vault(desk.services).portal("default"))
    assert known is not None
    assert known.state == REFUSED


@pytest.mark.parametrize("fault", ["lost_before", "error_html"])
def test_a_token_endpoint_in_trouble_costs_nothing_but_one_question_each_time(desk: Desk, fault: str) -> None:
    desk.store_spare()
    desk.fault(fault, "oauth.token", times=2)
    assert [tend(desk) for _ in range(4)] == [1, 1, 1, 0]
    assert desk.recorded(Tag.TOKENS_REFUSED) == []


def test_a_locked_out_pair_is_left_to_a_person(desk: Desk) -> None:
    desk.lose()
    desk.refusal("connector list")
    days(desk, IDLE_DAYS + 1)
    assert tend(desk) == 0


def paid(desk: Desk, yes: bool) -> None:
    with desk.portal.world.lock:
        desk.portal.state.change_app(desk.portal.client_id, paid=yes)


def test_a_pair_that_is_refused_for_a_reason_that_may_pass_is_tried_once_a_day(desk: Desk) -> None:
    desk.expire()
    paid(desk, False)
    desk.refusal("connector list")
    asked = 0
    for _ in range(24):
        days(desk, 0.25)
        asked += tend(desk)
    assert asked == 6
    assert len(desk.recorded(Tag.TOKENS_REFUSED)) == 1, "the same refusal is no news"
    paid(desk, True)
    days(desk, 1)
    assert tend(desk) == 1
    assert generation(desk) == 2
    assert tend(desk) == 0


def test_a_refusal_does_not_make_a_pair_young(desk: Desk) -> None:
    days(desk, 5)
    desk.expire()
    assert desk.rows("connector list"), "renewed on the way, by a call"
    desk.expire()
    paid(desk, False)
    desk.refusal("connector list")
    days(desk, 26)
    desk.refusal("connector list")
    assert idle_days(desk.services, Vault(desk.services).portal("default")) == 26


def test_an_idle_pair_that_is_lost_is_replaced_by_the_spare(desk: Desk) -> None:
    desk.store_spare()
    tend(desk)
    days(desk, IDLE_DAYS + 1)
    desk.lose()
    tend(desk)
    assert len(desk.recorded(Tag.TOKENS_REPLACED)) == 1
    assert desk.rows("connector list")


@pytest.mark.parametrize(("age", "words"), [(25, ""), (26, "28 days only"), (149, "28 days only"), (150, "180 days")])
def test_an_old_pair_is_told_in_the_log_and_by_check(
    desk: Desk, age: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.portal.clock.advance(0)
    desk.clock.advance(age * DAY)
    desk.fault("lost_before", "oauth.token", times="forever")
    with caplog.at_level(logging.WARNING):
        tend(desk)
    notes = " ".join(desk.reply("portal check").notes)
    assert (f"The refresh token was last renewed {age} days ago" in notes) is bool(words)
    assert words in notes
    assert words in caplog.text


def test_what_goes_wrong_with_one_portal_stops_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.run(
        "portal add",
        name="another",
        domain=desk.portal.url,
        member_id="m2",
        client_id="c",
        client_secret=Secret("s"),
        access_token=Secret("a"),
        refresh_token=Secret("r"),
    )
    desk.services.secrets.delete("default")
    desk.clock.advance(IDLE_DAYS * DAY)
    with caplog.at_level(logging.WARNING):
        assert tend(desk) == 1
    assert "the tokens of the portal default cannot be looked after" in caplog.text
