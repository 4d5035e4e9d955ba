"""No audit, no call: without a record that can be copied out, nothing that changes the portal is sent."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from tests.language.english import en
from tests.stories.scene import UNREGISTER, Scene


def test_without_an_audit_channel_nothing_dangerous_is_taken_on(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_AUDIT_CHANNEL": ""}))
    scene.ask("Olga", "connector remove myconnector")
    scene.answer("Olga", "No audit channel is set")
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "myconnector")
    assert scene.sent() == 0
    assert scene.playground.store.changes.get(1001) is None


def test_a_channel_archived_before_the_request_refuses_it_and_says_why(scene: Scene) -> None:
    scene.workspace.flag_channel("audit", is_archived=True)
    scene.ask("Gleb", "connector list")  # the refusal's audit line finds the channel shut
    scene.workspace.wait_for(lambda: not _working(scene), what="the bot to notice")
    scene.ask("Olga", "connector remove myconnector")
    scene.answer("Olga", "is_archived")
    assert scene.sent() == 0


def test_a_channel_archived_after_the_request_stops_the_approved_change(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.channel_says("audit", "change:request:opened")
    scene.wait_delivered()
    scene.workspace.flag_channel("audit", is_archived=True)
    scene.press("Anton", card, "Approve")
    outcome = scene.wait_status(Status.FAILED).outcome
    assert "is_archived" in en(outcome)
    assert en(outcome).endswith("Ask again after the audit channel works.")
    scene.card_says(card, "Nothing was done")
    assert scene.sent() == 0


def test_a_channel_known_to_be_dead_refuses_the_click_and_leaves_it_waiting(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.channel_says("audit", "change:request:opened")
    scene.workspace.flag_channel("audit", is_archived=True)
    scene.ask("Gleb", "connector list")
    scene.workspace.wait_for(lambda: not _working(scene), what="the bot to notice")
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "Press the button again after that")
    assert scene.change().status is Status.PENDING
    scene.workspace.flag_channel("audit", is_archived=False)
    scene.ask("Olga", "connector remove shopchat")
    scene.workspace.wait_for(lambda: _working(scene), what="the bot to notice")
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)


def test_the_backlog_is_posted_and_work_goes_on_once_the_channel_is_back(scene: Scene) -> None:
    scene.workspace.flag_channel("audit", is_archived=True)
    scene.ask("Gleb", "connector list")
    scene.workspace.wait_for(lambda: not _working(scene), what="the bot to notice")
    scene.ask("Olga", "connector remove myconnector")
    scene.answer("Olga", "does not take messages")
    # Only now: the line about Gleb is tried again every few seconds, and may get out before Olga is heard.
    scene.workspace.flag_channel("audit", is_archived=False)
    scene.channel_says("audit", "command:line:refused")
    scene.workspace.wait_for(lambda: _working(scene), what="the bot to notice")
    scene.press("Anton", scene.ask_removal(), "Approve")
    scene.wait_status(Status.DONE)


def test_an_audit_insert_that_fails_keeps_the_call_from_the_portal_and_is_told(scene: Scene) -> None:
    card = scene.ask_removal()
    database = scene.playground.store.database
    with database.unit_of_work():
        database.execute(
            "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the disk is angry'); END"
        )
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "the disk is angry")
    assert scene.change().status is Status.PENDING
    scene.ask("Olga", "connector remove shopchat")
    scene.answer("Olga", "the disk is angry")
    assert scene.sent() == 0


def test_an_audit_insert_that_fails_after_the_approval_keeps_the_call_from_the_portal(scene: Scene) -> None:
    card = scene.ask_removal()
    database = scene.playground.store.database
    with database.unit_of_work():
        database.execute(
            "CREATE TRIGGER no_intent BEFORE INSERT ON audit WHEN NEW.tag = 'change:execution:intended' "
            "BEGIN SELECT RAISE(ABORT, 'the disk is angry'); END"
        )
    scene.press("Anton", card, "Approve")
    scene.answer("Olga", "the disk is angry")
    assert scene.change().status is Status.APPROVED
    assert scene.sent() == 0


def _working(scene: Scene) -> bool:
    health = (
        scene.playground.store.outbox.channel(scene.playground.running.bot.context.chat.channels.audit)
        if scene.playground.running
        else None
    )
    return health is None or health.working


def test_a_channel_that_only_stutters_delays_the_change_and_does_not_end_it(scene: Scene) -> None:
    """The call is made once the line about the approval is out, and not before."""
    card = scene.ask_removal()
    scene.channel_says("audit", "change:request:opened")
    scene.workspace.fault("error", "chat.postMessage", code="internal_error", count=2)
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    approval = scene.playground.store.audit.find(tag="change:review:approved")[0]
    posts = [call for call in scene.workspace.calls("chat.postMessage") if f"#{approval.seq} " in str(call.arguments)]
    assert posts[-1].ok
    (call,) = [entry for entry in scene.portal.world.journal.calls if entry.method == UNREGISTER]
    assert call.at >= posts[-1].at


def test_a_card_that_cannot_be_posted_is_told_to_the_requester(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_APPROVAL_CHANNEL": "C0404"}))
    scene.ask("Olga", "connector remove myconnector")
    assert "Nobody can decide the request until the card is posted" in scene.answer("Olga", "cannot be posted")
    assert scene.change().status is Status.PENDING
