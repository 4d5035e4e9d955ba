"""Each checker bites: a small bad text makes it complain, and its good twin does not."""

from __future__ import annotations

from tests.architecture import access_checks, checks, source
from tests.architecture.checks import Check
from tests.architecture.source import Module
from tests.tables.rows import each_row

DATACLASS = "from bot.plugin.frozen import dataclass\n@dataclass({})\nclass Value:\n    at: int\n"
TRY = "try:\n    pass\nexcept {}:\n    {}\n"

# checker, name of the module, its text, what is said of it; nothing when it is good.
TEXTS: list[tuple[Check, str, str, str]] = [
    (checks.rooms, "bot.core.x", "from bot.store import store", "imports bot.store.store"),
    (checks.rooms, "bot.core.x", "import bot.usecases.requests.submission", "imports bot.usecases.requests.submission"),
    (checks.rooms, "bot.core.x", "from bot import usecases", "imports bot.usecases"),
    (checks.rooms, "bot.core.x", "from ..store import store", "imports bot.store.store"),
    (checks.rooms, "bot.core.x", "from . import policy", ""),
    (checks.rooms, "bot.core.x", "from bot.plugin import Plan", ""),
    (
        checks.rooms,
        "bot.core.x",
        "def f():\n    from bot.slack.incoming.bolt_app import make_bolt",
        "imports bot.slack.incoming.bolt_app",
    ),
    (
        checks.rooms,
        "bot.core.x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bot.host import registry",
        "imports bot.host.registry",
    ),
    (checks.rooms, "bot.plugin.x", "from bot.core.authority import policy", "imports bot.core.authority.policy"),
    (checks.rooms, "bot.host.x", "from plugins.bitrix24 import plugin", "imports plugins.bitrix24.plugin"),
    (checks.rooms, "bot.host.x", "import plugins", "imports plugins"),
    (checks.rooms, "bot.usecases.x", "from bot.app import assemble", "imports bot.app.assemble"),
    (checks.rooms, "bot.app", "from bot.cli import main", "imports bot.cli.main"),
    (checks.rooms, "bot.app", "from bot import __version__", ""),
    (checks.rooms, "bot.playground.environment", "from bot.app import assemble", ""),
    (checks.rooms, "bot.playground.workspace.x", "from bot.core import mentions", "imports bot.core.mentions"),
    (checks.rooms, "plugins.bitrix24.x", "from bot.core import mentions", "imports bot.core.mentions"),
    (checks.rooms, "plugins.bitrix24.x", "from bot.plugin.loopback import Loopback", ""),
    (checks.rooms, "plugins.bitrix24.x", "from plugins.bitrix24.simulator import table", "simulator.table"),
    (checks.rooms, "plugins.bitrix24.x", "from plugins.bitrix24 import simulator", "bitrix24.simulator"),
    (checks.rooms, "plugins.bitrix24.simulator.x", "from plugins.bitrix24 import protocol", "bitrix24.protocol"),
    (
        checks.rooms,
        "plugins.bitrix24.simulator.x",
        "from ..rest import protocol",
        "bitrix24.rest.protocol",
    ),
    (checks.rooms, "plugins.bitrix24.simulator.x", "from .world import World", ""),
    (
        checks.order,
        "bot.core.redaction.x",
        "from bot.core.audit.chain import Head",
        "imports bot.core.audit.chain",
    ),
    (checks.order, "bot.core.x", "from bot.core.authority import policy", "imports bot.core.authority.policy"),
    (checks.order, "bot.core.audit.x", "from bot.core.redaction import redactor", ""),
    (checks.order, "bot.core.audit.x", "from bot.core import text", ""),
    (checks.order, "bot.core.x", "from bot.plugin import Plan", ""),
    (
        checks.order,
        "bot.store.repositories.replication.x",
        "from bot.store.repositories.jobs import Jobs",
        "imports bot.store.repositories.jobs.Jobs",
    ),
    (checks.order, "bot.store.repositories.x", "from bot.store.repositories.replication.leases import Lease", ""),
    (checks.order, "bot.store.files.x", "from bot.store.store import Store", "imports bot.store.store.Store"),
    (checks.order, "bot.store.x", "from bot.store.engine import sql", ""),
    (checks.order, "plugins.bitrix24.commands.common.x", "from plugins.bitrix24.commands import chat", "commands.chat"),
    (checks.packages, "bot.usecases.x", "import slack_sdk", "imports slack_sdk"),
    (checks.packages, "bot.slack.x", "from slack_sdk.web import WebClient", ""),
    (checks.packages, "bot.core.x", "import requests", "imports requests"),
    (checks.packages, "plugins.bitrix24.http.transport", "import requests", ""),
    (checks.packages, "plugins.bitrix24.rest.protocol", "from requests import Session", "imports requests.Session"),
    (checks.packages, "bot.usecases.x", "import sqlite3", "imports sqlite3"),
    (checks.packages, "bot.store.files.x", "import sqlite3", "imports sqlite3"),
    (checks.packages, "bot.store.engine.x", "import sqlite3", ""),
    (
        checks.connections,
        "bot.cli.x",
        "from bot.store.engine.faults import sqlite3",
        "imports bot.store.engine.faults.sqlite3",
    ),
    (checks.connections, "bot.store.engine.x", "from bot.store.engine.faults import sqlite3", ""),
    (
        checks.owners,
        "bot.usecases.process.x",
        "def f(self):\n    self.limits: dict[str, int] = {}",
        "x:2 shows the collection limits",
    ),
    (checks.owners, "bot.usecases.process.x", "def f(self):\n    self.limits = set()", "shows the collection limits"),
    (checks.owners, "bot.usecases.process.x", "def f(self):\n    self._limits = {}\n    self.count = 0", ""),
    *(
        (checks.owners, "bot.usecases.process.x", text, "shows the collection limits")
        for text in (
            "def f(self):\n    self.limits = defaultdict(int)",
            "def f(self):\n    self.limits = collections.deque()",
            "class A:\n    limits: dict[str, int]",
            "class A:\n    limits: object = field(default_factory=set)",
        )
    ),
    (checks.owners, "bot.usecases.process.x", "class A:\n    _limits: dict[str, int]\n    count: int = 0", ""),
    (checks.owners, "bot.usecases.process.x", "class A:\n    limits: Mapping[str, int]", ""),
    *(
        (checks.statements, "bot.usecases.x", f"x = {text!r}", "holds SQL")
        for text in (
            *("WITH a AS (SELECT 1) SELECT a", "REPLACE INTO jobs VALUES (1)", "UPDATE main.jobs SET state = 1"),
            *(
                "delete from jobs",
                "select id from jobs",
                "SELECT DISTINCT name",
                "-- a note\nSELECT name",
                "SAVEPOINT one",
            ),
            *(
                "ATTACH ? AS other",
                "UNION ALL SELECT ?",
                "PRAGMA journal_mode",
                "-- a note\ninsert into jobs values (1)",
            ),
        )
    ),
    (checks.statements, "bot.usecases.x", "x = f'UPDATE {table} SET state = 1'", "holds SQL"),
    (checks.statements, "bot.usecases.x", "x = ('select', 'rollback', 'Delete from the list', 'update the set')", ""),
    (checks.statements, "bot.usecases.x", "x = 'DELETE FROM jobs'", "x:1 holds SQL"),
    (checks.statements, "bot.usecases.x", "x = f'SELECT * FROM {name}'", "holds SQL"),
    (checks.statements, "bot.usecases.x", "def f(db):\n    db.execute('UPDATE jobs SET state = 1')", "x:2 holds SQL"),
    (checks.statements, "bot.usecases.x", "x = 'Update the jobs. Select one from them.'", ""),
    (checks.statements, "bot.store.schema.x", "x = 'CREATE TABLE grants (user TEXT)'", ""),
    (checks.statements, "bot.store.repositories.x", "x = 'SELECT id FROM jobs'", ""),
    (
        checks.statements,
        "bot.store.repositories.x",
        "def f():\n    return 'SELECT id FROM jobs'",
        "x:2 has SQL in a function",
    ),
    *(
        (checks.statements, "bot.store.repositories.x", f"x = 'SELECT id FROM jobs {rest}'", said)
        for rest, said in (
            ("WHERE user = ?", "person"),
            ("ORDER BY rowid", "row_id"),
            ("WHERE 1", "TRUE"),
            ("WHERE state IN ()", "no values"),
            ("WHERE id = max(?, 1)", "dialect"),
            ("WHERE +actor = ?", "plus"),
            ("WHERE person = ? AND +due_steady <= ? ORDER BY {row_id}", ""),
        )
    ),
    (checks.packages, "bot.plugin.x", "import numpy", "imports numpy"),
    (checks.packages, "bot.plugin.x", "import json", ""),
    (checks.packages, "bot.web.x", "def f():\n    import click", "imports click"),
    (checks.purity, "bot.core.x", "import socket", "imports socket"),
    (checks.purity, "bot.core.x", "from pathlib import Path", "imports pathlib.Path"),
    (checks.purity, "bot.core.x", "import urllib.request", "imports urllib.request"),
    (checks.purity, "bot.core.x", "from urllib.parse import quote", ""),
    (checks.purity, "bot.store.x", "import socket", ""),
    (checks.shell_lines, "bot.core.x", "import shlex\nshlex.quote('x')", "x:2 quotes for a shell"),
    (checks.shell_lines, "bot.cli.output", "import shlex\nshlex.quote('x')", ""),
    (checks.shell_lines, "bot.store.store", "f'Put it back: b24bot restore {copy}'", "shows copy"),
    (checks.shell_lines, "bot.store.store", "f'Put it back: b24bot restore {shlex.quote(str(copy))}'", ""),
    (checks.shell_lines, "bot.store.x", "f'Run: chmod {mode:o} {path}'", "shows path"),
    (checks.shell_lines, "bot.store.x", "f'b24bot request show {change.id}. It is {word}'", ""),
    (checks.shell_lines, "bot.store.x", "f'b24bot is frozen: {words}'", ""),
    (checks.slack_shapes, "bot.core.x", "def f(trigger_id):\n    pass", "x:1 knows trigger_id"),
    (checks.slack_shapes, "bot.usecases.x", "user['is_restricted']", "knows is_restricted"),
    (checks.slack_shapes, "bot.usecases.x", "error.code == 'channel_not_found'", "knows channel_not_found"),
    (checks.slack_shapes, "bot.host.x", "payload.response_url", "knows response_url"),
    (checks.slack_shapes, "bot.store.x", "post(thread_ts=1)", "knows thread_ts"),
    (checks.slack_shapes, "bot.core.x", "f'<@{user}>'", "knows <@"),
    (checks.slack_shapes, "bot.core.x", "re.compile('[UW][A-Z0-9]+')", "knows [UW][A-Z0-9]"),
    (checks.slack_shapes, "bot.core.x", "'<!doctype html>'", ""),
    (checks.slack_shapes, "bot.core.x", "def f():\n    'No thread_ts here.'", ""),
    (checks.slack_shapes, "bot.slack.x", "payload['trigger_id']", ""),
    (checks.slack_shapes, "bot.playground.x", "person.is_restricted", ""),
    (checks.slack_shapes, "bot.settings", "'[CDG][A-Z0-9]'", ""),
    *(
        (checks.slack_shapes, "bot.usecases.x", text, f"knows {said}")
        for text, said in (
            ("def f(slack_team_id): ...", "team_id"),
            ("def team_id(): ...", "team_id"),
            ("class A:\n    def trigger_id(self): ...", "trigger_id"),
            ("x._trigger_id", "trigger_id"),
            ("from a import team_id", "team_id"),
            ("from a import b as thread_ts", "thread_ts"),
            ("payload['event_ts']", "event_ts"),
            ("payload['channel_id']", "channel_id"),
            ("payload['user_id']", "user_id"),
            ("payload['blocks']", "'blocks'"),
            ("account.is_bot", "is_bot"),
            ("error.code == 'ratelimited'", "ratelimited"),
            ("error.code == 'invalid_auth'", "invalid_auth"),
            ("call('chat.postMessage')", "chat.postMessage"),
            ("kind = 'ephemeral'", "ephemeral"),
        )
    ),
    *(
        (checks.slack_shapes, name, text, "")
        for name, text in (
            ("bot.usecases.x", "limit.blocks(plugin)"),
            ("bot.usecases.x", "'chat.account.unknown'"),
            ("bot.usecases.x", "def steam_idle(): ..."),
            ("plugins.x", "row['user_id']"),
            ("bot.core.mentions", "f'<@{user}>'"),
        )
    ),
    (checks.slack_shapes, "bot.core.mentions", "payload.thread_ts", "knows thread_ts"),
    (checks.slack_shapes, "bot.settings", "f'<@{user}>'", "knows <@"),
    (checks.dynamic_imports, "bot.core.x", "from importlib import import_module\nimport_module('plugins')", "x:2"),
    (checks.dynamic_imports, "bot.core.x", "__import__('plugins')", "imports by name"),
    (checks.dynamic_imports, "bot.host.discovery", "__import__('plugins')", ""),
    (checks.clocks, "bot.core.x", "import time", "imports time"),
    (checks.clocks, "bot.core.x", "from time import monotonic", "imports time.monotonic"),
    (checks.clocks, "bot.core.x", "import random", "imports random"),
    (checks.clocks, "bot.core.x", "def f():\n    from secrets import token_hex", "imports secrets.token_hex"),
    (checks.clocks, "bot.core.x", "import uuid", "imports uuid"),
    (checks.clocks, "bot.core.x", "from os import urandom", "imports os.urandom"),
    (checks.clocks, "bot.core.x", "from bot.store.repositories.secrets import Secrets", ""),
    (checks.clocks, "bot.core.x", "from datetime import datetime\ndatetime.now()", "calls datetime.now"),
    (checks.clocks, "bot.core.x", "import datetime\ndatetime.date.today()", "calls datetime.date.today"),
    (checks.clocks, "bot.core.x", "import datetime\ndatetime.datetime.utcnow()", "calls datetime.datetime.utcnow"),
    (checks.clocks, "bot.core.x", "from datetime import datetime\ndatetime.fromtimestamp(1)", ""),
    (checks.clocks, "bot.core.x", "def f(clock):\n    return clock.now()", ""),
    (checks.clocks, "bot.clock", "import time", ""),
    (checks.budgets, "bot.core.x", "x = 1\n" * 401, "has 401 lines"),
    (checks.budgets, "bot.core.x", "x = 1\n" * 400, ""),
    (checks.budgets, "bot.core.x", "def long():\n" + "    x = 1\n" * 60, "long has 61 lines"),
    (checks.budgets, "bot.core.x", "class A:\n  async def long():\n" + "    x = 1\n" * 60, "long has 61 lines"),
    (checks.budgets, "bot.core.x", "def long():\n" + "    x = 1\n" * 59, ""),
    (checks.prints, "bot.core.x", "print('hello')", "x:1 prints"),
    (checks.prints, "bot.cli.x", "print('hello')", ""),
    (checks.prints, "bot.core.x", "sheet.print('hello')", ""),
    (checks.broad_excepts, "bot.core.x", TRY.format("Exception", "pass"), "x:3 catches everything"),
    (checks.broad_excepts, "bot.core.x", TRY.format("BaseException", "pass"), "catches everything"),
    (checks.broad_excepts, "bot.core.x", TRY.format("(ValueError, Exception)", "pass"), "catches everything"),
    (checks.broad_excepts, "bot.core.x", "try:\n    pass\nexcept:\n    pass", "catches everything"),
    (checks.broad_excepts, "bot.core.x", TRY.format("Exception as error", "raise OSError from error"), "everything"),
    (checks.broad_excepts, "bot.core.x", TRY.format("Exception", "raise"), ""),
    (checks.broad_excepts, "bot.core.x", TRY.format("ValueError", "pass"), ""),
    (checks.broad_excepts, "bot.usecases.runtime.worker", TRY.format("Exception", "pass"), ""),
    (checks.values, "bot.core.x", DATACLASS.format("frozen=True, slots=True"), "x.Value is not kw_only"),
    (checks.values, "bot.core.x", DATACLASS.format("slots=True, kw_only=True"), "is not frozen"),
    (checks.values, "bot.core.x", DATACLASS.format("frozen=False"), "is not frozen, slots, kw_only"),
    (checks.values, "bot.core.x", "@dataclasses.dataclass\nclass Value: ...", "is not frozen, slots, kw_only"),
    (checks.values, "bot.core.x", DATACLASS.format("frozen=True, slots=True, kw_only=True"), ""),
    (checks.values, "bot.core.x", "@frozen.dataclass\nclass Value: ...", "is not frozen, slots, kw_only"),
    (checks.values, "bot.core.x", "@d.dataclass\nclass Value: ...", "is not frozen, slots, kw_only"),
    (checks.values, "bot.core.x", "import dataclasses as d", "x takes dataclass from dataclasses"),
    (checks.values, "bot.core.x", "import dataclasses\ndataclasses.dataclass", "x takes dataclass from dataclasses"),
    (checks.values, "bot.core.x", "import dataclasses\ndataclasses.replace", ""),
    (checks.values, "bot.core.x", "class Plain: ...", ""),
    (checks.values, "bot.core.x", "from dataclasses import dataclass, field", "x takes dataclass from dataclasses"),
    (checks.values, "bot.core.x", "from dataclasses import field, replace", ""),
    (checks.values, "bot.plugin.frozen", "from dataclasses import dataclass", ""),
    (checks.docstrings, "bot.core.x", "x = 1", "bot.core.x has no docstring"),
    (checks.docstrings, "bot.core.x", '"""X."""\nclass Y:\n    pass', "bot.core.x.Y has no docstring"),
    (checks.docstrings, "bot.core.x", '"""X."""\nclass _Y:\n    pass', ""),
    (checks.docstrings, "bot.playground.workspace.x", '"""X."""\nclass Y:\n    pass', ""),
    (checks.docstrings, "bot.core.x", "", ""),
    *(
        (checks.placeholders, "bot.store.x", f"MANY = (1, 2, 3)\ndef look(db, some, *all):\n    {line}", said)
        for line, said in (
            ("db.row('SELECT 1 WHERE tag NOT IN (?, ?, ?)', *MANY)", "x:3 gives MANY to marks that are not counted"),
            ("db.row('SELECT 1 WHERE n > ? AND tag IN (?, ?, ?)', *(7, *MANY))", "gives MANY"),
            ("db.where('t', 'tag IN (?, ?)', some)", "gives some"),
            ("db.execute('UPDATE t SET a = ?, b = ?', *(get(name) for name in some))", "gives some"),
            ("db.row(f'SELECT 1 WHERE tag IN ({placeholders(some)})', *MANY)", "gives MANY"),
            ("db.row(f'SELECT 1 WHERE tag NOT IN ({placeholders(MANY)})', *MANY)", ""),
            ("db.where('t', f'tag IN ({placeholders(some)})', some)", ""),
            ("db.execute('UPDATE t SET a = ? WHERE b = ?', *(1, 2))", ""),
            ("db.where('t', 'a = ?', [1])", ""),
            ("db.rows(some, *all)", ""),
            ("db.row(*(('SELECT ?', 1) if some else ('SELECT ?, ?', 1, 2)))", ""),
            ("sql, values = search(some)\n    db.rows(sql, *values)", ""),
        )
    ),
    *(
        (access_checks.public_rooms, name, text, said)
        for name, text, said in (
            (
                "bot.web.x",
                "from bot.store.engine.database import Database",
                "imports bot.store.engine.database.Database",
            ),
            ("bot.usecases.x", "from bot.store.engine import database", "bot.store.engine.database, which is for"),
            ("bot.cli.x", "from bot.store.postgres.engine import ServerEngine", "bot.store.postgres.engine"),
            ("bot.checks.x", "from bot.store.schema.schema_version import pending", "bot.store.schema"),
            ("bot.slack.x", "def f():\n    from bot.store import schema", "imports bot.store.schema, which is for"),
            ("bot.usecases.x", "from bot.store.engine.port import Engine\nfrom bot.store.store import Store", ""),
            ("bot.usecases.x", "from bot.store import store", ""),
            ("bot.store.files.x", "from bot.store.engine.database import Database", ""),
            ("bot.app", "from bot.store.engine.database import Failpoint", ""),
        )
    ),
    *(
        (access_checks.builtin_names, "bot.usecases.x", f"from bot.core.builtin_name import BUILTIN\n{line}", said)
        for line, said in (
            ("def f(change): return change.plugin == BUILTIN", "x:2 looks for the built-in plugin by its name"),
            ("LOCAL = frozenset({BUILTIN})", "x:2 looks for"),
            ("def f(ctx): return is_local_plugin(BUILTIN)", "x:2 looks for"),
            ("def f(name): return name.removeprefix(BUILTIN)", "x:2 looks for"),
            ("def f(change): return change.plugin == 'house'", "x:2 spells the name of the built-in plugin"),
            ("WHERE = \"plugin <> 'house'\"", "x:2 spells"),
            ("def f(tx): return tx.records(BUILTIN)", ""),
            ("def f(ctx): return ctx.registry.plugin(BUILTIN)", ""),
            ("def f(ctx, change): return ctx.registry.is_local(change.plugin)", ""),
        )
    ),
    (
        access_checks.builtin_names,
        "bot.x",
        "from bot.core import builtin_name as b\nx = y != b.BUILTIN",
        "x:2 looks for",
    ),
    (access_checks.builtin_names, "bot.x", "from bot.core.builtin_name import BUILTIN as name", "x:1 renames BUILTIN"),
]


@each_row(("check", "name", "text", "said"), TEXTS)
def test_a_bad_text_is_found_and_its_good_twin_is_not(check: Check, name: str, text: str, said: str) -> None:
    complaints = list(check(Module(name=name, text=text)))
    assert bool(complaints) == bool(said)
    assert said in " ".join(complaints)


@each_row("check", checks.CHECKS)
def test_no_checker_goes_without_a_text_it_finds_and_one_it_does_not(check: Check) -> None:
    assert {bool(said) for tried, _, _, said in TEXTS if tried is check} == {True, False}


def test_a_package_is_its_own_parent_for_relative_imports() -> None:
    package = Module(name="bot.core", text="from . import policy\nfrom .x import y\nfrom .. import store", package=True)
    assert list(package.imports()) == ["bot.core.policy", "bot.core.x.y", "bot.store"]


def test_the_longest_room_decides() -> None:
    rooms = ("bot", "bot.playground", "bot.playground.workspace")
    assert source.within("bot.playground.workspace.webapi.chat", rooms) == "bot.playground.workspace"
    assert source.within("bot.playground.environment", rooms) == "bot.playground"
    assert source.within("bot.playgrounds", rooms) == "bot"
    assert source.within("bots", rooms) == ""


def test_a_circle_of_imports_is_found() -> None:
    """Also one that goes through a function, and one through a package."""
    imports = {"bot.a": {"bot.b"}, "bot.b": {"bot.c"}, "bot.c": {"bot.a"}, "bot.d": {"bot.a"}}
    assert source.circle(imports) == ["bot.a", "bot.b", "bot.c", "bot.a"]
    assert source.circle({"bot.a": {"bot.b"}, "bot.b": set(), "bot.d": {"bot.a", "bot.b"}}) == []
