"""An installation of the app for a whole Enterprise Grid organisation: said in one sentence, and nothing is taken."""

from __future__ import annotations

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.slack.outgoing.messenger import Gateway
from bot.slack.token_errors import BOT_TOKEN, token_refused
from bot.usecases.chat.delivery_errors import OrgWide
from tests.language.english import en
from tests.slack.intake import Intake
from tests.slack.kit import click_payload, payload_body


def test_an_org_wide_installation_is_no_identity(gateway: Gateway, workspace: SlackWorkspace) -> None:
    workspace.join_grid("E0001")
    assert gateway.identify().enterprise == "E0001"
    workspace.join_grid("E0001", org_wide=True)
    with pytest.raises(OrgWide) as caught:
        gateway.identify()
    refused = token_refused(BOT_TOKEN, caught.value)
    assert refused is not None
    assert "installed for a whole Enterprise Grid organisation" in en(refused.sentence)


def test_a_delivery_for_an_org_wide_installation_is_refused_in_one_sentence(
    intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    intake.workspace.join_grid("E0001", org_wide=True)
    typed = intake.workspace.people["Olga"].slash("/b24 help")
    assert "installed for a whole Enterprise Grid organisation" in str(typed.body)
    assert intake.call(payload_body(click_payload(team=None, is_enterprise_install=True))).status == 400
    assert intake.jobs() == []
    assert [one.levelname for one in caplog.records if getattr(one, "action", "") == "org_wide"] == ["ERROR"] * 2
