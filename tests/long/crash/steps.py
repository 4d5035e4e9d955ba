"""Words for the steps of stories: what people do, what happens around them, and how one sees what came of it."""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import requests

from bot.playground.workspace import Message
from bot.store.engine.database import sqlite3
from bot.store.store import FILE_NAME
from bot.web.site import SLACK_PATH
from plugins.bitrix24.simulator import application_pages
from tests.long.crash.harness.scene import GIVE_UP_SECONDS, NOT_YET, Scene, Step

UNREGISTER, REGISTER, ACTIVATE = "imconnector.unregister", "imconnector.register", "imconnector.activate"
SEND = "imconnector.send.messages"
HANDLER = "https://b24bot.example/bitrix24/placement"
ANSWERED = "after:net:*Caller._send:* < *executor._perform:*"
"""The portal has answered, and nobody has written it down."""
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
DECIDABLE = ("[*Approve ", "[*Confirm ", "Run without approval]")


# --- words for steps -----------------------------------------------------------------------------------------------


def types(person: str, line: str, seen: Callable[[Scene], object], *, again: bool = False) -> Step:
    """Somebody types a command."""
    return Step(
        name=f"{person} types {line}",
        act=lambda scene: scene.workspace.people[person].slash(f"/b24 {line}"),
        done=seen,
        again=again,
    )


def presses(
    person: str,
    label: str,
    number: int,
    seen: Callable[[Scene], object],
    *,
    channel: str = "approvals",
    again: bool = False,
) -> Step:
    """Somebody presses a button of a card, if the card stands."""

    def act(scene: Scene) -> object:
        card = the_card(scene, number, channel)
        if card is None or not has_button(scene.workspace.transcript(card), label):
            return NOT_YET
        return scene.workspace.people[person].click(card, label)

    return Step(name=f"{person} presses {label} on CR-{number}", act=act, done=seen, again=again)


def has_button(transcript: str, label: str) -> bool:
    """Whether a message has a button whose words begin so: most name what they do, as “Approve removal”."""
    return re.search(rf"\[[*!]?{re.escape(label)}[^\[\]]*\]", transcript) is not None


def the_card(scene: Scene, number: int, channel: str = "approvals") -> Message | None:
    """The newest card of a change request; other messages may name it, too."""
    cards = [
        one for one in scene.workspace.messages(channel) if f"CR-{number} · plan " in scene.workspace.transcript(one)
    ]
    return cards[-1] if cards else None


def decidable(number: int = 1001, channel: str = "approvals") -> Callable[[Scene], bool]:
    """Whether the card of a change request stands and can be decided."""

    def look(scene: Scene) -> bool:
        card = the_card(scene, number, channel)
        return card is not None and any(word in scene.workspace.transcript(card) for word in DECIDABLE)

    return look


def over(number: int = 1001) -> Callable[[Scene], bool]:
    """Whether a change request is no longer pending, nor on its way to an ending."""
    return lambda scene: scene.ended(number)


def told(person: str, words: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.told(person, words)


def types_at_the_shell(*words: str, **more: str) -> Step:
    """Somebody runs `b24bot WORDS…` on the host; `{portal}` is the simulator's address.

    Run once more after a kill it may find its work done.
    """
    codes: list[int] = []

    def act(scene: Scene) -> None:
        told = [word.format(portal=scene.portal.watched.url) for word in words]
        codes.append(scene.terminal(*told, **more))

    def done(scene: Scene) -> bool:
        return bool(codes) and (codes[-1] == 0 or bool(scene.died_at))

    return Step(name=f"b24bot {' '.join(words)}", act=act, done=done)


def does(name: str, act: Callable[[Scene], object], seen: Callable[[Scene], object] = lambda scene: True) -> Step:
    return Step(name=name, act=act, done=seen)


ASK = types("Olga", "connector remove myconnector", decidable())
APPROVE = presses("Anton", "Approve", 1001, over())
EVERYBODY = (
    Step(
        name="Olga asks what there is",
        act=lambda scene: scene.workspace.people["Olga"].slash("/b24 connector show myconnector"),
        done=told("Olga", "myconnector"),
    ),
)


# --- what happens around the people --------------------------------------------------------------------------------


def tokens_lapse(scene: Scene) -> None:
    scene.portal.watched.world.tokens.expire(client_id=None, access=True, refresh=False)


def full_for_long(scene: Scene) -> None:
    """The portal says that it is full, so long after it was asked that the lease of the call outlasts no other attempt.

    Meanwhile somebody sets the clock on, and the scheduler looks around.
    """

    def asked(method: str) -> None:
        if method == UNREGISTER:
            scene.portal.watched.asked = lambda _: None
            scene.page.add("shift_ms", 40_000)
            scene.page.put("set_ms", 300_000)
            scene.scheduler_looks()

    scene.fault("query_limit", UNREGISTER)
    scene.portal.watched.asked = asked


def asked_or_locked_out(scene: Scene) -> bool:
    """The card stands; or a death took the only valid pair of tokens with it, and Olga is told.

    One that died with the lease in its hand keeps it for a few minutes: Olga is told to try again then.
    """
    return decidable()(scene) or any(
        scene.told("Olga", words) for words in ("refresh token", "authorisation", "again with", "renewing the tokens")
    )


def link_or_failure(scene: Scene) -> bool:
    """Whether Ida has the authorise link of what was approved, or reads that nothing was done."""
    return scene.ended() and (scene.status() != "done" or scene.told("Ida", "Only you can see this link"))


def presses_on_the_page(scene: Scene) -> object:
    """User 27 of the portal opens the settings page of the connector on line 2, and presses the button on it.

    A browser that gets no answer sends the same form again.
    """
    site = scene.workspace.request_url.removesuffix(SLACK_PATH)
    address = f"{site}/bitrix24/connector/myconnector?LANG=en"
    try:
        if not scene.form:
            opened = requests.post(address, data=_settings_page(scene), timeout=GIVE_UP_SECONDS)
            scene.form = dict(FIELD.findall(html.unescape(opened.text)))
        pressed = requests.post(address, data={**scene.form, "action": "disconnect"}, timeout=GIVE_UP_SECONDS)
    except requests.RequestException:
        return NOT_YET
    return None if "It answers you in Slack" in pressed.text else NOT_YET


def _settings_page(scene: Scene) -> dict[str, str]:
    world = scene.portal.watched.world
    with world.lock:
        page = application_pages.connector_page(world, world.state.status("myconnector", 2), 27, connecting=False)
        assert page is not None
        return {name: str(value) for name, value in application_pages.request(world, page).pairs}


def posting_fails(scene: Scene) -> None:
    scene.workspace.fault("server_error", "chat.postMessage", count=10_000)


def the_channel_is_closed(scene: Scene) -> None:
    scene.workspace.fault("error", "chat.postEphemeral", code="channel_not_found", count=1_000)


def nobody_can_be_told(scene: Scene) -> None:
    scene.workspace.set_rules(messages_tab=False)
    the_channel_is_closed(scene)


def people_can_be_told(scene: Scene) -> None:
    scene.workspace.set_rules(messages_tab=True)
    scene.workspace.clear_faults()


def told_under_the_card(scene: Scene) -> bool:
    """Whether Anton reads in the thread under the card what reaches him in no other way."""
    card = the_card(scene, 1001)
    thread = scene.workspace.thread("approvals", card.ts) if card is not None else []
    return any("<@U0002>" in one.text and "confirm" in one.text for one in thread)


def a_card_steps_aside(scene: Scene) -> list[tuple[Any, ...]]:
    return scene.rows("SELECT 1 FROM outbox WHERE kind = 'card' AND number = 1002 AND attempts >= 3")


def tries_the_card_at_once() -> Step:
    """Somebody at the shell has a card tried that waits for its next attempt; not in the middle of one."""
    codes: list[int] = []

    def act(scene: Scene) -> object:
        waiting = scene.rows("SELECT id FROM outbox WHERE kind = 'card' AND number = 1002 AND state = 'new'")
        codes[:] = [scene.terminal("outbox", "retry", str(id)) for (id,) in waiting]
        return None if waiting else NOT_YET

    return Step(name="somebody has the card tried at once", act=act, done=lambda scene: codes)


def later(seconds: float) -> Callable[[Scene], None]:
    """Let time pass while nothing else happens."""
    return lambda scene: scene.advance(seconds)


def slow_portal(scene: Scene) -> None:
    """A portal with so much on it that reading takes long: each batch takes three seconds on the clock.

    There are more batches than are asked for at a time, so that some begin after others have ended.
    """
    names = [f"chat{number}" for number in range(140)]
    scene.portal.watched.seed(
        connectors=[{"id": name, "name": name} for name in names],
        activations=[{"connector": name, "line": 1} for name in names],
    )
    scene.portal.watched.asked = lambda method: scene.page.add("shift_ms", 3_000) if method == "batch" else None


def planted_fault(where: int) -> Callable[[Scene], None]:
    return lambda scene: scene.page.put("fault", where)


def unreadable_after_the_call(scene: Scene) -> None:
    """The portal gets the call, and from then on it answers nothing."""

    def asked(method: str) -> None:
        if method == UNREGISTER:
            scene.fault("unavailable", "imconnector.list", times="forever")

    scene.fault("lost_after", UNREGISTER)
    scene.portal.watched.asked = asked


def lock_while_planning(scene: Scene) -> None:
    """Another program holds the database from the moment that the portal is asked until nobody waits any longer.

    Nor does a process that has died: the one after it finds the database free.
    """
    held, waiting = threading.Event(), scene.process

    def hold() -> None:
        with closing(sqlite3.connect(scene.home / FILE_NAME, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            held.set()
            end = time.monotonic() + 10
            while waiting and waiting.alive and not scene.told("Olga", "cannot be written") and time.monotonic() < end:
                time.sleep(0.01)
            other.execute("ROLLBACK")

    def asked(method: str) -> None:
        scene.portal.watched.asked = lambda _: None
        threading.Thread(target=hold, daemon=True).start()
        held.wait(10)

    scene.portal.watched.asked = asked
    scene.workspace.people["Olga"].slash("/b24 connector show myconnector")


def tampered(scene: Scene) -> None:
    """A button whose value somebody made up, and a delivery whose key was used for other words."""
    olga = scene.workspace.people["Olga"]
    first = olga.slash("/b24 whoami")
    payload = {**first.dispatch.payload, "text": "help"}
    scene.workspace.deliver(
        replace(first.dispatch, id="other-words", payload=payload, body=urlencode(payload).encode()),
        secret=scene.workspace.signing_secret,
    )


def tagged(scene: Scene, tag: str) -> list[tuple[Any, ...]]:
    """The records of a tag."""
    return scene.rows("SELECT seq FROM audit WHERE tag = ?", tag)


def a_refusal_is_counted(scene: Scene) -> bool:
    """Whether a further refusal is counted beside a recorded one: the answers to both read the same.

    After a kill the first one may be missing.
    """
    return bool(scene.rows("SELECT 1 FROM refusals WHERE count > 0") or scene.died_at)


def the_admins_are_told(scene: Scene) -> object:
    """Of a trouble that lasts; it may still be on its way to them."""
    return scene.rows("SELECT 1 FROM outbox WHERE kind = 'whisper' AND payload LIKE '%limit.audit_behind%'")


def the_witness_is_missed(scene: Scene) -> object:
    return scene.rows("SELECT 1 FROM facts WHERE name = 'witness_unwritten' AND value != ''")


def asked_people(scene: Scene) -> bool:
    """People were asked to look; or it was over before, because nothing was sent or nothing is unknown."""
    return scene.ended() or bool(scene.rows("SELECT 1 FROM changes WHERE asked_at IS NOT NULL"))


def a_file_is_in_the_way(scene: Scene) -> None:
    """Where the backups go."""
    (scene.folder / "kept").touch()


def answers_are_impossible(scene: Scene) -> None:
    """An answer to one person is refused on each of its three ways."""
    scene.workspace.fault("server_error", "response_url", count=1_000)
    for method in ("chat.postEphemeral", "chat.postMessage"):
        scene.workspace.fault("error", method, code="invalid_blocks", count=1_000)


def answers_are_possible(scene: Scene) -> None:
    scene.workspace.clear_faults()


def dead(scene: Scene) -> list[tuple[Any, ...]]:
    return scene.rows("SELECT id FROM outbox WHERE state = 'dead'")


def drops_what_is_dead(scene: Scene) -> None:
    for row in dead(scene):
        scene.terminal("outbox", "drop", str(row[0]))


def slack_does_not_tell(scene: Scene) -> None:
    """Who approves is found out; who asked is not, once."""
    scene.workspace.fault("server_error", "users.info", skip=1)


def the_card_is_deleted(scene: Scene) -> None:
    card = the_card(scene, 1001)
    if card is not None:
        with scene.workspace.world.lock:
            scene.workspace.world.messages.remove(card)


def the_card_was_looked_at(scene: Scene) -> object:
    """Within the last minute the bot saw that the card stands; it looks again five minutes later."""
    return scene.rows("SELECT 1 FROM outbox WHERE key = 'card:1001' AND sent_at > ?", scene.now_ms() - 60_000)


def settles_truly(scene: Scene) -> None:
    """Olga's admin waits until the portal has surely ended, looks there, and says at the shell what is there."""
    scene.advance(60)
    ended = [one.entry for one in scene.witness.arrivals if not scene.is_late(one)]
    happened = any(entry is not None and entry.effect for entry in ended)
    scene.terminal("request", "settle", "CR-1001", "done" if happened else "failed")
