"""What each of several processes does with the same rows at once. Started by the tests as `python -m`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.clock import ShiftedClock
from bot.core.audit.audit_record import Entry, Tag
from bot.core.change.change_request import Status
from bot.store.repositories.jobs import Receipt
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store, open_store

KEYS = Keyring({"k1": bytes(32)})


def take(store: Store, name: str, number: int, new: Status) -> bool:
    """One arrow out of pending, with an audit record in the same transaction, as every decision has."""
    with store.unit_of_work() as tx:
        first = tx.changes.move(number, Status.PENDING, new, changes={"outcome": name})
        if first:
            tx.record(Entry(tag=Tag.REVIEW_APPROVED, actor=name, subject=f"CR-{number}"))
    return first


def deliver(store: Store, number: int) -> bool:
    """The same delivery as everybody else brings."""
    with store.unit_of_work() as tx:
        new = tx.jobs.receive(f"key {number}", "body", at=0) is Receipt.NEW
        if new:
            tx.jobs.add("inbound", f"{number}", at=0)
    return new


def intend(store: Store, number: int) -> bool:
    with store.unit_of_work() as tx:
        return tx.changes.intend(number, 0, "thing.remove", at=0)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(home: str, url: str, name: str, wanted: str, numbers: str) -> None:
    """Race through `numbers` (a range `1001-1200`); say what this process was first at, as JSON.

    The rows are in a file in `home`, or on a server where `url` is not empty.
    """
    store = open_store(Path(home), KEYS, ShiftedClock(), url=url, synchronous="OFF")
    say("ready")
    sys.stdin.readline()
    first, _, last = numbers.partition("-")
    rows = range(int(first), int(last) + 1)
    won = {
        "arrows": [number for number in rows if take(store, name, number, Status(wanted))],
        "deliveries": [number for number in rows if deliver(store, number)],
        "intents": [number for number in rows if intend(store, number)],
    }
    store.close()
    say(json.dumps(won))


if __name__ == "__main__":
    main(*sys.argv[1:])
