"""The same delivery again and again has one effect; one that reuses a key for other words has none."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.core.audit.audit_record import Tag
from bot.playground.environment import Playground
from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import wait_until
from tests.slack.intake import Intake
from tests.slack.kit import click_payload, form_body, form_payload, payload_body, slash_fields


def test_the_same_bytes_fifty_times_have_one_effect_also_after_a_restart(full_bot: Playground) -> None:
    """docs/safety.md F2: answered with 200 each time, so that Slack does not go on trying."""
    workspace = full_bot.workspace
    typed = workspace.people["Olga"].slash("/b24 connector remove myconnector")
    with ThreadPoolExecutor(8) as many:
        results = list(many.map(lambda _: workspace.deliver(typed), range(50)))
    assert {result.status for result in results} == {200}
    full_bot.stop_bot()
    full_bot.start_bot()
    assert {workspace.deliver(typed).status for _ in range(3)} == {200}
    workspace.wait_for(lambda: workspace.messages("approvals"), what="the card")
    assert wait_until(lambda: full_bot.store.jobs.waiting(full_bot.clock.now_ms()) is False)
    assert len(workspace.messages("approvals")) == 1
    assert len(full_bot.store.audit.find(tag=Tag.CHANGE_REQUESTED)) == 1
    assert len(workspace.ephemerals("Olga")) == 1


def test_a_click_delivered_again_counts_once(full_bot: Playground) -> None:
    workspace = full_bot.workspace
    workspace.people["Olga"].slash("/b24 connector remove myconnector")
    card = workspace.wait_for(lambda: workspace.messages("approvals"), what="the card")[0]
    clicked = workspace.people["Anton"].click(card, "Approve")
    for _ in range(5):
        assert workspace.deliver(clicked).status == 200
    workspace.wait_for(lambda: workspace.find("approvals", "done and verified"), what="the ending")
    assert len(full_bot.store.audit.find(tag=Tag.REVIEW_APPROVED)) == 1
    assert len(full_bot.store.audit.find(tag=Tag.EXECUTION_INTENDED)) == 1
    assert workspace.ephemerals("Anton") == []


def test_every_kind_of_delivery_is_put_on_disk_once(intake: Intake) -> None:
    for body in (form_body(slash_fields()), payload_body(click_payload()), payload_body(form_payload())):
        assert {intake.call(body).status for _ in range(4)} == {200}
    assert [job["kind"] for job in intake.jobs()] == ["slash", "click", "form"]


def test_a_repeat_is_known_again_when_only_its_addresses_are_new(intake: Intake) -> None:
    """A redelivery may carry another response_url; that makes it no other delivery."""
    intake.call(payload_body(click_payload()))
    again = click_payload(response_url="https://hooks.slack.com/actions/2", trigger_id="trigger-9")
    assert intake.call(payload_body(again)).status == 200
    assert len(intake.jobs()) == 1
    assert intake.running.bot.store.audit.find(tag=Tag.DELIVERY_MISMATCHED) == []


def test_a_key_used_again_for_other_words_is_recorded_and_refused(intake: Intake) -> None:
    """docs/safety.md M3."""
    intake.call(form_body(slash_fields("connector list")))
    assert intake.call(form_body(slash_fields("connector remove myconnector"))).status == 200
    assert [job["text"] for job in intake.jobs()] == ["connector list"]
    (record,) = intake.running.bot.store.audit.find(tag=Tag.DELIVERY_MISMATCHED)
    assert record.actor == "T0001:U0001"


def test_a_retry_of_what_never_arrived_is_taken(intake: Intake) -> None:
    """docs/safety.md F4: an id never seen before is worked on even when it carries a retry header."""
    body = payload_body(click_payload())
    headers = {**intake.signed(body), "X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "http_timeout"}
    assert intake.call(body, headers).status == 200
    assert len(intake.jobs()) == 1


def test_what_was_taken_in_before_a_restart_is_known_after_it(tmp_path: Path, workspace: SlackWorkspace) -> None:
    body = form_body(slash_fields())
    with Intake(tmp_path, workspace) as first:
        first.call(body)
    with Intake(tmp_path, workspace) as second:
        assert second.call(body).status == 200
        assert len(second.jobs()) == 1
        assert json.dumps(second.jobs()).count("help") == 1
