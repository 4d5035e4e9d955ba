"""The host uses no words of one plugin: a plugin names its places, its commands and what they change."""

from __future__ import annotations

from tests.architecture.source import ROOT
from tests.architecture.words import host_words
from tests.architecture.words.host_words import plugin_words
from tests.tables.rows import each_row

CATALOGUE = 'msgid "cli.step.{}"\nmsgstr ""\n"Add the "\n"{} first."\n'

# The path of a file, its text, and the words that are found in it.
TEXTS: list[tuple[str, str, list[str]]] = [
    ("bot/x.py", "portal_address: str", ["portal"]),
    ("bot/x.py", "def check_portals(): ...", ["portal"]),
    ("bot/x.py", "class BitrixPlugin: ...", ["bitrix"]),
    ("bot/x.py", "x.links(Portal=1)", ["portal"]),
    ("bot/x.py", '"""Nothing changes on a portal, see `connector list`."""', ["portal", "connector"] * 2),
    ("bot/x.py", "run()  # as Bitrix24 does", ["bitrix"]),
    ("bot/portals.py", "", ["portal"]),
    ("bot/x.py", 'facts = {"portal": place.name}', ["portal"]),
    ("bot/x.py", 'f"of portal {place}"', ["portal"]),
    ("bot/core/audit/audit_record.py", '"portal:default:set"', []),
    ("bot/x.py", 'PREFIX = "BITRIX24_"', ["bitrix"]),
    ("bot/x.py", "connect(places)", []),
    ("bot/playground/x.py", "portal = 1", []),
    ("bot/locale/en/LC_MESSAGES/cli.po", CATALOGUE.format("portal", "place"), ["portal"]),
    ("bot/locale/en/LC_MESSAGES/cli.po", CATALOGUE.format("place", "portals"), ["portal"]),
    ("bot/locale/en/LC_MESSAGES/cli.po", CATALOGUE.format("place", "place"), []),
    ("bot/locale/en/LC_MESSAGES/cli.po", f"#. portal\n{CATALOGUE.format('place', 'place')}", []),
    ("bot/locale/ru/LC_MESSAGES/cli.po", CATALOGUE.format("place", "порталов"), ["портал"]),
    ("bot/locale/en/LC_MESSAGES/playground.po", CATALOGUE.format("portal", "portal"), []),
]


@each_row(("path", "text", "words"), TEXTS)
def test_a_word_of_a_plugin_is_found_in_each_spelling(path: str, text: str, words: list[str]) -> None:
    assert [line.split("“")[1].split("”")[0] for line in plugin_words(path, text)] == words


def test_the_host_uses_no_word_of_a_plugin() -> None:
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "bot").rglob("locale/*/**/*.po")]
    found = [
        line
        for path in sorted(files)
        for line in plugin_words(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]
    assert len(files) > 300
    assert not found, "\n".join(found)


@each_row(("path", "word"), [*host_words.KNOWN, *host_words.STORED])
def test_every_exception_is_still_needed(path: str, word: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    # Under another name the file has no exception.
    assert [line for line in plugin_words(f"elsewhere/{path}", text) if f"“{word}”" in line]
    assert len({**host_words.KNOWN, **host_words.STORED}[path, word]) > 10
