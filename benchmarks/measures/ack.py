"""What a slash command costs from the signed bytes to the ack with the job on disk, beside Bolt alone.

In one process and one thread, through the WSGI application and without a network. The disk is left out
(synchronous=OFF): what is measured is our own work.
"""

from __future__ import annotations

import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from benchmarks.sampling import Given, Measure, Row, Samples
from bot.app import Bot, Running, assemble, read_settings
from bot.core.principals import Grant, Principal, Role
from bot.host.registry import Registry
from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.base.signing import signed_headers
from bot.plugin import Group, Reply, Risk
from bot.plugin.loopback import wait_until
from bot.store.engine.database import Database
from bot.store.sealing.keyring import create_key_file
from bot.usecases.leases.worker_beat import WorkerBeat
from bot.web.site import SLACK_PATH

REGISTERED = (1, 50, 200)
ROUND = 100
"""Requests of one candidate before the next has its turn; a sample is the middle of them."""
WARM_UP = 100
PEOPLE = 10
"""On the allow-list, who take turns: each may have only so many commands waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One thing to measure."""

    key: str
    application: Callable[..., Any]
    secret: str
    database: Database | None = None

    def clear(self) -> None:
        """Take the jobs of the round before away. Raises RuntimeError where not each request has become one."""
        if self.database is None:
            return
        with self.database.unit_of_work():
            stored = self.database.execute("DELETE FROM jobs")
        if stored % ROUND:
            raise RuntimeError(f"Only {stored} jobs are on disk: what was measured is not what was meant.")


def commands(number: int) -> Group[Any]:
    """So many commands that do nothing."""
    group: Group[Any] = Group("bench", help="Commands that do nothing")

    def make(at: int) -> None:
        def nothing(_subject: Any) -> Reply:
            """Do nothing."""
            return Reply(title=f"{at}")

        group.command(f"verb{at}", risk=Risk.READ)(nothing)

    for at in range(number):
        make(at)
    return group


@contextmanager
def bot_with(number: int, folder: Path, workspace: SlackWorkspace) -> Iterator[Candidate]:
    """The bot's intake with so many commands, and no worker, so that only the way to the ack is measured."""
    create_key_file(folder / "keys" / "key")
    settings = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "B24BOT_HOME": str(folder / "home"),
        "B24BOT_KEY_FILE": str(folder / "keys" / "key"),
    }
    bot: Bot = assemble(read_settings(settings), synchronous="OFF")
    bot.context = replace(bot.context, registry=Registry((), builtin=commands(number)))
    running = Running(bot, intake=True, work=False)
    running.start()
    WorkerBeat(bot.context).run_once()
    try:
        if not wait_until(lambda: all(running.readiness().values())):
            raise RuntimeError(f"The bot did not become ready: {running.readiness()}.")
        with bot.store.unit_of_work() as store:
            for user in range(PEOPLE):
                person = Principal(team="T0001", user=f"U{user:04}")
                store.grants.put(Grant(principal=person, role=Role.OPERATOR, granted_by="bench", granted_at=0))
        secret, database = workspace.signing_secret, bot.store.database
        yield Candidate(key=f"ours {number}", application=running.http(), secret=secret, database=database)
    finally:
        running.stop()


def bare_bolt(secret: str, listeners: int) -> Candidate:
    """Bolt alone, with as many listeners, the last of which acknowledges."""

    def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0001", bot_token="xoxb-none", bot_user_id="U0B24")

    app = App(
        client=WebClient(),
        signing_secret=secret,
        authorize=authorize,
        process_before_response=True,
        token_verification_enabled=False,
    )
    for at in range(1, listeners):
        app.command(f"/other{at}")(lambda ack: ack())

    @app.command("/b24")
    def acknowledge(ack: Ack) -> None:
        ack()

    return Candidate(key=f"bolt {listeners}", application=SlackRequestHandler(app, path=SLACK_PATH), secret=secret)


def request(secret: str, number: int) -> dict[str, Any]:
    """The WSGI environment of one genuine command; each is another delivery."""
    fields = {
        "token": "t",
        "team_id": "T0001",
        "team_domain": "acme",
        "channel_id": "C0001",
        "channel_name": "connectors",
        "user_id": f"U{number % PEOPLE:04}",
        "user_name": "olga",
        "command": "/b24",
        "text": "bench verb0",
        "api_app_id": "A0001",
        "is_enterprise_install": "false",
        "response_url": f"https://hooks.slack.com/commands/T0001/{number}",
        "trigger_id": f"{number}.1000.abcdef",
    }
    body = urlencode(fields).encode()
    headers = signed_headers(secret, body, int(time.time()))
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": SLACK_PATH,
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }


def one_round(candidate: Candidate, first: int, count: int) -> float:
    """The middle of the seconds of so many requests; each must have been acknowledged."""
    taken: list[float] = []
    said: list[str] = []
    start_response: Callable[..., Any] = partial(_note, said)
    for number in range(first, first + count):
        environ = request(candidate.secret, number)
        started = time.perf_counter()
        b"".join(candidate.application(environ, start_response))
        taken.append(time.perf_counter() - started)
    candidate.clear()
    if {status.split()[0] for status in said} != {"200"}:
        raise RuntimeError(f"{candidate.key} did not acknowledge: {set(said)}.")
    return statistics.median(taken)


def _note(said: list[str], status: str, _headers: list[tuple[str, str]], _error: object = None) -> None:
    said.append(status)


def samples(_given: Given) -> Samples:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workspace = stack.enter_context(SlackWorkspace(rate_limit=False))
        candidates = [bare_bolt(workspace.signing_secret, number) for number in REGISTERED]
        candidates += [stack.enter_context(bot_with(number, folder / str(number), workspace)) for number in REGISTERED]
        for candidate in candidates:
            one_round(candidate, 0, WARM_UP)
        first = WARM_UP
        gc.collect()
        gc.disable()
        stack.callback(gc.enable)
        while True:
            yield {candidate.key: one_round(candidate, first, ROUND) for candidate in candidates}
            first += ROUND


MEASURE = Measure(
    title="From signed bytes to the ack, one thread, disk left out",
    rows=(
        Row(key="bolt 1", label="bare Bolt, 1 listener", unit="ms"),
        *(
            Row(key=f"bolt {number}", label=f"bare Bolt, {number} listeners", unit="ms", base="bolt 1")
            for number in REGISTERED[1:]
        ),
        *(
            Row(key=f"ours {number}", label=f"b24bot, {number} commands", unit="ms", base="bolt 1", goal="≤ 3 ×")
            for number in REGISTERED
        ),
    ),
    samples=samples,
    rounds=20,
    quick_rounds=4,
)
