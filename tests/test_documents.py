"""What the documents name exists, and what is cited of them: settings, commands, scopes, files, headings, entries."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

import click
import pytest
import yaml

from bot.app import read_settings
from bot.cli.prompts import VARIABLE
from bot.cli.root import root
from bot.cli.session import Terminal
from bot.core.audit.audit_record import EARLIER_TAGS, Tag
from bot.host.discovery import load_plugins
from bot.usecases.admin.builtin_plugin import make_registry
from tests.bitrix24.simulator.behaviours import BEHAVIOURS
from tests.tables.rows import each_row

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")])
SETTING = re.compile(r"\b(?:B24BOT|BITRIX24|SLACK)_[A-Z0-9_]*[A-Z0-9]\b")
OF_TESTS = {
    "B24BOT_CHAOS_DEATHS",
    "B24BOT_CHAOS_SEED",
    "B24BOT_MACHINE_SEED",
    "B24BOT_TEST_BROWSER",
    "B24BOT_TEST_DATABASE_URL",
    "B24BOT_TEST_POOLER",
    "B24BOT_TEST_POSTGRES",
    "B24BOT_TEST_SEED",
}
"""Variables that the tests read."""
RENAMED = {("CHANGELOG.md", "B24BOT_ICONS"), ("CHANGELOG.md", "B24BOT_UNOWNED")}
"""Former names, where the changelog says what to write instead."""
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TERMINAL = re.compile(r"\bb24bot ((?:[a-z]+ ?)+)")
SLACK = re.compile(r"/b24 ((?:[a-z]+ ?)+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ENTRY = re.compile(r'<a id="([a-z]+[0-9]+)"></a>([A-Z]+[0-9]+)')
"""A numbered fact, fault or mechanism of a page."""
CITATION = re.compile(
    r"(?<![\w./-])(?P<page>(?:[\w.-]+/)*[\w-]+\.md)\b"
    r"(?:#(?P<part>[\w-]+))?"
    r"(?P<entries>(?:,?\s+(?:and |to )?(?:# )?[A-Z][0-9]+\b)*)"
    r"(?:, “(?P<title>[^”]+)”)?"
    r"(?P<section>,?\s+[0-9]+(?:\.[0-9]+)*\b)?"
)
"""How a document is cited: as a whole, by entries (`P20 to P34, P40`), by a heading or by its anchor."""
SHORT = re.compile(r"\((?:[FMPST][0-9]{1,3}|(?:slack|safety|bitrix24|portal|performance)(?:\.md)? [0-9][0-9.]*)\)")
"""A citation that does not say of which document."""
MODULE = re.compile(r"(?<![\w./*<-])((?:[\w.-]+/)*[a-z_][a-z0-9_]*\.py)\b")
WALK_THROUGH = re.compile(r"^```python (\S+)$", re.MULTILINE)
"""The files that a reader of docs/plugins.md writes; tests/testing/test_plugins_page.py runs them."""
CODE_FOLDERS = ("bot", "plugins", "tests", "scripts", "benchmarks", "examples")
SHIPPED = ("*.py", "*.sql", "*.html", "*.js", "*.css")


def texts() -> Mapping[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in PAGES}


def code_in(text: str) -> str:
    return "\n".join(CODE.findall(text))


@pytest.fixture(scope="module")
def commands() -> frozenset[str]:
    """Every command that can be typed in Slack, by its path; a noun with its verbs counts too."""
    paths = [command.path for command in make_registry(load_plugins("plugins.bitrix24.plugin:plugin")).typed]
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


def test_no_document_has_the_marks_of_a_merge() -> None:
    marks = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)
    assert [page.name for page in PAGES if marks.search(page.read_text("utf-8"))] == []


def test_every_setting_that_a_document_names_exists() -> None:
    known = {row.name for row in read_settings({"B24BOT_PLUGINS": "plugins.bitrix24.plugin:plugin"}).rows} | OF_TESTS
    named = {(page, name) for page, text in texts().items() for name in SETTING.findall(text)}
    assert len(named) > 50
    strange = {(page, name) for page, name in named if name not in known and not name.startswith(VARIABLE)}
    assert sorted(strange - RENAMED) == []
    assert named >= RENAMED, "these exceptions are needed no more"


def test_every_command_that_a_document_names_exists(commands: frozenset[str]) -> None:
    terminal = frozenset(of_terminal(root, click.Context(root, obj=Terminal())))
    found = [(page, TERMINAL, terminal, code_in(text)) for page, text in texts().items()]
    found += [(page, SLACK, commands, code_in(text)) for page, text in texts().items()]
    named = [(page, words, known) for page, form, known, code in found for words in form.findall(code)]
    assert len(named) > 100
    assert [(page, words) for page, words, known in named if unknown(words, known)] == []


def test_every_command_is_in_the_reference(commands: frozenset[str]) -> None:
    rows = [line for line in texts()["docs/commands.md"].splitlines() if line.startswith("| `")]
    for path in (*commands, *of_terminal(root, click.Context(root, obj=Terminal()))):
        assert any(all(re.search(rf"\b{word}\b", row) for word in path.split()) for row in rows), path


def test_every_audit_tag_is_listed_with_its_earlier_names() -> None:
    page = (ROOT / "docs" / "audit-tags.md").read_text("utf-8")
    listed = re.findall(r"^\| `([a-z:]+)` \|[^|]+\| ?(?:`([a-z:]+)`)? ?\|$", page, re.M)
    assert sorted(tag for tag, _ in listed) == sorted(Tag)
    assert {earlier: tag for tag, earlier in listed if earlier} == EARLIER_TAGS


def test_the_readme_names_the_scopes_of_the_manifest() -> None:
    scopes = yaml.safe_load((ROOT / "manifest.yml").read_text("utf-8"))["oauth_config"]["scopes"]
    needed, optional = scopes["bot"], scopes["bot_optional"]
    readme = texts()["README.md"]
    assert set(re.findall(r"`([a-z_]+:[a-z]+|commands)`", readme)) == {*needed, *optional, "connections:write"}
    assert f"It asks for {['no', 'one', 'two', 'three', 'four', 'five', 'six'][len(needed)]} scopes" in readme
    assert all(f"`{scope}` is optional" in readme for scope in optional)


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_link_that_creates_the_slack_app_has_the_manifest(name: str) -> None:
    manifest = json.dumps(yaml.safe_load((ROOT / "manifest.yml").read_text("utf-8")), separators=(",", ":"))
    link = f"https://api.slack.com/apps?new_app=1&manifest_json={quote(manifest, safe='')}"
    assert f"[slack-app]: {link}\n" in texts()[name]


def outline(text: str) -> Mapping[str, Sequence[str]]:
    """What a document and its translation have in common."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {
        "levels of the headings": re.findall(r"^(#+) ", text, re.MULTILINE),
        "blocks of commands": re.findall(r"```.*?```", text, re.DOTALL),
        "code in sentences and tables": sorted(re.findall(r"`[^`\n]+`", prose)),
        "links": [target for target in LINK.findall(text) if target not in ("README.md", "README.ru.md")],
        "addresses": re.findall(r"<(https://[^>]+)>", text),
        "rows of tables": ["|" for line in text.splitlines() if line.startswith("|")],
    }


def test_the_russian_readme_has_the_headings_commands_and_links_of_the_english_one() -> None:
    english, russian = texts()["README.md"], texts()["README.ru.md"]
    assert outline(russian) == outline(english)
    assert "(README.ru.md)" in english
    assert "(README.md)" in russian


def test_every_document_names_the_same_scopes_of_the_portal() -> None:
    for page in ("README.md", "SECURITY.md", "docs/how-to/connect-a-portal.md"):
        said = " ".join(texts()[page].split())
        assert re.search(r"scopes (?:than )?`imopenlines`[^`]*and `imconnector`", said), page


def test_the_room_map_is_the_one_of_the_code() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/write_room_map.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_every_file_that_a_document_names_exists() -> None:
    folders = "bot|plugins|tests|scripts|benchmarks|docs|requirements"
    form = re.compile(rf"(?<![\w/.-])((?:{folders})/[A-Za-z0-9_./*-]*[A-Za-z0-9_/*])")
    written = WALK_THROUGH.findall(texts()["docs/plugins.md"])
    named = {(page, name) for page, text in texts().items() for name in form.findall(text) if name not in written}
    assert len(named) > 50
    assert sorted((page, name) for page, name in named if not list(ROOT.glob(name))) == []


@cache
def modules() -> frozenset[str]:
    """Every way to write the path of a module: whole, or without its first folders."""
    paths = [path.relative_to(ROOT) for folder in CODE_FOLDERS for path in (ROOT / folder).rglob("*.py")]
    paths += [Path(name) for name in WALK_THROUGH.findall((ROOT / "docs" / "plugins.md").read_text("utf-8"))]
    return frozenset("/".join(path.parts[start:]) for path in paths for start in range(len(path.parts)))


def test_every_module_that_a_document_or_shipped_code_names_exists() -> None:
    sources = [*PAGES, *(path for folder in ("bot", "plugins", "scripts") for path in (ROOT / folder).rglob("*.py"))]
    named = {
        (str(path.relative_to(ROOT)), name) for path in sources for name in MODULE.findall(path.read_text("utf-8"))
    }
    assert len(named) > 500
    assert sorted((source, name) for source, name in named if name not in modules()) == []


@cache
def entries_of(page: Path) -> tuple[str, ...]:
    return tuple(label for _, label in ENTRY.findall(page.read_text("utf-8")))


@cache
def anchors_of(page: Path) -> frozenset[str]:
    text = page.read_text("utf-8")
    return frozenset([*(anchor(found) for found in HEADING.findall(text)), *(name for name, _ in ENTRY.findall(text))])


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    plain = re.sub(r"<[^>]+>|[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@each_row("page", PAGES)
def test_every_link_of_a_document_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, part = target.partition("#")
        leads_to = (page.parent / name).resolve() if name else page
        assert leads_to.exists(), target
        if part:
            assert part in anchors_of(leads_to), target


def entries_in(changelog: str) -> Iterator[str]:
    """Each entry of a changelog on one line, its code as a mark."""
    for found in re.findall(r"^- (.+\n(?:  .+\n)*)", changelog, re.MULTILINE):
        yield re.sub(r"`[^`]*`", "``", " ".join(found.split()))


def broken(entry: str) -> bool:
    """Whether an entry ends in the middle of another: a sentence begins with a small letter, or does not end."""
    return not entry.endswith(".") or bool(re.search(r"[.!?] (?!b24bot\b)[a-z]", entry))


def test_every_entry_of_the_changelog_is_whole_sentences_and_is_told_once() -> None:
    text = texts()["CHANGELOG.md"]
    assert [entry for entry in entries_in(text) if broken(entry)] == []
    starts = Counter(found[:40] for found in re.findall(r"^- (.+)$", text.partition("\n## 0")[0], re.MULTILINE))
    assert [start for start, often in starts.items() if often > 1] == []


@pytest.mark.parametrize("entry", ["It opens. portal refuses it.", "It opens"])
def test_an_entry_that_ends_in_the_middle_of_another_is_found(entry: str) -> None:
    assert broken(entry)


# Citations


def cited_entries(text: str) -> Iterator[str]:
    """P20, P21 … P34 for “P20 to P34”."""
    for character, first, last in re.findall(r"([A-Z])([0-9]+)(?:\s+to [A-Z]([0-9]+))?", text):
        yield from (f"{character}{number}" for number in range(int(first), int(last or first) + 1))


def wrong_with(found: re.Match[str], beside: Path) -> Iterator[str]:
    """What of one citation leads nowhere. `beside` is where a page's own citations may start from, too."""
    pages = [root / found["page"] for root in (ROOT, beside) if (root / found["page"]).is_file()]
    if not pages:
        yield "no such file"
        return
    known, entries = entries_of(pages[0]), [*cited_entries(found["entries"])]
    yield from (f"no {entry} in it" for entry in entries if entry not in known)
    if found["part"] and found["part"] not in anchors_of(pages[0]):
        yield "no such anchor"
    if found["title"] and anchor(found["title"]) not in anchors_of(pages[0]):
        yield "no such heading"
    if found["section"] and not entries:
        yield "the sections of a document have no numbers"


def dangling(text: str, beside: Path = ROOT) -> Iterator[str]:
    """Each citation in a text that leads nowhere, with the reason. A name that is a whole string is a path, not one."""
    for found in CITATION.finditer(text):
        if text[: found.start()][-1:] == text[found.end() :][:1] == '"':
            continue
        yield from (f"{found[0]}: {why}" for why in wrong_with(found, beside))
    yield from (f"{short}: of which document?" for short in SHORT.findall(text))


def shipped() -> Iterator[Path]:
    for folder in CODE_FOLDERS:
        yield from (path for form in SHIPPED for path in (ROOT / folder).rglob(form))
    yield from (path for path in (ROOT / "scripts").iterdir() if path.is_file())
    yield from (ROOT / name for name in ("manifest.yml", "pyproject.toml", "Procfile", ".env.example"))


def test_every_citation_of_a_document_leads_somewhere() -> None:
    texts_of = {path: path.read_text("utf-8") for path in {*shipped()}}
    assert sum(len(CITATION.findall(text)) for text in texts_of.values()) > 150
    found = [(str(path.relative_to(ROOT)), why) for path, text in texts_of.items() for why in dangling(text)]
    found += [(str(page.relative_to(ROOT)), why) for page in PAGES for why in dangling(page.read_text(), page.parent)]
    assert sorted(found) == []


@pytest.mark.parametrize(
    ("page", "rest", "why"),
    [
        ("nowhere", "", "no such file"),
        ("safety", " M999", "no M999 in it"),
        ("safety", " M18 to M20, F1", "no M20 in it"),
        ("safety", ", “No such heading”", "no such heading"),
        ("glossary", "#nowhere", "no such anchor"),
        ("safety", " 4.1", "the sections of a document have no numbers"),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(page: str, rest: str, why: str) -> None:
    cited = f"docs/{page}.md{rest}"
    assert [*dangling(f"As it is ({cited}).")] == [f"{cited}: {why}"]


def test_a_number_without_its_document_is_found() -> None:
    assert [*dangling("never twice " + "(M" + "3)")] == ["(M" + "3): of which document?"]


@pytest.mark.parametrize("page", ["portal-behaviour", "safety", "slack-behaviour"])
def test_entries_are_numbered_from_one_without_a_gap_and_each_once(page: str) -> None:
    found = ENTRY.findall((ROOT / "docs" / f"{page}.md").read_text("utf-8"))
    assert [name for name, label in found if name != label.lower()] == []
    last = Counter(label[0] for _, label in found)
    wanted = [f"{character}{number}" for character in last for number in range(1, last[character] + 1)]
    assert sorted(label for _, label in found) == sorted(wanted)


def test_every_behaviour_of_the_simulated_portal_is_an_entry() -> None:
    page = (ROOT / "docs" / "portal-behaviour.md").read_text("utf-8")
    simulated = page[: page.index("## How the portal checks requests")]
    assert [label for _, label in ENTRY.findall(simulated)] == [f"P{row.number}" for row in BEHAVIOURS]
