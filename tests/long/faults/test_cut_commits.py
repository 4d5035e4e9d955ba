"""The whole bot on a PostgreSQL server that breaks the connection at COMMIT or crashes: it never says a wrong thing.

Half of the cuts come before the server gets the COMMIT, half of them before the bot gets the answer.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.playground.workspace import DispatchResult
from bot.plugin.loopback import wait_until
from bot.store.postgres.engine import PostgresEngine
from bot.testing.conversation import FIRST
from tests.long.form import sized
from tests.store.server.fixtures import require_own_server
from tests.store.server.postgres_proxy import Proxy
from tests.store.server.postgres_server import Server
from tests.stories.scene import UNREGISTER, Scene

ALLOWED = {"B24BOT_ALLOW_ASYNC_DATABASE": "on"}
"""A server of the tests does not write to its disk."""
CUTS = sized(20, 300)
CRASHES = sized(5, 40)
MOMENT = 0.4
"""Seconds by which each crash comes later than the one before."""
TRIES = 50
TIMEOUT, LONGEST = 5.0, 60.0
"""Seconds after which somebody does it again."""
EVERY = 9
"""A commit of so many is cut: enough are left for the bot to come to an end."""


def insist(act: Callable[[], DispatchResult], reached: Callable[[], object]) -> None:
    """Do again what was not taken or could not be stored, as people do whom the bot tells so."""
    for _ in range(TRIES):
        act()
        if wait_until(lambda: _holds(reached), within=TIMEOUT):
            return
    raise AssertionError("it was never taken")


def _holds(reached: Callable[[], object]) -> bool:
    """Whether it is so. While the server is away nobody knows."""
    try:
        return bool(reached())
    except StoreUnavailable:
        return False


def test_a_server_that_crashes_makes_no_answer_wrong(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each time at another moment of a removal; the server comes back with what it had acknowledged."""
    server = require_own_server()
    try:
        settings = {"B24BOT_DATABASE_URL": server.url, "B24BOT_READBACK_AFTER": "1s", **ALLOWED}
        with Playground(tmp_path, settings=settings, pace=False, known=True) as playground:
            scene = Scene(playground)
            _ask_longer(playground)
            for round_ in range(CRASHES):
                with ThreadPoolExecutor() as crashes:
                    crash = crashes.submit(_crash, server, MOMENT * round_)
                    _remove(scene, FIRST + round_, crash.result)
                playground.portal.seed()
            _compare(scene, CRASHES)
            assert playground.store.audit.broken_at() is None
        record_property("crashes of the server", CRASHES)
    finally:
        server.stop()


def _ask_longer(playground: Playground) -> None:
    """Have the bot, which is in the process of the test, wait for a server that a slow machine starts slowly."""
    engine = playground.store.engine
    assert isinstance(engine, PostgresEngine)
    engine.ask_seconds = LONGEST


def _crash(server: Server, after: float) -> None:
    threading.Event().wait(after)
    server.crash()
    server.restart()


def test_cuts_at_commit_make_no_answer_wrong(
    postgres_server: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each removal is made once at most, ends as what it is, and is recorded once."""
    schema = postgres_server.new_schema()
    with Proxy(postgres_server.url) as proxy:
        settings = {"B24BOT_DATABASE_URL": f"{proxy.url}&schema={schema}", "B24BOT_READBACK_AFTER": "1s", **ALLOWED}
        with Playground(tmp_path, settings=settings, pace=False, known=True) as playground:
            scene = Scene(playground)
            rounds, proxy.every = 0, EVERY
            while proxy.cuts < CUTS:
                rounds += 1
                _remove(scene, FIRST + rounds - 1)
                playground.portal.seed()
            proxy.every = 0
            _compare(scene, rounds)
            assert playground.store.audit.broken_at() is None
        record_property("cuts at COMMIT: cuts", proxy.cuts)
        record_property("cuts at COMMIT: removals", rounds)
    postgres_server.drop_schema(schema)


def _remove(scene: Scene, number: int, pause: Callable[[], object] = lambda: None) -> None:
    """Cut off between intent and call it has not happened, and behind the call it has: either is told as it is."""
    before = scene.effects(UNREGISTER)
    olga = scene.workspace.people["Olga"]
    typed = "/b24 connector remove myconnector"
    insist(lambda: olga.slash(typed), lambda: scene.top_card(f"CR-{number}"))
    card = scene.card(f"CR-{number}")
    insist(lambda: scene.press("Anton", card, "Approve"), lambda: scene.change(number).status is not Status.PENDING)
    pause()
    over = (Status.DONE, Status.FAILED)
    assert wait_until(lambda: _holds(lambda: scene.change(number).status in over), within=LONGEST)
    ended = scene.change(number)
    assert scene.registered() == (ended.status is Status.FAILED)
    assert scene.effects(UNREGISTER) - before == (ended.status is Status.DONE)


def _compare(scene: Scene, rounds: int) -> None:
    store = scene.playground.store
    numbers = sorted(change.number for change in store.changes.newest(limit=10_000))
    assert numbers == list(range(FIRST, FIRST + rounds)), "a request that was lost, or one that was doubled"
    assert scene.sent(UNREGISTER) == scene.effects(UNREGISTER)
    once = Counter(f"CR-{number}" for number in numbers)
    assert _subjects(scene, Tag.EXECUTION_INTENDED) == once
    ended, resolved = _subjects(scene, Tag.EXECUTION_ENDED), _subjects(scene, Tag.EXECUTION_RESOLVED)
    assert ended | resolved == once, "an ending that nobody recorded, or one that was recorded twice"


def _subjects(scene: Scene, tag: Tag) -> Counter[str]:
    """How often each request has a record of this kind."""
    return Counter(record.subject for record in scene.playground.store.audit.find(tag=tag, limit=10_000))
