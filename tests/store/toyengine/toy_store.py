"""A whole store over this engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.plugin import Clock
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store
from tests.store.toyengine.toy_engine import ToyEngine
from tests.store.toyengine.toy_schema import apply_schema


def open_toy_store(folder: Path, clock: Clock) -> Store:
    """Open an empty store of the present schema, whose rows are in memory; its key file is in `folder`/keys."""
    key_file, home = folder / "keys" / "key", folder / "home"
    create_key_file(key_file)
    engine = ToyEngine()
    engine.copy_from(_empty())
    return Store(engine, load_key_file(key_file, home=home), clock, home=home)


@cache
def _empty() -> ToyEngine:
    """An engine with the present schema and no rows: applying its steps takes longer than most tests."""
    engine = ToyEngine()
    apply_schema(engine)
    return engine
