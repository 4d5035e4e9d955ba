"""The code as it stands holds the rules of the table."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace

from tests.architecture import access_checks, checks, source, table
from tests.architecture.checks import CHECKS, Check
from tests.architecture.source import ROOT, modules, within
from tests.tables.rows import each_row

NAMES = {module.name: module for module in modules()}
FILES = {checks.statements: table.SQL, checks.connections: table.CONNECTS}
"""What only the engine and a few modules about files do."""
EXCEPTIONS = [
    *((checks.clocks, name) for name in table.CLOCKS),
    *((checks.broad_excepts, name) for name in table.BROAD),
    *((checks.dynamic_imports, name) for name in table.IMPORTERS),
    *((checks.shell_lines, name) for name in table.SHELL),
    *((check, name) for check, listed in FILES.items() for name in listed if name.startswith("bot.store.files.")),
    *((checks.values, name.rpartition(".")[0]) for name in table.LIVING),
    *((access_checks.builtin_names, name) for name in access_checks.KNOWS_BUILTIN),
]


@each_row("check", CHECKS)
def test_the_rules_hold(check: Check) -> None:
    assert [line for module in modules() for line in check(module)] == []


def test_no_folder_has_too_many_modules() -> None:
    found = source.folders()
    assert {folder: len(held) for folder, held in found.items() if len(held) > table.MOST_MODULES} == {}


def test_what_use_cases_work_with_is_a_frozen_value_of_few_parts() -> None:
    """State that changes belongs to an owner in `bot.usecases.process`, which has methods for it."""
    nodes = NAMES["bot.usecases.context"].nodes()
    (context,) = [node for node in nodes if isinstance(node, ast.ClassDef) and node.name == "Context"]
    parts = [line.target for line in context.body if isinstance(line, ast.AnnAssign)]
    assert "frozen=True" in ast.unparse(context.decorator_list[0])
    assert 0 < len(parts) <= table.MOST_PARTS, [ast.unparse(part) for part in parts]


@each_row("top", ["bot", "plugins.bitrix24"])
def test_a_module_has_a_name_of_its_own(top: str) -> None:
    """Within the bot and within a plugin, so that a name in a sentence or a traceback is one module."""
    last = Counter(
        module.name.rpartition(".")[2]
        for module in modules()
        if module.name.startswith(f"{top}.") and not module.package and not module.name.endswith("__main__")
    )
    assert [name for name, often in last.items() if often > 1] == []


def test_no_module_imports_itself_through_others() -> None:
    assert source.circle(source.imported_modules()) == []


@each_row("area", table.AREAS)
def test_every_room_of_an_area_exists_and_every_folder_is_one(area: str) -> None:
    inside = {name.removeprefix(f"{area}.") for name in NAMES if name.startswith(f"{area}.")}
    listed = table.AREAS[area]
    assert [room for room in listed if room and not any(within(f"x.{name}", [f"x.{room}"]) for name in inside)] == []
    packages = {
        name.removeprefix(f"{area}.")
        for name, module in NAMES.items()
        if module.package and name != area and within(name, table.AREAS) == area
    }
    # A package that holds packages alone is no room.
    assert {name for name in packages if name not in listed} == set()


def test_no_package_holds_one_module_alone() -> None:
    """It belongs to others of its subject, or needs no folder."""
    held = {path.replace("/", "."): names for path, names in source.folders().items() if not path.startswith("tests")}
    parents = {name.rpartition(".")[0] for name in held}
    alone = {name for name, names in held.items() if len(names) == 1 and name not in parents}
    assert alone == set()


def test_bot_never_imports_plugins() -> None:
    for name, module in NAMES.items():
        if name.split(".")[0] == "bot":
            assert not [found for found in module.imports() if found.split(".")[0] == "plugins"], name


def test_the_table_itself_goes_inward() -> None:
    """No room can be reached from itself by the arrows of the table."""

    def walk(room: str, seen: tuple[str, ...]) -> None:
        assert room not in seen, " → ".join([*seen, room])
        for following in table.ROOMS[room]:
            walk(following, (*seen, room))

    for room in table.ROOMS:
        walk(room, ())


def test_the_api_of_plugins_and_the_two_simulators_stand_alone() -> None:
    assert table.ROOMS["bot.plugin"] == ()
    assert table.ROOMS["bot.playground.workspace"] == ("bot.plugin",)
    assert table.ROOMS["plugins.bitrix24.simulator"] == ("bot.plugin",)
    assert not [name for name, rooms in table.PACKAGES.items() if "bot.plugin" in rooms and name != "_typeshed"]


def test_nobody_but_the_terminal_and_the_playground_knows_the_composition_root() -> None:
    assert {room for room, known in table.ROOMS.items() if "bot.app" in known} == {"bot.cli", "bot.playground"}
    assert not {"bot.cli", "bot.playground"} & set(table.ROOMS["bot.app"])


@each_row("room", table.ROOMS)
def test_every_room_of_the_table_exists(room: str) -> None:
    assert [name for name in NAMES if within(name, [room])]


def test_every_module_has_a_room_of_its_own() -> None:
    """`bot` and `plugins` hold nothing themselves, so a new module has to be put into the table."""
    homeless = [name for name in NAMES if within(name, table.ROOMS) in ("", "bot")]
    assert sorted(homeless) == ["bot", "plugins"]


@each_row(("check", "name"), EXCEPTIONS)
def test_every_exception_is_still_needed(check: Check, name: str) -> None:
    assert list(check(replace(NAMES[name], name="stranger"))), f"{name} needs no exception any more"


@each_row(("name", "shape"), list(table.SLACK_KNOWN))
def test_every_shape_of_slacks_that_is_known_outside_is_still_there(name: str, shape: str) -> None:
    found = checks.slack_words(NAMES[name], table.SLACK_KNOWN.keys() - {(name, shape)})
    assert {line.split(" knows ")[1].split(",")[0] for line in found} == {shape}


def test_every_exception_has_a_reason() -> None:
    listings = (table.CLOCKS, table.BROAD, table.IMPORTERS, table.LIVING, table.SHELL, table.SLACK_KNOWN)
    for listed in (
        *listings,
        table.SQL,
        table.CONNECTS,
        access_checks.KNOWS_BUILTIN,
        access_checks.PUBLIC["bot.store"],
    ):
        assert all(len(reason) > 10 for reason in listed.values())


def test_the_architecture_page_names_every_room_and_allows_what_the_table_does() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    table_of_rooms = page.partition("### Packages of an area")[0]
    rows = re.findall(r"^\| `([a-z0-9_/.]+)` \| [^|]+ \| ([^|]*) \|$", table_of_rooms, re.MULTILINE)
    named = {path.removesuffix(".py").replace("/", "."): may for path, may in rows}
    assert set(named) == set(table.ROOMS) - {"bot"}
    for room, may in named.items():
        inward = set(table.INWARD) if "and inward" in may else set()
        words = re.findall(r"`([a-z0-9_.]+)`", may)
        told = {word if word.startswith(("bot.", "plugins.")) else f"bot.{word}" for word in words}
        assert inward | told == set(table.ROOMS[room]) - {"bot"}, room
