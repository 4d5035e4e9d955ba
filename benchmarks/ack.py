"""What a slash command costs from the signed bytes to the ack with the job on disk, beside Bolt alone.

    python benchmarks/ack.py [--samples N]

In one process and one thread, through the WSGI application and without a network. The disk is left out
(synchronous=OFF): what is measured is our own work. The rounds of all candidates take turns, so that whatever else
the machine does meets all of them; trust the ratios, not the milliseconds.
"""

from __future__ import annotations

import argparse
import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.app import Bot, Running, assemble, read_settings
from bot.host.registry import Registry
from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.signing import signed_headers
from bot.plugin import Group, Reply, Risk
from bot.plugin.loopback import wait_until
from bot.store.keys import create_key_file
from bot.web.health import Wsgi
from bot.web.site import SLACK_PATH

REGISTERED = (1, 50, 200)
ROUND = 50
"""Requests of one candidate before the next has its turn."""
WARM_UP = 100


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One thing to measure; `seconds` are the samples."""

    name: str
    application: Wsgi
    secret: str
    seconds: list[float] = field(default_factory=list)


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
    bot.context.registry = Registry((), builtin=commands(number))
    running = Running(bot, intake=True, work=False)
    running.start()
    try:
        if not wait_until(lambda: all(running.readiness().values())):
            raise SystemExit(f"The bot did not become ready: {running.readiness()}.")
        yield Candidate(name=f"b24bot, {number} commands", application=running.http(), secret=workspace.signing_secret)
        stored = bot.store.database.rows("SELECT count(*) AS n FROM jobs")[0]["n"]
        if stored < WARM_UP:
            raise SystemExit(f"Only {stored} jobs are on disk: what was measured is not what was meant.")
    finally:
        running.stop()


def bare_bolt(name: str, secret: str, *, listeners: int = 1) -> Candidate:
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

    return Candidate(name=name, application=SlackRequestHandler(app, path=SLACK_PATH), secret=secret)


def request(secret: str, number: int) -> dict[str, Any]:
    """The WSGI environment of one genuine command; each is another delivery."""
    fields = {
        "token": "t",
        "team_id": "T0001",
        "team_domain": "acme",
        "channel_id": "C0001",
        "channel_name": "connectors",
        "user_id": "U0001",
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


def one_round(candidate: Candidate, first: int, count: int) -> list[float]:
    """The seconds of so many requests; each must have been acknowledged."""
    taken: list[float] = []
    said: list[str] = []
    start_response: Callable[..., Any] = partial(_note, said)
    for number in range(first, first + count):
        environ = request(candidate.secret, number)
        started = time.perf_counter()
        b"".join(candidate.application(environ, start_response))
        taken.append(time.perf_counter() - started)
    if {status.split()[0] for status in said} != {"200"}:
        raise SystemExit(f"{candidate.name} did not acknowledge: {set(said)}.")
    return taken


def _note(said: list[str], status: str, _headers: list[tuple[str, str]], _error: object = None) -> None:
    said.append(status)


def measure(candidates: list[Candidate], samples: int) -> None:
    for candidate in candidates:
        one_round(candidate, 0, WARM_UP)
    gc.collect()
    gc.disable()
    try:
        for first in range(WARM_UP, WARM_UP + samples, ROUND):
            for candidate in candidates:
                candidate.seconds += one_round(candidate, first, min(ROUND, WARM_UP + samples - first))
    finally:
        gc.enable()


def report(candidates: list[Candidate]) -> Table:
    """Medians, and how they stand to Bolt with one listener."""
    base = statistics.median(candidates[0].seconds)
    table = Table(title="From signed bytes to the ack, one thread, disk left out")
    for head in ("what", "median ms", "95 % below ms", "times bare Bolt", "samples"):
        table.add_column(head, justify="left" if head == "what" else "right")
    for one in candidates:
        median, late = statistics.median(one.seconds), statistics.quantiles(one.seconds, n=20)[-1]
        row: Mapping[str, str] = {
            "median": f"{median * 1000:.3f}",
            "late": f"{late * 1000:.3f}",
            "ratio": f"{median / base:.2f}",
            "samples": f"{len(one.seconds):,}",
        }
        table.add_row(one.name, *row.values())
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=2_000, help="requests of each candidate")
    samples = max(ROUND, parser.parse_args().samples)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workspace = stack.enter_context(SlackWorkspace(rate_limit=False))
        secret = workspace.signing_secret
        candidates = [bare_bolt("bare Bolt, 1 listener", secret)]
        candidates += [
            bare_bolt(f"bare Bolt, {number} listeners", secret, listeners=number) for number in REGISTERED[1:]
        ]
        candidates += [stack.enter_context(bot_with(number, folder / str(number), workspace)) for number in REGISTERED]
        measure(candidates, samples)
        Console(width=100).print(report(candidates))


if __name__ == "__main__":
    main()
