"""The search for leaks finds a secret in every place and every dress, and nothing where there is none."""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from bot.store.engine.database import sqlite3
from bot.store.sealing.keyring import create_key_file
from bot.store.store import FILE_NAME
from bot.testing.services import scratch_store
from tests.leaks import dresses, found_in, leaked
from tests.long.crash import scenario
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.scene import Scene
from tests.long.leaks import canaries, leaks

ODD = 's3cr/et+with "quotes" & ümlauts'


@pytest.fixture(scope="module")
def scene(server: ForkServer, beginning: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A removal under renewed tokens; the bot is dead, and nothing leaked."""
    story = scenario.RENEWED
    with story.scene(server, tmp_path_factory.mktemp("leaks") / "run", beginning) as made:
        story.play(made, None)
        made.kill()
        assert list(leaks(made)) == []
        yield made


def in_json(secret: str) -> str:
    return json.dumps({"message": json.dumps({"a": secret})})


def in_base64(secret: str) -> str:
    return b64encode(f"Basic x:{secret}".encode()).decode()


def in_hex(secret: str) -> str:
    return secret.encode().hex()


def in_a_form(secret: str) -> str:
    return urlencode({"a": secret})


DRESSES: tuple[Callable[[str], str], ...] = (
    str,
    quote,
    in_a_form,
    in_json,
    in_base64,
    in_hex,
    repr,
)


@pytest.mark.parametrize("dress", DRESSES)
def test_a_secret_is_found_in_any_dress(dress: Callable[[str], str]) -> None:
    content = f"before {dress(ODD)} after".encode()
    assert found_in(content, {"it": ODD}) == ["it"]
    assert found_in(content, {"it": f"another {ODD}"}) == []


@pytest.mark.parametrize("shift", range(3))
def test_a_secret_is_found_inside_base64_wherever_it_begins(shift: int) -> None:
    whole = b64encode(b"x" * shift + ODD.encode() + b"and more")
    assert any(dress in whole for dress in dresses(ODD))


def test_each_secret_of_a_run_is_looked_for(scene: Scene) -> None:
    secrets = canaries(scene)
    # The first pair, and at least one that came in its place; another application's pair is not the bot's.
    assert len(scene.portal.watched.world.tokens.refresh) >= 3
    log = scene.folder / "process-0.log"
    for name, secret in secrets.items():
        log.write_text(f"hello {secret}!")
        assert list(leaks(scene)) == [f"process-0.log holds {name}"]
    log.unlink()


PLACES = (
    "home/copy.sqlite3",
    "home/b24bot.sqlite3-wal",
    "witness-heads",
    "home/backups/2026.sqlite3",
    "export.csv",
    "journal-2",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_in_every_file_that_a_run_leaves(scene: Scene, place: str) -> None:
    path = scene.folder / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"\0\1{quote(scene.portal.watched.client_secret)}\0")
    try:
        assert list(leaks(scene)) == [f"{place} holds the client secret"]
    finally:
        path.unlink()


def heard(target: str, body: str) -> Callable[[Scene], None]:
    return lambda scene: scene.witness.heard.append((target.format(scene=scene), body.format(scene=scene).encode()))


TOKEN = "{scene.portal.watched.refresh_token}"
SENT: tuple[tuple[Callable[[Scene], None], list[str]], ...] = (
    (heard(f"/oauth/token/?refresh_token={TOKEN}", ""), ["an address"]),
    (heard(f"/rest/app.info/{TOKEN}", ""), ["an address"]),
    (heard("/api/chat.postMessage", f"text={TOKEN}"), ["what Slack got"]),
    (heard("/actions/1", f'{{{{"text": "{TOKEN}"}}}}'), ["what Slack got"]),
    (heard("/rest/app.info", f'{{{{"auth": "{TOKEN}"}}}}'), []),
    (heard("/rest/app.info", f'{{{{"auth": "x", "name": "{TOKEN}"}}}}'), ["what the portal got"]),
    (heard("/rest/app.info", f"auth={TOKEN}&NAME=x"), []),
    (heard("/rest/app.info", f"auth=x&NAME={TOKEN}"), ["what the portal got"]),
    (heard("/oauth/token/", f"client_secret=x&refresh_token={TOKEN}"), []),
    (heard("/oauth/token/", f"client_id={TOKEN}"), ["what the portal got"]),
)


@pytest.mark.parametrize(("send", "places"), SENT, ids=range(len(SENT)))
def test_a_secret_may_go_out_in_two_fields_and_nowhere_else(
    scene: Scene, send: Callable[[Scene], None], places: list[str]
) -> None:
    send(scene)
    try:
        assert [line.partition(" holds ")[0] for line in leaks(scene)] == places
    finally:
        scene.witness.heard.pop()


def left_by_a_test(folder: Path, kept: str) -> Path:
    """A database with one secret, and its key file, as a test leaves them; the path of the database."""
    store = scratch_store(folder)
    store.secrets("bitrix24").write("default", {"access": kept, "member_id": "m" * 32}, after=0)
    store.close()
    return next(folder.rglob(FILE_NAME))


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that the search at the end of all tests does not come to."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_what_a_test_left_is_held_against_what_its_own_databases_keep(elsewhere: Path) -> None:
    kept = "0123456789abcdef" * 4
    database = left_by_a_test(elsewhere, kept)
    assert leaked(elsewhere) == []
    log = elsewhere / "bot.log"
    log.write_text(f"body: auth={kept} member_id={'m' * 32}")
    assert leaked(elsewhere) == [f"{log} holds secret 0 of {FILE_NAME}"]
    log.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO facts (name, value) VALUES ('oops', ?)", [kept])
        connection.commit()
    assert leaked(elsewhere) == [f"{database} holds secret 0 of {FILE_NAME}"]


def test_a_key_outside_its_file_is_found_too(elsewhere: Path) -> None:
    key_file = elsewhere / "keys" / "key"
    create_key_file(key_file)
    assert leaked(elsewhere) == []
    (elsewhere / "export.jsonl").write_text(key_file.read_text().partition(":")[2])
    assert leaked(elsewhere) == [f"{elsewhere / 'export.jsonl'} holds a key of key"]
