"""Anything at all as a request, twenty thousand times: no exception, no 5xx, and nothing unsigned gets in."""

from __future__ import annotations

import importlib.util
import logging
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.long.form import LONG, sized
from tests.long.input.knocks import GENUINE, HANDS, HEAD, TEMPLATES, Door, seeds

REQUESTS = sized(20_000, 1_000_000)
SHARDS = 4
RUNS = sized(0, 5_000_000)
"""Of the fuzzer that looks on."""
ROOT = Path(__file__).parents[3]
PIECES = (
    *(
        b"payload=",
        b"&payload=1",
        b"%00",
        b"%FF",
        b"\xff",
        b"\xed\xa0\x80",
        b"\x00",
        b"%22",
        b'"',
        b"{",
        b"}",
        b"[" * 70,
    ),
    *(b"type", b"block_actions", b"view_submission", b"b24:approve", b"%7B%22a%22%3A1%7D", b"null", b"true", b"1" * 40),
    *(
        "é".encode(),
        "🙂".encode(),
        "\u202e".encode(),
        "\ue000".encode(),
        b"&" * 60,
        b"T0002",
        b"=",
        b"+",
        b"&ssl_check=1",
    ),
)


@pytest.fixture
def door() -> Iterator[Door]:
    logging.disable(logging.CRITICAL)
    yield Door()
    logging.disable(logging.NOTSET)


def random_request(chance: Random) -> bytes:
    hand = GENUINE if chance.random() < 0.8 else chance.randrange(HANDS)
    kind = chance.choice((0, 0, 0, 1, chance.randrange(8)))
    length = chance.choice((0, 0, 0, chance.randrange(256)))
    head = bytes((kind, hand, chance.randrange(len(TEMPLATES)), chance.randrange(8), chance.randrange(256), length))
    some = chance.choice((b"", chance.randbytes(chance.randrange(40)), b"".join(chance.choices(PIECES, k=3))))
    return head + some


@pytest.mark.parametrize("shard", range(SHARDS))
def test_nothing_at_the_door_causes_a_fault(door: Door, shard: int) -> None:
    chance = Random(f"knocks {shard}")
    met = Counter(door.knock(random_request(chance)) for _ in range(REQUESTS // SHARDS))
    assert met.total() == REQUESTS // SHARDS
    # Enough gets in, and enough that is signed is turned away, for either to mean something.
    assert door.taken > met.total() // 50, met
    assert min(met[status] for status in (200, 400, 401, 415)) > met.total() // 100, met


def test_what_has_hurt_others_does_not_hurt(door: Door) -> None:
    met = Counter(door.knock(seed) for seed in seeds())
    assert met.total() == len(seeds()) >= 60
    assert set(met) <= {200, 400, 401, 404, 413, 415}


@pytest.mark.parametrize("length", range(HEAD + 2))
def test_a_fuzzer_may_give_as_few_bytes_as_it_likes(door: Door, length: int) -> None:
    assert door.knock(bytes(length)) in (200, 400, 404, 415)


@pytest.mark.skipif(not LONG, reason="the fuzzer that looks on runs in the long form only")
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed: pip install atheris")
def test_a_fuzzer_that_looks_on_finds_no_fault(tmp_path: Path) -> None:
    """It ends by itself after so many requests; what made it fail lies in its folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.long.input.knocks", str(tmp_path), str(RUNS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    made = re.search(r"Done (\d+) runs", done.stderr)
    assert made is not None, done.stderr[-4_000:]
    assert int(made[1]) >= RUNS
