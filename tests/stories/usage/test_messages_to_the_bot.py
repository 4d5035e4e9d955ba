"""A mention in a channel or thread, and a direct message, are the line that one could type behind the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from bot.playground.environment import Playground
from bot.playground.workspace import Message
from bot.testing.conversation import TYPED_IN
from bot.usecases.admin.allow_list import revoke_role
from bot.usecases.admin.status_report import report_status
from bot.usecases.integrity.lost_access import AccessLoss, find_lost_access
from tests.stories.scene import Scene

SHELL = Principal.shell("test")
BOT, FORM = "@b24bot", "Open as a form…"
SURFACES: dict[str, str] = {"a mention": TYPED_IN, "a direct message": "dm"}


def dm(scene: Scene, person: str) -> str:
    """The name of somebody's direct messages with the bot."""
    return f"dm-{scene.workspace.people[person].id}"


def answered_under(scene: Scene, message: Message, words: str) -> Message:
    """Wait for an answer in the thread of a message that holds the words."""

    def look() -> Message | None:
        thread = scene.workspace.thread(message.channel, message.ts)
        return next((one for one in thread if words in scene.workspace.transcript(one)), None)

    found: Message = scene.workspace.wait_for(look, what=f"{words!r} in the thread")
    return found


def test_a_mention_in_a_channel_is_answered_in_a_thread_under_it(scene: Scene) -> None:
    said = scene.workspace.people["Olga"].say(f"{BOT} connector list")
    answer = answered_under(scene, said, "myconnector")
    assert answer.thread_ts == said.ts
    assert scene.workspace.messages(TYPED_IN) == [said]
    assert scene.workspace.ephemerals("Olga") == []


@pytest.mark.parametrize("line", ["help", "помощь"])
def test_a_mention_in_russian_is_answered_in_russian(make_full_bot: Callable[..., Playground], line: str) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_LANGUAGE": "ru"}))
    said = scene.workspace.people["Olga"].say(f"{BOT} {line}")
    answered_under(scene, said, "Что можно набрать")
    scene.workspace.people["Olga"].say(line, channel="dm")
    scene.channel_says(dm(scene, "Olga"), "Что можно набрать")


def test_a_mention_in_a_thread_is_answered_in_that_thread(scene: Scene) -> None:
    first = scene.workspace.people["Vera"].say("Which connectors do we have?")
    scene.workspace.people["Olga"].say(f"{BOT} connector list", thread_ts=first.ts)
    assert answered_under(scene, first, "myconnector").thread_ts == first.ts


def test_what_is_wrong_with_a_line_is_told_to_its_author_alone(scene: Scene) -> None:
    said = scene.workspace.people["Olga"].say(f"{BOT} conector list")
    scene.answer("Olga", "Did you mean")
    assert scene.workspace.thread(said.channel, said.ts) == [said]


def test_a_direct_message_is_answered_there_refusals_too(scene: Scene) -> None:
    scene.workspace.people["Olga"].say("whoami", channel="dm")
    scene.channel_says(dm(scene, "Olga"), "Role")
    scene.workspace.people["Olga"].say("conector list", channel="dm")
    scene.channel_says(dm(scene, "Olga"), "Did you mean")
    assert scene.workspace.ephemerals("Olga") == []


@pytest.mark.parametrize("surface", ["a mention", "a direct message"])
def test_a_line_that_lacks_a_value_offers_its_form(scene: Scene, surface: str) -> None:
    olga, channel = scene.workspace.people["Olga"], SURFACES[surface]
    line = "connector remove"
    said = olga.say(line if channel == "dm" else f"{BOT} {line}", channel=channel)

    def look() -> Message | None:
        told = [*olga.ephemerals, *scene.workspace.messages(said.channel)]
        return next((one for one in told if FORM in one.labels), None)

    answer = scene.workspace.wait_for(look, what="the button for the form")
    assert olga.click(answer, FORM).ok
    view = scene.workspace.wait_for(lambda: next(iter(olga.views), None), what="the form")
    assert view.title == "Remove a connector"


@pytest.mark.parametrize("surface", ["a mention", "a direct message"])
def test_what_became_of_a_change_is_told_where_it_was_asked_for(scene: Scene, surface: str) -> None:
    channel, line = SURFACES[surface], "connector remove myconnector"
    said = scene.workspace.people["Olga"].say(line if channel == "dm" else f"{BOT} {line}", channel=channel)
    scene.press("Anton", scene.card(), "Approve")
    scene.wait_status(Status.DONE)
    if channel == "dm":
        scene.channel_says(dm(scene, "Olga"), "done and verified")
    else:
        answered_under(scene, said, "done and verified")
    assert scene.workspace.ephemerals("Olga") == []


def opened(scene: Scene, act: Callable[[], object], number: int) -> ChangeRequest:
    """The change request with this number, which the act opens; it is withdrawn at once."""
    act()
    scene.workspace.wait_for(lambda: scene.playground.store.changes.get(number), what=f"CR-{number}")
    card = scene.card(f"CR-{number}")
    scene.press("Olga", card, "Withdraw")
    return scene.wait_status(Status.WITHDRAWN, number=number)


def parts(change: ChangeRequest) -> tuple[object, ...]:
    """What makes two change requests the same, but for their numbers and times."""
    plan = change.plan
    seen = plan.summary, plan.calls, plan.before, plan.wanted, plan.radius
    return change.line, change.digest, seen, change.decision, change.reason, change.place, change.requester


def test_each_way_to_ask_gives_the_same_change_request(scene: Scene) -> None:
    line = "connector remove myconnector --reason 'old number'"
    olga = scene.workspace.people["Olga"]
    ways: list[Callable[[], Any]] = [
        lambda: scene.ask("Olga", line),
        lambda: olga.say(f"{BOT} {line}"),
        lambda: olga.say(line, channel="dm"),
    ]
    first, *others = [opened(scene, act, 1001 + index) for index, act in enumerate(ways)]
    assert [parts(other) for other in others] == [parts(first)] * 2
    records = scene.playground.store.audit.find(tag="change:request:opened")
    assert len({(record.actor, record.facts["line"], record.facts["digest"]) for record in records}) == 1


def test_a_repeated_delivery_acts_once(scene: Scene) -> None:
    said = scene.workspace.people["Olga"].say(f"{BOT} connector remove myconnector")
    scene.card()
    delivery = scene.workspace.dispatches[-1]
    assert delivery.dispatch.name == "app_mention"
    assert all(scene.workspace.deliver(delivery).ok for _ in range(3))
    scene.workspace.people["Olga"].say(f"{BOT} whoami")
    scene.workspace.wait_for(lambda: scene.recorded("command:line:ran", "Olga"), what="the command behind it")
    assert scene.playground.store.changes.get(1002) is None
    assert scene.workspace.wait_for(lambda: len(scene.workspace.thread(said.channel, said.ts)) == 2, what="the answer")


def test_an_edited_message_and_the_bots_own_are_no_commands(scene: Scene) -> None:
    olga = scene.workspace.people["Olga"]
    said = olga.say(f"{BOT} whoami")
    answered_under(scene, said, "Role")
    olga.edit(said, f"{BOT} connector remove myconnector")
    direct = olga.say("whoami", channel="dm")
    scene.channel_says(dm(scene, "Olga"), "Role")
    olga.edit(direct, "connector remove myconnector")
    own = scene.workspace.messages(dm(scene, "Olga"))[-1]
    inner = {**own.to_json(), "channel": own.channel, "channel_type": "im", "text": "connector remove myconnector"}
    assert olga.event(inner).ok
    olga.say("help", channel="dm")
    scene.channel_says(dm(scene, "Olga"), "connector remove")
    assert scene.playground.store.changes.get(1001) is None


ATTACKS: dict[str, Callable[[Scene, str], object]] = {
    "nobody on the allow-list": lambda scene, _: revoke_role(
        scene.playground.store, scene.playground.person("Olga"), by=SHELL
    ),
    "a guest": lambda scene, _: scene.workspace.people["Olga"].flag(is_restricted=True),
    "a bot": lambda scene, _: scene.workspace.people["Olga"].flag(is_bot=True),
    "deactivated": lambda scene, _: scene.workspace.people["Olga"].flag(deleted=True),
    "a stranger": lambda scene, _: scene.workspace.people["Olga"].flag(is_stranger=True),
    "of another team": lambda scene, _: scene.workspace.people["Olga"].flag(team_id="T0999"),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("surface", SURFACES)
def test_whoever_may_not_type_a_command_may_not_write_it(scene: Scene, attack: str, surface: str) -> None:
    before = scene.sent("imconnector.list"), scene.sent("batch")
    ATTACKS[attack](scene, surface)
    line = "connector remove myconnector"
    channel = SURFACES[surface]
    scene.workspace.people["Olga"].say(line if channel == "dm" else f"{BOT} {line}", channel=channel)
    scene.workspace.wait_for(lambda: scene.recorded("command:line:refused"), what="the refusal")
    assert scene.playground.store.changes.get(1001) is None
    assert (scene.sent("imconnector.list"), scene.sent("batch")) == before


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("line", ["approve CR-1001", "request approve CR-1001", "confirm CR-1001", "reject CR-1001"])
def test_no_words_decide(scene: Scene, surface: str, line: str) -> None:
    scene.ask_removal()
    channel = SURFACES[surface]
    said = scene.workspace.people["Anton"].say(line if channel == "dm" else f"{BOT} {line}", channel=channel)

    def is_told() -> bool:
        told = [*scene.workspace.ephemerals("Anton"), *scene.workspace.messages(said.channel)]
        told += scene.workspace.thread(said.channel, said.ts)
        return any("is a button" in scene.workspace.transcript(one) for one in told)

    scene.workspace.wait_for(is_told, what="that only the card decides")
    assert scene.change().status is Status.PENDING
    assert scene.sent() == 0


@pytest.mark.parametrize("surface", SURFACES)
def test_a_message_stops_as_the_command_does(scene: Scene, surface: str) -> None:
    channel = SURFACES[surface]
    scene.workspace.people["Olga"].say("freeze now" if channel == "dm" else f"{BOT} freeze now", channel=channel)
    scene.workspace.wait_for(lambda: scene.recorded("bot:freeze:set", "Olga"), what="the freeze")


def test_a_secret_in_a_message_is_told_to_its_author_and_nothing_is_kept(scene: Scene) -> None:
    secret = scene.playground.settings["SLACK_SIGNING_SECRET"]
    scene.workspace.people["Olga"].say(f"{BOT} whoami {secret}")
    delivery = scene.workspace.dispatches[-1]
    scene.answer("Olga", "Nothing was recorded")
    assert scene.workspace.deliver(delivery).ok
    scene.workspace.people["Olga"].say(f"{BOT} whoami {'x' * 5_000}")
    scene.answer("Olga", "The limit is 4,000 characters.")
    assert len([one for one in scene.workspace.ephemerals("Olga") if "recorded" in one.text]) == 1


def test_when_the_app_is_removed_the_bot_says_so(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot())
    scene.workspace.acts.uninstall()
    found = find_lost_access(scene.playground.store.facts)
    assert found is not None
    assert found.loss is AccessLoss.UNINSTALLED
    assert scene.playground.running is not None
    status = report_status(scene.playground.running.bot.context)
    assert found.sentence in [text for _, text in status.facts]
