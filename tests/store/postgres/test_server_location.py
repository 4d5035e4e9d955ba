"""A schema on a server as the place of the rows: what is told where it is empty, and which names it can have."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot.clock import SystemClock
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.store.engine.database import FILE_NAME
from bot.store.location import locate
from bot.store.postgres.server_location import LONGEST_NAME, name_staging
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import BACKUPS, open_store
from tests.store.server.postgres_server import Server


def test_a_forgotten_copy_is_told_as_that_also_where_there_is_a_backup(tmp_path: Path, postgres_server: Server) -> None:
    """The backup is older than the file."""
    home, key_file = tmp_path / "home", tmp_path / "key"
    create_key_file(key_file)
    keys = load_key_file(key_file, home=home)
    store = open_store(home, keys, SystemClock())
    store.back_up()
    store.close()
    url = f"{postgres_server.url}&schema={postgres_server.new_schema()}"
    place = locate(home, url).name
    with pytest.raises(ConfigurationError) as told:
        open_store(home, keys, SystemClock(), url=url)
    assert told.value.sentence == Message("store.postgres.file_beside", name=place, file=str(home / FILE_NAME))
    (home / FILE_NAME).unlink()
    with pytest.raises(ConfigurationError) as told:
        open_store(home, keys, SystemClock(), url=url)
    lost = Message("store.database.lost", folder=place, backups=str(home / BACKUPS))
    assert told.value.sentence == lost, "the place is the server"


@pytest.mark.parametrize("schema", ["user", "order", "a" * LONGEST_NAME])
def test_a_schema_may_have_a_word_of_the_language_as_its_name_and_a_long_one(
    tmp_path: Path, postgres_server: Server, schema: str
) -> None:
    home, key_file = tmp_path / "home", tmp_path / "key"
    create_key_file(key_file)
    keys = load_key_file(key_file, home=home)
    url = f"{postgres_server.url}&schema={schema}"
    try:
        store = open_store(home, keys, SystemClock(), url=url)
        store.back_up()
        store.engine.write_anew()
        level = store.engine.shared_level("one")
        assert level is not None
        assert level.add(1, drains=1, most=2) == 1
        store.close()
        staging = open_store(tmp_path / "staging", keys, SystemClock())
        staging.close()
        assert locate(home, url).replace(tmp_path / "staging", at=1) == f"{schema[:40]}_replaced_1"
        with closing(open_store(home, keys, SystemClock(), url=url)) as restored:
            assert restored.engine.has_table("audit")
    finally:
        with psycopg.connect(postgres_server.url, autocommit=True) as connection:
            for name in (schema, f"{schema[:40]}_replaced_1", name_staging(schema)):
                connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())


def test_the_name_of_a_staging_schema_is_whole_where_it_fits_and_its_own_where_not() -> None:
    assert name_staging("b24bot") == "b24bot_restored"
    one, other = name_staging("a" * 62), name_staging("a" * 63)
    assert one != other
    assert max(len(one), len(other)) <= LONGEST_NAME
