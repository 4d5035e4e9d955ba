"""Whoever rewrites the audit log is found out: eight ways of doing it, at many places, in databases and in exports.

With a head that was kept elsewhere everything is found, and the record where it begins is named. Without one, two of
the ways leave a log that holds: cutting its end off, and writing it anew with the key. docs/explanation/audit.md
says so, and both hold here as well.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit.audit_record import Entry, Fact, Tag, facts_text, link
from bot.core.audit.chain import START, Anchor, Findings, Place, recompute_chain, witness_line
from bot.core.audit.exports import parse_iso_time, read_exported_links
from bot.core.audit.stored_views import exported_row
from bot.core.bot_errors import ConfigurationError
from bot.plugin import iso
from bot.store.disk.folders import make_home
from bot.store.engine.database import sqlite3
from bot.store.files.backup_reader import links_of
from bot.store.files.verified_head import VERIFIED, Mark, encode_mark
from bot.store.files.witness_file import Witness
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, open_store
from bot.usecases.integrity.chain_check import CHAIN, ChainCheck, begin_check, is_unchecked
from tests.language.english import en
from tests.long.form import sized
from tests.usecases.core_bot import CoreBot, StillClock

SEEDS = sized(300, 5_000)
RECORDS = 12
KEYS = Keyring({"k1": bytes(range(32)), "k0": bytes(32)})
TAGS = tuple(Tag)
GUARDS = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_replace;"
Rows = list[dict[str, Any]]
"""Records as the database holds them: facts as text, `mac` as bytes."""


def entry(seed: int, seq: int) -> Entry:
    facts: dict[str, Fact] = {
        "line": f"connector remove c{seed * seq % 97}",
        "approvals": seq % 3,
        "reason": "„“; =x\n",
    }
    return Entry(tag=TAGS[(seed + seq) % len(TAGS)], actor=f"T1:U{seed % 7}", subject=f"CR-{1_000 + seq}", facts=facts)


# Ways of rewriting. Each gets the rows of an intact log and returns those that are left in their place, with the number
# at which the chain has to break; None when it holds.

Mutation = Callable[[Rows, random.Random], tuple[Rows, int | None]]


def change_a_fact(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    row = dice.choice(rows)
    name, value = dice.choice(
        [
            ("facts", row["facts"].replace("remove", "show")),
            ("actor", "T1:UOTHER"),
            ("subject", "CR-9"),
            ("at", row["at"] + 1),
        ]
    )
    row[name] = value
    return rows, row["seq"]


def swap_two(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    """The contents and macs change places; the numbers stay in order."""
    first, second = sorted(dice.sample(range(len(rows)), 2))
    rows[first], rows[second] = rows[second], rows[first]
    rows[first]["seq"], rows[second]["seq"] = rows[second]["seq"], rows[first]["seq"]
    return rows, first + 1


def delete_one(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    gone = dice.randrange(len(rows) - 1)
    return rows[:gone] + rows[gone + 1 :], gone + 1


def cut_the_tail(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    return rows[: dice.randrange(len(rows))], None


def forge_one(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    """A record with a key that is not ours, chained to the one before it; those behind it move up."""
    place = dice.randrange(len(rows) + 1)
    forged = chained([dict(rows[0], actor="T1:UFORGED")], dice.randbytes(32), after(rows[:place]))
    for row in rows[place:]:
        row["seq"] += 1
    return [*rows[:place], *forged, *rows[place:]], place + 1


def replace_one(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    """Another record under the same number, with the mac of the old one."""
    place = dice.randrange(len(rows))
    rows[place] = dict(rows[place], facts='{"line":"connector list"}', tag=str(Tag.COMMAND_RAN), subject="CR-8")
    return rows, place + 1


def change_a_mac(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    row = dice.choice(rows)
    bit = dice.randrange(256)
    row["mac"] = (int.from_bytes(row["mac"], "big") ^ (1 << bit)).to_bytes(32, "big")
    return rows, row["seq"]


def renumber(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    """Everything from one record on moves up or down."""
    place, step = dice.randrange(len(rows)), dice.choice([-40, -20, 1, 5, 1_000])
    for row in rows[place:]:
        row["seq"] += step
    # What moves down before the first record is the first that is met.
    return sorted(rows, key=lambda row: int(row["seq"])), 1 if step < 0 else place + 1


def write_anew(rows: Rows, dice: random.Random) -> tuple[Rows, int | None]:
    """By somebody who has the key: from one record on everything is chained again."""
    place = dice.randrange(len(rows))
    rows[place]["actor"] = "T1:UINNOCENT"
    return [*rows[:place], *chained(rows[place:], KEYS.audit_key("k1"), after(rows[:place]))], None


def after(rows: Rows) -> Place:
    return Place(seq=rows[-1]["seq"], mac=rows[-1]["mac"]) if rows else START


def chained(rows: Rows, key: bytes, place: Place) -> Rows:
    """The rows with numbers and macs that follow a place."""
    made = []
    for row in rows:
        facts: dict[str, Fact] = json.loads(row["facts"])
        content = Entry(tag=Tag(row["tag"]), actor=row["actor"], subject=row["subject"], facts=facts)
        place = Place(seq=place.seq + 1, mac=link(key, place.seq + 1, place.mac, row["at"], content))
        made.append(dict(row, seq=place.seq, mac=place.mac, facts=facts_text(content)))
    return made


MUTATIONS: dict[str, Mutation] = {
    "change a fact": change_a_fact,
    "swap two records": swap_two,
    "delete one in the middle": delete_one,
    "cut the tail": cut_the_tail,
    "insert a forged one": forge_one,
    "replace a record": replace_one,
    "change a mac": change_a_mac,
    "renumber": renumber,
    "write everything anew with the key": write_anew,
}


# The two forms in which a log is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Small logs as the bot writes them, their rows, and a folder for the copies that are rewritten."""

    files: tuple[bytes, ...]
    rows: tuple[Rows, ...]
    folder: Path

    def of(self, seed: int) -> Rows:
        return [dict(row) for row in self.rows[seed % len(self.rows)]]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    folder = tmp_path_factory.mktemp("logs")
    files, rows = [], []
    for number in range(5):
        clock = StillClock()
        store = open_store(folder / str(number), KEYS, clock, synchronous="OFF")
        for seq in range(1, RECORDS + 1):
            with store.unit_of_work() as tx:
                clock.advance(seq)
                tx.record(entry(number, seq))
        rows.append(store.database.rows("SELECT * FROM audit ORDER BY seq"))
        exported = [exported_row(record) for record in store.audit.walk()]
        assert [json.loads(text) for text in export(rows[-1])] == exported, "the export below is the bot's own"
        store.close()
        files.append((folder / str(number) / "b24bot.sqlite3").read_bytes())
    return Logs(files=tuple(files), rows=tuple(rows), folder=folder)


def export(rows: Rows) -> Iterator[str]:
    for row in rows:
        shown = {"at": iso(row["at"]), "facts": json.loads(row["facts"]), "mac": row["mac"].hex()}
        yield json.dumps({**row, **shown})


def in_a_database(logs: Logs, seed: int, rows: Rows, anchors: Iterable[Anchor]) -> Findings:
    """Put the rows into a copy of the database, and examine the copy."""
    path = logs.folder / "copy.sqlite3"
    rewritten(logs, seed, rows, path)
    with links_of(path) as links:
        return recompute_chain(links, KEYS.audit_key, anchors=anchors)


def rewritten(logs: Logs, seed: int, rows: Rows, path: Path) -> None:
    """Make a copy of the database with these rows, by INSERT OR REPLACE where a number is taken."""
    path.write_bytes(logs.files[seed % len(logs.files)])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;" + GUARDS + "BEGIN;")
        names = ", ".join(rows[0]) if rows else "seq"
        marks = ", ".join("?" * len(rows[0])) if rows else "?"
        kept = ", ".join(str(row["seq"]) for row in rows)
        connection.execute(f"DELETE FROM audit WHERE seq NOT IN ({kept})")
        connection.executemany(
            f"INSERT OR REPLACE INTO audit ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows]
        )
        connection.execute("COMMIT")


def in_an_export(logs: Logs, seed: int, rows: Rows, anchors: Iterable[Anchor]) -> Findings:
    return recompute_chain(read_exported_links(export(rows)), KEYS.audit_key, anchors=anchors)


FORMS = {"database": in_a_database, "export": in_an_export}


def head(rows: Rows) -> Anchor:
    """What stands in the audit channel about the last record."""
    return Anchor(seq=rows[-1]["seq"], head=rows[-1]["mac"].hex()[:16], where="channel")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_log_that_nobody_touched_holds_and_fits_its_anchor(
    logs: Logs, form: Callable[[Logs, int, Rows, Iterable[Anchor]], Findings]
) -> None:
    for seed in range(len(logs.rows)):
        found = form(logs, seed, logs.of(seed), [head(logs.of(seed))])
        assert (found.broken_at, found.against, found.place.seq) == (None, None, RECORDS)
        assert found.agreed is not None


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_every_rewriting_is_found_with_an_anchor_and_named_where_it_begins(
    logs: Logs, mutation: Mutation, form: Callable[[Logs, int, Rows, Iterable[Anchor]], Findings]
) -> None:
    found = 0
    for seed in range(SEEDS):
        kept = [head(logs.of(seed))]
        rows, broken_at = mutation(logs.of(seed), random.Random(seed))
        with_anchor = form(logs, seed, rows, kept)
        assert with_anchor.broken_at == broken_at, seed
        if broken_at is None:
            assert with_anchor.against == kept[0], seed
            assert with_anchor.behind is (len(rows) < RECORDS), seed
        found += with_anchor.broken_at is not None or with_anchor.against is not None
    assert found == SEEDS


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("mutation", [cut_the_tail, write_anew])
def test_a_cut_tail_and_a_chain_written_anew_are_never_found_without_an_anchor(
    logs: Logs, mutation: Mutation, form: Callable[[Logs, int, Rows, Iterable[Anchor]], Findings]
) -> None:
    """The limit that is stated: nothing inside the log can show it."""
    held = 0
    for seed in range(SEEDS // 10):
        rows, _ = mutation(logs.of(seed), random.Random(seed))
        without = form(logs, seed, rows, [])
        held += without.broken_at is None and without.against is None and without.place.seq == len(rows)
    assert held == SEEDS // 10


@pytest.mark.parametrize("anchored", [True, False])
@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_bot_that_starts_from_its_mark_finds_the_same_and_runs_nothing_before(
    logs: Logs, tmp_path: Path, mutation: Mutation, anchored: bool
) -> None:
    """All of the log but its last records lies before the mark; the mark is as it was made, and so is the witness."""
    for seed in range(SEEDS // 10):
        rows, broken_at = mutation(logs.of(seed), random.Random(seed))
        path = tmp_path / f"{seed}" / FILE_NAME
        make_home(path.parent)
        rewritten(logs, seed, rows, path)
        kept = logs.of(seed)
        if anchored:
            (tmp_path / "witness.jsonl").write_text(witness_line("t", place_of(kept[-1]), at="", key_id="k1") + "\n")
        try:
            store = open_store(path.parent, KEYS, StillClock(), synchronous="OFF")
        except ConfigurationError:
            # Nothing at either end of so short a log fits the keys any more: that keeps it from starting.
            assert broken_at is not None, seed
            continue
        core_bot = CoreBot(path.parent, store=store, roles={}, deliver=False)
        core_bot.ctx.audit.witness = Witness(tmp_path / "witness.jsonl") if anchored else None
        core_bot.ctx.audit.chain.at_start = 4
        mark = Mark(place=place_of(kept[RECORDS - 3]), keys=("k1", "k0"), at=0)
        with store.unit_of_work() as tx:
            tx.facts.put(VERIFIED, encode_mark(mark, KEYS))
        begin_check(core_bot.ctx)
        assert CHAIN in core_bot.ctx.limits or is_unchecked(core_bot.ctx) or len(rows) <= 4 or broken_at is None, seed
        check = ChainCheck(core_bot.ctx, page=3)
        while check.run_once():
            pass
        found = core_bot.ctx.limits.get(CHAIN)
        assert core_bot.ctx.audit.chain.unchecked is None
        if broken_at is not None:
            assert found is not None, seed
            assert f"broken at record #{broken_at}:" in en(found.why), seed
        else:
            # A mark shows what was cut off or written anew before it; what came after it only a head elsewhere shows.
            before = len(rows) < mark.place.seq or rows[mark.place.seq - 1]["mac"] != mark.place.mac
            assert (found is not None) is (anchored or before), seed
        core_bot.close()


def place_of(row: dict[str, Any]) -> Place:
    return Place(seq=row["seq"], mac=row["mac"])


def test_with_every_head_kept_the_first_record_written_anew_is_named(logs: Logs) -> None:
    for seed in range(SEEDS // 10):
        rows = logs.of(seed)
        kept = [head(rows[: count + 1]) for count in range(len(rows))]
        anew, _ = write_anew(logs.of(seed), random.Random(seed))
        first = next(one["seq"] for one, old in zip(anew, rows, strict=True) if one["mac"] != old["mac"])
        found = in_an_export(logs, seed, anew, kept)
        assert found.against == kept[first - 1]
        assert found.agreed == (kept[first - 2] if first > 1 else None)


def test_moments_of_an_export_are_those_of_the_records(logs: Logs) -> None:
    assert [parse_iso_time(json.loads(line)["at"]) for line in export(logs.of(0))] == [row["at"] for row in logs.of(0)]
