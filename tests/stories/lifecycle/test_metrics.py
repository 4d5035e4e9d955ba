"""What Prometheus reads while people work: counted where it happened, and read from the database where it lives."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from bot.core.change.change_request import Status
from tests.stories.scene import Scene
from tests.web.scraped import scrape


def test_a_removal_and_its_refusals_are_counted(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Olga", card, "Approve")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Olga"), what="the refusal")
    seen = scrape(scene.playground)
    assert seen.value("b24bot_change_requests", status="pending") == 1
    assert seen.value("b24bot_commands_total", outcome="request_opened") == 1
    (reason,) = seen.labels("b24bot_refusals_total")["reason"]
    assert reason == "policy.own_request"
    scene.playground.clock.advance(100)
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    before = len(scene.workspace.ephemerals("Vera"))
    scene.press("Vera", card, "Approve")
    scene.workspace.wait_for(lambda: len(scene.workspace.ephemerals("Vera")) > before, what="that it was too late")
    seen = scrape(scene.playground)
    assert seen.value("b24bot_change_requests", status="done") == 1
    assert seen.value("b24bot_stale_clicks_total", cause="done") == 1
    assert seen.value("b24bot_decision_seconds_count", verdict="approved") == 1
    assert seen.value("b24bot_decision_seconds_bucket", verdict="approved", le="60.0") == 0
    assert seen.value("b24bot_decision_seconds_bucket", verdict="approved", le="300.0") == 1
    assert 100 <= seen.value("b24bot_decision_seconds_sum", verdict="approved") < 300


def test_a_freeze_is_a_block_with_a_mode(scene: Scene) -> None:
    assert scrape(scene.playground).value("b24bot_mode", mode="normal") == 1
    scene.ask("Anton", "freeze --reason drill")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Anton"), what="the answer")
    seen = scrape(scene.playground)
    assert seen.value("b24bot_block_active", reason="frozen") == 1
    assert seen.value("b24bot_mode", mode="normal") == 0
    assert seen.value("b24bot_mode", mode="no-danger") == 1


def test_each_portal_has_its_token_budget_and_working_time(scene: Scene) -> None:
    scene.ask("Olga", "connector list")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Olga"), what="the list")
    seen = scrape(scene.playground)
    (portal,) = seen.labels("b24bot_bitrix24_token_remaining_seconds")["portal"]
    assert 179 * 86_400 < seen.value("b24bot_bitrix24_token_remaining_seconds", portal=portal) <= 180 * 86_400
    assert seen.value("b24bot_bitrix24_access_lost", portal=portal) == 0
    assert 0 <= seen.value("b24bot_bitrix24_request_budget_used_ratio", portal=portal) < 1
    assert seen.value("b24bot_bitrix24_operating_seconds", portal=portal) >= 0
    assert seen.value("b24bot_bitrix24_measured") == 1


def test_a_request_with_a_false_signature_is_counted_by_its_reason(scene: Scene) -> None:
    stamp = str(scene.playground.clock.now_ms() // 1000)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": "v0=" + "0" * 64,
    }
    request = urllib.request.Request(scene.workspace.request_url, data=b"text=help", headers=headers)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=10)
    assert scrape(scene.playground).value("b24bot_slack_requests_rejected_total", reason="signature") == 1


def test_nothing_that_people_typed_or_that_is_secret_is_told(scene: Scene) -> None:
    scene.ask("Olga", 'connector remove myconnector --reason "the number of Mrs Gray"')
    scene.card()
    scene.ask("Olga", "connector remove nobody-has-it")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Olga"), what="an answer")
    seen = scrape(scene.playground)
    private = ["Gray", "myconnector", "nobody-has-it", scene.workspace.bot_token, scene.workspace.signing_secret]
    private += [person.id for person in scene.workspace.people.values()]
    assert [word for word in private if word in seen.text] == []
