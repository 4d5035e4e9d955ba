"""Identity of a signed payload: every id has the shape Slack gives it, and none stands for the host's shell."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.core.messages.deliveries import Click, inbound_from_json, inbound_to_json
from bot.core.principals import LOCAL_TEAM, Principal
from tests.slack.intake import Intake
from tests.slack.kit import ANTON, OLGA, click_payload, form_body, form_payload, payload_body, slash_fields

NO_IDS = ["local", "b24bot", "t0001", "T0001\n", "T0001:U0001", "Т0001", "*", "T" * 40, "U0001"]
"""What stands in a payload where a team's id belongs."""


def bodies(team: Any, user: Any) -> list[bytes]:
    """A slash command, a click and a form of this person."""
    someone = {"id": user, "username": "x", "name": "x", "team_id": team}
    return [
        form_body(slash_fields("freeze", team_id=team, user_id=user)),
        payload_body(click_payload(user=someone)),
        payload_body(click_payload(user={"id": user}, team={"id": team, "domain": "x"})),
        payload_body(form_payload(user=someone)),
    ]


@pytest.mark.parametrize("team", NO_IDS)
def test_a_signed_payload_with_a_team_id_that_is_none_of_slacks_is_refused_and_not_stored(
    module_intake: Intake, team: str, caplog: pytest.LogCaptureFixture
) -> None:
    """`local` is what the account of the host's shell is written with, whose role is admin."""
    before = module_intake.jobs()
    statuses = [module_intake.call(body).status for body in bodies(team, "root")]
    statuses += [module_intake.call(body).status for body in bodies(team, "U0001")]
    assert statuses == [400] * 8
    assert module_intake.jobs() == before
    refused = [one for one in caplog.records if getattr(one, "action", "") == "malformed"]
    assert len(refused) == 8, "each refusal is a line that can be counted"
    assert team not in {one.getMessage() for one in refused}, "and none repeats what a stranger sent"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("user", "id"), "B0001"),
        (("user", "id"), "root"),
        (("user", "id"), 7),
        (("enterprise",), {"id": "T0001"}),
        (("channel", "id"), "U0002"),
        (("channel", "id"), "#approvals"),
        (("container", "channel_id"), ["C0002"]),
        (("container", "message_ts"), "now"),
        (("message", "ts"), {}),
        (("team", "id"), True),
        (("api_app_id",), "b24bot"),
    ],
)
def test_a_click_with_an_id_of_another_kind_is_refused(
    module_intake: Intake, path: tuple[str, ...], value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    payload = click_payload()
    holder = payload if len(path) == 1 else payload[path[0]]
    holder[path[-1]] = value
    before = module_intake.jobs()
    with caplog.at_level(logging.WARNING):
        assert module_intake.call(payload_body(payload)).status == 400
    assert module_intake.jobs() == before


def test_ids_of_every_documented_kind_are_taken(module_intake: Intake) -> None:
    """Members of an organisation, users with W, direct messages and private channels."""
    before = len(module_intake.jobs())
    for number, (team, user, channel) in enumerate(
        [("T024BE7LD", "U024BE7LH", "C024BE91L"), ("E0KRQLJHF", "W012A3CDE", "D024BFF1M"), ("T1H9RESGL", "U1", "G1")]
    ):
        fields = slash_fields(
            "help", team_id=team, user_id=f"{user}A", channel_id=f"{channel}A", trigger_id=f"{number}"
        )
        assert module_intake.call(form_body(fields)).status == 200
    assert len(module_intake.jobs()) == before + 3


def test_no_stored_delivery_is_read_as_the_shells() -> None:
    """Whoever writes a job into the database cannot make it the word of the host's own shell."""
    click = Click(key="k", person=ANTON, channel="C0001", button="approve", value="v")
    forged = inbound_to_json(click).replace(ANTON.team, LOCAL_TEAM)
    assert inbound_from_json(inbound_to_json(click)) == click
    with pytest.raises(ValueError, match=r"Principal\.shell"):
        inbound_from_json(forged)


def test_the_shell_is_a_type_that_team_and_user_cannot_make() -> None:
    with pytest.raises(ValueError, match=r"Principal\.shell"):
        Principal(team=LOCAL_TEAM, user="root")
    assert Principal.shell("root").local
    assert Principal.read("local:root") == Principal.shell("root")
    assert not OLGA.local
