"""What each of several processes does with the same change requests at once, through the use cases.

`python -m tests.long.racers` takes one line of JSON a race and answers each with one. It ends with its input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.core.change.change_request import Status
from bot.core.messages.deliveries import Click
from bot.store.engine.database import Database
from bot.store.engine.port import Engine
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.repositories.jobs import Job
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store
from bot.usecases.authority import card_token
from bot.usecases.execution.executor import execute
from bot.usecases.requests.expiry import expire
from bot.usecases.requests.reviews import handle_button, handle_reason_form
from tests.usecases.core_bot import ANTON, IDA, VERA, CoreBot, StillClock, person
from tests.usecases.toy import Toy

KEYS = Keyring({"k1": bytes(32)})
TIMEOUT = 60.0
ZOE = person("Zoe")
RACERS = (ANTON, VERA, IDA, ZOE)
"""Who presses in each of the processes; all of them may approve."""


def name_of(row: int) -> str:
    return f"n{row}"


def _open_rows(home: Path, url: str) -> Engine:
    """The rows of the file in a folder, or those that a URL names on a server."""
    if url:
        return PostgresEngine(Address.parse(url), busy_seconds=TIMEOUT)
    return Database(home / FILE_NAME, synchronous="OFF", busy_seconds=TIMEOUT)


class Racer:
    """One process: a store of its own over the same rows, and a portal of its own that counts its calls."""

    def __init__(self, home: Path, url: str, place: int, names: Iterable[str]) -> None:
        self.place, self.person = place, RACERS[place]
        self.toy = Toy(things=dict.fromkeys(names, "red"))
        # On a crowded machine a neighbour may be kept from its turn for longer than a person would be made to wait.
        store = Store(_open_rows(home, url), KEYS, StillClock(), home=home)
        self.core_bot = CoreBot(home, store=store, toy=self.toy, roles={}, deliver=False)
        self.ctx = self.core_bot.ctx

    def job(self, number: int) -> Job:
        return Job(id=number * 10 + self.place, kind="inbound", payload=str(number), attempts=1)

    def approve(self, number: int) -> None:
        handle_button(self.ctx, self.job(number), self._click(number, card_token.APPROVE))

    def reject(self, number: int) -> None:
        change = self.ctx.store.changes.require(number)
        handle_reason_form(self.ctx, self.job(number), self.core_bot.form(self.person, change, "no"))

    def expire(self, number: int) -> None:
        """As the scheduler does it for one whose time is up by its clock: what it has just read may have moved on."""
        change = self.ctx.store.changes.require(number)
        if change.status is Status.PENDING:
            with self.ctx.store.unit_of_work() as tx:
                expire(tx, self.ctx, change)

    def execute(self, number: int) -> None:
        execute(self.ctx, self.job(number), number)

    def say_done(self, number: int) -> None:
        handle_button(self.ctx, self.job(number), self._click(number, card_token.WAS_DONE))

    def say_not_done(self, number: int) -> None:
        handle_button(self.ctx, self.job(number), self._click(number, card_token.WAS_NOT_DONE))

    def _click(self, number: int, button: str) -> Click:
        return self.core_bot.click(self.person, self.ctx.store.changes.require(number), button)

    def race(self, act: str, numbers: range) -> dict[str, Any]:
        """Do it to each; which calls this process made, and what went wrong that nobody can explain."""
        step: Callable[[int], None] = getattr(self, act)
        errors: list[str] = []
        for number in numbers:
            try:
                step(number)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
                errors.append(f"{number}: {type(error).__name__}: {error}")
        self.ctx.store.close()
        return {"called": [str(call.params["ID"]) for call in self.toy.calls], "errors": errors}


def serve() -> None:
    for line in sys.stdin:
        task: Mapping[str, Any] = json.loads(line)
        numbers = range(task["first"], task["last"] + 1)
        racer = Racer(Path(task["home"]), task["url"], task["place"], map(name_of, range(len(numbers))))
        say("ready")
        sys.stdin.readline()
        say(racer.race(task["act"], numbers))


def say(answer: object) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
