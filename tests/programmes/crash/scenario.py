"""The stories that the bot is killed in, a row each. One that reaches a new site is added here, as steps.

A step says who does what and how one sees that it was taken care of; which of them dies where is the matrix's matter.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.playground.workspace import Message
from bot.store.store import FILE_NAME
from tests.programmes.crash.forked import ForkServer
from tests.programmes.crash.scene import NOT_YET, Scene, Step
from tests.programmes.crash.trip import Kill

UNREGISTER, REGISTER, ACTIVATE = "imconnector.unregister", "imconnector.register", "imconnector.activate"
SEND = "imconnector.send.messages"
HANDLER = "https://b24bot.example/bitrix24/placement"
IN_THE_CALL = "after:net:*Caller._send:* < bot.usecases.execute._call_all:*"
"""The portal has answered, and nobody has written it down."""
DECIDABLE = ("[*Approve]", "[*Confirm]", "Break the glass]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `method` is the call that suffers the faults.

    `first`: kills before the one under test, to come to what only a process after a death does. `fresh`: nothing is
    there before, not even a database. `settings` go over the usual ones.
    """

    name: str
    steps: tuple[Step, ...]
    method: str = UNREGISTER
    first: tuple[Kill, ...] = ()
    fresh: bool = False
    settings: Mapping[str, str] | None = None
    busy_ms: int = 0
    """How long the bot waits for another program that holds the database, when not as long as it usually does."""

    def play(self, scene: Scene, fault: Mapping[str, Any] | None) -> None:
        """Let it happen from beginning to end, and let everything come to rest."""
        scene.page.put("busy_ms", self.busy_ms)
        if fault is not None:
            scene.fault(method=self.method, **fault)
        scene.up()
        for step in self.steps:
            scene.perform(step)
        scene.quiesce()

    def scene(self, server: ForkServer, folder: Path, template: Path, *kills: Kill) -> Scene:
        return Scene(
            server,
            folder,
            template=None if self.fresh else template,
            kills=[*self.first, *kills],
            settings=self.settings,
        )


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
        if card is None or f"{label}]" not in scene.workspace.transcript(card):
            return NOT_YET
        return scene.workspace.people[person].click(card, label)

    return Step(name=f"{person} presses {label} on CR-{number}", act=act, done=seen, again=again)


def the_card(scene: Scene, number: int, channel: str = "approvals") -> Message | None:
    """The newest card of a change request."""
    cards = [one for one in scene.workspace.messages(channel) if f"CR-{number}" in scene.workspace.transcript(one)]
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
    """Somebody runs `b24bot WORDS…` on the host. Run once more after a kill it may find its work done."""
    codes: list[int] = []

    def act(scene: Scene) -> None:
        codes.append(scene.terminal(*words, **more))

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


def asked_or_locked_out(scene: Scene) -> bool:
    """The card stands; or a death took the only valid pair of tokens with it, and Olga is told.

    One that died with the lease in its hand keeps it for a minute: Olga is told to try again then.
    """
    return decidable()(scene) or any(
        scene.told("Olga", words) for words in ("refresh token", "authorisation", "again with")
    )


def posting_fails(scene: Scene) -> None:
    scene.workspace.fault("server_error", "chat.postMessage", count=10_000)


def the_channel_is_closed(scene: Scene) -> None:
    scene.workspace.fault("error", "chat.postEphemeral", code="channel_not_found", count=1_000)


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


def planted_fault(on: bool) -> Callable[[Scene], None]:
    return lambda scene: scene.page.put("fault", int(on))


def lock_while_planning(scene: Scene) -> None:
    """Another program holds the database from the moment that the portal is asked until nobody waits any longer."""
    held = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(scene.home / FILE_NAME, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            held.set()
            end = time.monotonic() + 10
            while scene.alive and not scene.told("Olga", "cannot be written") and time.monotonic() < end:
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


def slack_does_not_tell(scene: Scene) -> None:
    """Who approves is found out; who asked is not, once."""
    scene.workspace.fault("server_error", "users.info", skip=1)


def the_card_is_deleted(scene: Scene) -> None:
    card = the_card(scene, 1001)
    if card is not None:
        with scene.workspace.world.lock:
            scene.workspace.world.messages.remove(card)


def settles_truly(scene: Scene) -> None:
    """Olga's admin looks on the portal, and says at the shell what is there."""
    happened = any(one.entry is not None and one.entry.effect for one in scene.witness.arrivals)
    scene.terminal("request", "settle", "CR-1001", "done" if happened else "failed")


# --- the stories ---------------------------------------------------------------------------------------------------

REMOVE = Scenario(name="remove", steps=(*EVERYBODY, ASK, APPROVE))
INTERRUPTED = Scenario(name="interrupted", steps=(ASK, APPROVE), first=(Kill(at=IN_THE_CALL),))
SEVERAL_CALLS = Scenario(
    name="several calls",
    method=ACTIVATE,
    steps=(types("Olga", "connector deactivate myconnector 1 2", decidable()), APPROVE),
)
CONFIRMED = Scenario(
    name="confirmed and undone",
    method=REGISTER,
    steps=(
        types("Olga", f"connector register newchat --name New --handler {HANDLER}", decidable(channel="connectors")),
        presses("Olga", "Confirm", 1001, over(), channel="connectors"),
        presses(
            "Olga",
            "Undo…",
            1001,
            lambda scene: scene.status(1001) != "done" or decidable(1002)(scene),
            channel="connectors",
        ),
        presses("Anton", "Approve", 1002, lambda scene: not scene.status(1002) or scene.ended(1002)),
    ),
)
REJECTED = Scenario(
    name="rejected",
    steps=(
        ASK,
        presses("Vera", "Reject…", 1001, lambda scene: scene.workspace.open_views("Vera") or scene.ended(), again=True),
        Step(
            name="Vera says why",
            act=lambda scene: scene.workspace.people["Vera"].submit({"reason": "Not today"}),
            done=over(),
        ),
        presses("Anton", "Approve", 1001, over()),
    ),
)
WITHDRAWN = Scenario(name="withdrawn", steps=(ASK, presses("Olga", "Withdraw", 1001, over())))
EXPIRED = Scenario(name="expired", steps=(ASK, does("nobody decides", later(3_700), over())))
STALE = Scenario(
    name="approved and never run",
    steps=(
        ASK,
        does("Slack takes no posts", posting_fails),
        presses("Anton", "Approve", 1001, lambda scene: scene.status() == "approved"),
        does("six seconds pass", later(6)),
        does("the keeper is late", lambda scene: scene.page.put("keeper_lag_ms", 3_600_000)),
        does("eleven minutes pass", later(660), over()),
        does("the keeper is on time", lambda scene: scene.page.put("keeper_lag_ms", 0)),
        does("Slack takes posts", lambda scene: scene.workspace.clear_faults()),
    ),
)
RENEWED = Scenario(
    name="tokens renewed",
    steps=(
        does("the tokens lapse", tokens_lapse),
        types("Olga", "connector remove myconnector", asked_or_locked_out, again=True),
        does("the tokens lapse again", tokens_lapse),
        presses("Anton", "Approve", 1001, lambda scene: not scene.status() or scene.ended()),
    ),
)
REFUSED = Scenario(
    name="refused",
    steps=(
        types("Gleb", "connector remove myconnector", told("Gleb", "whoami")),
        types("Olga", "connector remvoe myconnector", told("Olga", "Did you mean")),
        does("a key is used twice", tampered),
        ASK,
        presses("Olga", "Approve", 1001, told("Olga", "somebody else has to approve")),
        presses("Olga", "Reject…", 1001, lambda scene: len(tagged(scene, "change:review:refused")) == 2),
        APPROVE,
    ),
)
BLIND = Scenario(
    name="settled by hand",
    method=SEND,
    steps=(
        does("the answer will be lost", lambda scene: scene.fault("lost_after", SEND)),
        types(
            "Olga",
            "message send myconnector 1 --user u1 --chat c1 --text Good --message-id m1",
            decidable(),
        ),
        APPROVE,
        does("an admin settles it", settles_truly, lambda scene: scene.status() in ("done", "failed")),
    ),
)
LONG_ANSWER = Scenario(
    name="a long answer",
    steps=(
        does("the portal is large and slow", slow_portal),
        types("Olga", "connector status --all", lambda scene: scene.workspace.calls("files.completeUploadExternal")),
        does("the portal is fast", lambda scene: setattr(scene.portal.watched, "asked", lambda method: None)),
    ),
)
NO_ADDRESS = Scenario(
    name="no address for the answer",
    steps=(
        does("answers are not taken", lambda scene: scene.workspace.fault("server_error", "response_url", count=1_000)),
        types("Olga", "whoami", told("Olga", "operator")),
        does("nor in the channel", the_channel_is_closed),
        types("Olga", "help", lambda scene: scene.workspace.dms("Olga")),
    ),
)
NO_CHANNEL = Scenario(
    name="channels gone",
    steps=(
        does("the bot leaves #audit", lambda scene: scene.workspace.remove_from("audit")),
        does(
            "something is recorded",
            lambda scene: scene.terminal("access", "grant", "T0001:U0009", "viewer"),
            lambda scene: scene.rows("SELECT 1 FROM channels WHERE working = 0"),
        ),
        types("Olga", "connector remove myconnector", told("Olga", "does not take messages")),
        does(
            "the bot is invited again",
            lambda scene: scene.workspace.invite_to("audit"),
            lambda scene: scene.rows("SELECT 1 FROM channels WHERE working = 1"),
        ),
        does("the bot leaves #approvals", lambda scene: scene.workspace.remove_from("approvals")),
        types("Olga", "connector remove myconnector", told("Olga", "cannot be posted")),
        does("the bot is invited again", lambda scene: scene.workspace.invite_to("approvals"), decidable()),
        APPROVE,
    ),
)
FAULTY = Scenario(
    name="a fault inside",
    steps=(
        does("the plugin has a fault", planted_fault(True)),
        types("Olga", "connector show myconnector", told("Olga", "reference E-")),
        does("it is mended", planted_fault(False)),
        ASK,
        does("the plugin has a fault", planted_fault(True)),
        presses("Anton", "Approve", 1001, lambda scene: scene.told("Olga", "CR-1001: Something went wrong")),
        does("it is mended", planted_fault(False), over()),
    ),
)
LOCKED = Scenario(
    name="a locked database",
    busy_ms=200,
    steps=(Step(name="the database is locked", act=lock_while_planning, done=told("Olga", "myconnector"), again=True),),
)
WITNESSED = Scenario(
    name="a witnessed log",
    settings={"B24BOT_WITNESS_FILE": "{folder}/witness/heads"},
    steps=(
        does("the witness has a place", lambda scene: (scene.folder / "witness").mkdir(exist_ok=True)),
        ASK,
        does("a day passes", later(90_000), lambda scene: tagged(scene, "audit:chain:checkpoint")),
    ),
)
DELETED = Scenario(
    name="a card that somebody deletes",
    steps=(
        ASK,
        does("the card is deleted", the_card_is_deleted),
        does("five minutes pass", later(301), decidable()),
        does("half an hour passes", later(1_500), lambda scene: scene.card("Still waiting for approval")),
        does(
            "Slack will not tell who Olga is", lambda scene: scene.workspace.fault("server_error", "users.info", skip=1)
        ),
        APPROVE,
    ),
)
GLASS = "connector remove myconnector --break-glass --reason fire"
RULES = Scenario(
    name="the rules of the house",
    settings={"B24BOT_BREAK_GLASS": "on"},
    steps=(
        types_at_the_shell("access", "grant", "T0001:U0003", "admin"),
        types("Ida", "access grant @Gleb operator", decidable()),
        presses("Vera", "Approve", 1001, over()),
        types("Olga", "freeze it loses messages", told("Olga", "b24bot is frozen")),
        types("Ida", "unfreeze", decidable(1002)),
        presses("Vera", "Approve", 1002, over(1002)),
        types_at_the_shell("run", "freeze again"),
        types("Ida", "unfreeze", decidable(1003)),
        presses("Vera", "Approve", 1003, over(1003)),
        types("Ida", GLASS, decidable(1004)),
        presses("Ida", "Break the glass", 1004, over(1004)),
        presses("Vera", "Approve", 1005, over(1005)),
    ),
)
ADMIN = "T0001:U0004"
PEOPLE = (("U0001", "operator"), ("U0002", "approver"), ("U0003", "approver"))
NEW_PORTAL = (
    *("--domain", "shop.bitrix24.com", "--member-id", "0123456789abcdef0123456789abcdef"),
    *("--client-id", "local.5f1c2a.12345678"),
)
NEW_SECRETS = {
    f"B24BOT_SECRET_{name}": f"sekret-of-{name.lower()}" for name in ("CLIENT_SECRET", "ACCESS_TOKEN", "REFRESH_TOKEN")
}
SHELL = Scenario(
    name="from an empty folder, in the terminal",
    fresh=True,
    settings={"B24BOT_ADMINS": ADMIN},
    steps=(
        *(types_at_the_shell("access", "grant", f"T0001:{person}", role) for person, role in PEOPLE),
        types_at_the_shell("run", "connector list"),
        types_at_the_shell("portal", "add", "prod", *NEW_PORTAL, **NEW_SECRETS),
        types_at_the_shell("run", "connector remove myconnector"),
        types_at_the_shell("request", "withdraw", "CR-1001"),
        types_at_the_shell("run", "connector remove myconnector"),
        presses("Anton", "Approve", 1002, over(1002)),
        types_at_the_shell("access", "revoke", "T0001:U0003"),
    ),
)
ALL = (
    *(REMOVE, INTERRUPTED, SEVERAL_CALLS, CONFIRMED, REJECTED, WITHDRAWN, EXPIRED, STALE, RENEWED, REFUSED, BLIND),
    *(LONG_ANSWER, NO_ADDRESS, NO_CHANNEL, FAULTY, LOCKED, WITNESSED, DELETED, RULES, SHELL),
)
