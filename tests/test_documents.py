"""What the documents name exists: settings, commands of Slack and of the terminal, scopes, files and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
import yaml

from bot.app import read_settings
from bot.cli.hidden import VARIABLE
from bot.cli.root import root
from bot.cli.terminal import Terminal
from bot.host.discovery import load_plugins
from bot.usecases.house import registry_of

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PAGES.remove(ROOT / "CHANGELOG.md")
"""It tells of what is gone, too."""
SETTING = re.compile(r"\b(?:B24BOT|BITRIX24|SLACK)_[A-Z0-9_]*[A-Z0-9]\b")
OF_TESTS = {"B24BOT_CHAOS_DEATHS", "B24BOT_CHAOS_SEED", "B24BOT_MACHINE_SEED", "B24BOT_TEST_SEED"}
"""Variables that the tests read."""
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TERMINAL = re.compile(r"\bb24bot ((?:[a-z]+ ?)+)")
SLACK = re.compile(r"/b24 ((?:[a-z]+ ?)+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def texts() -> Mapping[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in PAGES}


def code_in(text: str) -> str:
    return "\n".join(CODE.findall(text))


@pytest.fixture(scope="module")
def commands() -> frozenset[str]:
    """Every command that can be typed in Slack, by its path; a noun with its verbs counts too."""
    paths = [command.path for command in registry_of(load_plugins("plugins.bitrix24.plugin:plugin")).typed]
    return frozenset([*paths, *(path.split()[0] for path in paths)])


def of_terminal(group: click.Group, ctx: click.Context, path: str = "") -> Iterator[str]:
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        assert found is not None
        yield f"{path}{name}"
        if isinstance(found, click.Group):
            yield from of_terminal(found, click.Context(found, parent=ctx, obj=ctx.obj), f"{path}{name} ")


def unknown(words: str, known: frozenset[str]) -> bool:
    """Whether the words do not begin with a command. What follows one may be anything."""
    typed = words.split()
    return not any(" ".join(typed[:length]) in known for length in (1, 2))


def test_every_setting_that_a_document_names_exists() -> None:
    known = {row.name for row in read_settings({"B24BOT_PLUGINS": "plugins.bitrix24.plugin:plugin"}).rows} | OF_TESTS
    named = {(page, name) for page, text in texts().items() for name in SETTING.findall(text)}
    assert len(named) > 50
    assert sorted((page, name) for page, name in named if name not in known and not name.startswith(VARIABLE)) == []


def test_every_command_that_a_document_names_exists(commands: frozenset[str]) -> None:
    terminal = frozenset(of_terminal(root, click.Context(root, obj=Terminal())))
    found = [(page, TERMINAL, terminal, code_in(text)) for page, text in texts().items()]
    found += [(page, SLACK, commands, code_in(text)) for page, text in texts().items()]
    named = [(page, words, known) for page, form, known, code in found for words in form.findall(code)]
    assert len(named) > 100
    assert [(page, words) for page, words, known in named if unknown(words, known)] == []


def test_every_command_is_in_the_readme(commands: frozenset[str]) -> None:
    rows = [line for line in texts()["README.md"].splitlines() if line.startswith("| `")]
    for path in (*commands, *of_terminal(root, click.Context(root, obj=Terminal()))):
        assert any(all(re.search(rf"\b{word}\b", row) for word in path.split()) for row in rows), path


def test_the_readme_names_the_scopes_of_the_manifest() -> None:
    scopes = yaml.safe_load((ROOT / "manifest.yml").read_text("utf-8"))["oauth_config"]["scopes"]["bot"]
    readme = texts()["README.md"]
    assert set(re.findall(r"`([a-z]+:[a-z]+|commands)`", readme)) == {*scopes, "connections:write"}
    assert f"It asks for {['no', 'one', 'two', 'three', 'four', 'five'][len(scopes)]} scopes" in readme


def test_every_document_names_the_same_scopes_of_the_portal() -> None:
    for page in ("README.md", "SECURITY.md", "docs/bitrix24.md"):
        said = " ".join(texts()[page].split())
        assert re.search(r"scopes (?:than )?`imopenlines`[^`]*and `imconnector`", said), page


def test_the_page_of_the_plugin_names_every_module_of_it() -> None:
    listed = re.search(r"^```\ncatalogue\.py.*?^```", texts()["docs/bitrix24.md"], re.DOTALL | re.MULTILINE)
    assert listed is not None
    modules = {path.name for path in (ROOT / "plugins" / "bitrix24").glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"[a-z_]+\.py", listed[0])) == modules


def test_every_file_that_a_document_names_exists() -> None:
    folders = "bot|plugins|tests|scripts|benchmarks|docs|requirements"
    form = re.compile(rf"(?<![\w/.-])((?:{folders})/[A-Za-z0-9_./*-]*[A-Za-z0-9_/*])")
    named = {(page, name) for page, text in texts().items() for name in form.findall(text)}
    assert len(named) > 50
    assert sorted((page, name) for page, name in named if not list(ROOT.glob(name))) == []


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_document_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, part = target.partition("#")
        leads_to = (page.parent / name).resolve() if name else page
        assert leads_to.exists(), target
        if part:
            assert part in {anchor(found) for found in HEADING.findall(leads_to.read_text("utf-8"))}, target
