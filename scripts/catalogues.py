"""Bring the catalogues in line with the code and compile them; `--check` only says what is wrong.

    scripts/catalogues.py [--check]

The code names keys and arguments, `Message("card.status.pending", count=3)`; the English of a key stands in a catalogue
like every other language. A new key gets an empty entry in each language, a key that the code has no more goes.
"""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
ENGLISH, LANGUAGES = "en", ("en", "ru")
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every header: one that changed would make each update a change."""
WIDTH = 120
Sentences = Mapping[str, tuple[str, ...]]
"""One sentence for a key, or one for each plural form."""


@dataclass(frozen=True)
class Home:
    """Where catalogues lie, for which code, and the catalogues that may be there; none given stands for any."""

    code: tuple[Path, ...]
    locale: Path
    names: frozenset[str] = frozenset()


_WORDED = ROOT / "tests" / "slack" / "render" / "worded"
"""The plugin of the storyboards."""
_UPTIME = ROOT / "examples" / "uptime" / "uptime"
"""The example of a plugin, which is a package of its own."""
HOMES = (
    Home(code=(ROOT / "bot",), locale=ROOT / "bot" / "locale"),
    Home(
        code=(ROOT / "plugins" / "bitrix24",),
        locale=ROOT / "plugins" / "bitrix24" / "locale",
        names=frozenset({"bitrix24"}),
    ),
    Home(code=(_WORDED,), locale=_WORDED / "locale", names=frozenset({"worded"})),
    Home(code=(_UPTIME,), locale=_UPTIME / "locale", names=frozenset({_UPTIME.name})),
)
VALUES = "bot/plugin/message.py"
"""The module of the value itself, which makes messages of stored ones."""


@dataclass
class Use:
    """A key as the code uses it."""

    arguments: frozenset[str]
    places: list[str] = field(default_factory=list)


def find_uses(code: Iterable[Path]) -> tuple[dict[str, Use], list[str]]:
    """Every key in this code with the names of its arguments, and what is wrong with how it is written."""
    uses: dict[str, Use] = {}
    wrong: list[str] = []
    for path in sorted(file for folder in code for file in folder.rglob("*.py")):
        shown = path.relative_to(ROOT).as_posix()
        if shown == VALUES:
            continue
        for call in _message_calls(path):
            where = f"{shown}:{call.lineno}"
            key = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            if not isinstance(key, str) or len(call.args) > 1 or any(word.arg is None for word in call.keywords):
                wrong.append(f"{where}: a message is written with its key and the names of its arguments")
                continue
            arguments = frozenset(word.arg for word in call.keywords if word.arg)
            use = uses.setdefault(key, Use(arguments))
            use.places.append(where)
            if use.arguments != arguments:
                wrong.append(f"{where}: {key} has other arguments in {use.places[0]}")
    return uses, wrong


def _message_calls(path: Path) -> Iterator[ast.Call]:
    source = path.read_text(encoding="utf-8")
    if "Message(" not in source:
        return
    tree = ast.parse(source)
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    if not any((node.module or "").startswith("bot.plugin") and _names(node, "Message") for node in imports):
        # A simulator has messages of its own.
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message":
            yield node


def _names(node: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name for alias in node.names)


def by_catalogue(uses: Mapping[str, Use]) -> dict[str, dict[str, Use]]:
    """The uses by the catalogue that each key names."""
    found: dict[str, dict[str, Use]] = {}
    for key, use in uses.items():
        found.setdefault(key.partition(".")[0], {})[key] = use
    return found


def read_catalogue(path: Path, language: str) -> dict[str, tuple[str, ...]]:
    """The sentences of a file by key: one, or one for each plural form. What is fuzzy counts as missing."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def write_catalogue(
    language: str,
    uses: Mapping[str, Use],
    sentences: Mapping[str, tuple[str, ...]],
    english: Mapping[str, tuple[str, ...]],
) -> tuple[bytes, bytes]:
    """The two files of a catalogue: for people, and compiled."""
    made = Catalog(
        locale=language,
        project="b24bot",
        version="1",
        copyright_holder="b24bot",
        msgid_bugs_address="none",
        last_translator="b24bot",
        language_team="b24bot",
        creation_date=NEVER,
        revision_date=NEVER,
        header_comment="",
        fuzzy=False,
    )
    for key in sorted(uses):
        plural = "count" in uses[key].arguments
        told = sentences.get(key, ())
        forms = made.num_plurals if plural else 1
        words = (*told, *([""] * forms))[:forms]
        comments = [f"{{{name}}}" for name in sorted(uses[key].arguments)]
        notes = [" ".join(comments)] if comments else []
        if language != ENGLISH and english.get(key):
            notes.append(f"English: {english[key][-1]}")
        made.add((key, key) if plural else key, words if plural else words[0], auto_comments=notes)
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, made, width=WIDTH, sort_output=True, no_location=True)
    write_mo(compiled, made)
    return text.getvalue(), compiled.getvalue()


def faults_in(
    uses: Mapping[str, Use],
    sentences: Mapping[str, tuple[str, ...]],
    english: Mapping[str, tuple[str, ...]],
) -> Iterator[str]:
    """What is missing or does not fit in a catalogue."""
    for key, use in sorted(uses.items()):
        told = sentences.get(key, ())
        if not told or not all(told):
            yield f"{key}: no sentence"
            continue
        for sentence in told:
            yield from (f"{key}: {fault}" for fault in _faults_of(sentence, use.arguments))
        named = {name for sentence in told for name in _placeholders(sentence)}
        meant = {name for sentence in english.get(key, ()) for name in _placeholders(sentence)}
        if named - {"count"} != meant - {"count"}:
            yield f"{key}: the placeholders are {sorted(named)}, in English they are {sorted(meant)}"
    yield from (f"{key}: the code has no such key" for key in sorted(set(sentences) - set(uses)))


def _faults_of(sentence: str, arguments: frozenset[str]) -> Iterator[str]:
    try:
        strange = set(_placeholders(sentence)) - arguments
    except ValueError as error:
        yield f"{error} in “{sentence}”"
        return
    if strange:
        yield f"the code gives no {', '.join(sorted(strange))}"


def _placeholders(sentence: str) -> Iterator[str]:
    for _, name, form, conversion in string.Formatter().parse(sentence):
        if name is None:
            continue
        if form not in ("", "and", "or") or conversion or not name.isidentifier():
            raise ValueError(f"a placeholder is a name, perhaps with :and or :or for a list, not “{name}”")
        yield name


def declared_groups(home: Home) -> tuple[str, Iterable[Any]]:
    """The prefix of the keys for declared commands, and the groups that declare them."""
    sys.path[:0] = [str(ROOT), str(_UPTIME.parent)]
    from bot.host.help_messages import prefix_of
    from bot.usecases.admin.builtin_plugin import QUERIES, BuiltinPlugin
    from plugins.bitrix24.plugin import plugin as bitrix24
    from tests.slack.render.worded.worded_toy import NAME, WORDED

    if NAME in home.names:
        return prefix_of(NAME), [WORDED]
    if _UPTIME.name in home.names:
        example = import_module(f"{_UPTIME.name}.plugin").plugin
        return prefix_of(example.name), example.groups
    if bitrix24.name in home.names:
        return prefix_of(bitrix24.name), bitrix24.groups
    return prefix_of(""), (*QUERIES, *BuiltinPlugin().groups)


def declared_help(home: Home) -> dict[str, str]:
    """The English of the help of declared commands, by key: what stands in their declarations."""
    prefix, groups = declared_groups(home)
    from bot.host.help_messages import group_texts, help_texts

    if home.names:
        return dict(group_texts(prefix, groups))
    return dict(text for group in groups for command in group for text in help_texts(prefix, command))


def form_titles(home: Home) -> dict[str, str]:
    """The titles of forms by key, with an English that a catalogue replaces."""
    prefix, groups = declared_groups(home)
    from bot.host.help_messages import title_texts

    return {key: title for group in groups for one in group for key, title in title_texts(prefix, one).items()}


def main(arguments: list[str]) -> int:
    check = arguments == ["--check"]
    wrong: list[str] = []
    for home in HOMES:
        uses, faults = find_uses(home.code)
        wrong += faults
        declared = declared_help(home)
        for key, sentence in declared.items():
            uses[key] = Use(frozenset(_placeholders(sentence)), ["a declaration"])
        titles = form_titles(home)
        uses |= {key: Use(frozenset(), ["a declaration"]) for key in titles}
        found = by_catalogue(uses)
        if home.names:
            wrong += [f"{key}: begins with none of {sorted(home.names)}" for key in set(found) - home.names]
        for language in LANGUAGES:
            folder = home.locale / language / "LC_MESSAGES"
            names = {*found, *(path.stem for path in folder.glob("*.po"))}
            for name in sorted(names):
                wrong += _bring_up_to_date(home, language, name, found.get(name, {}), declared, titles, check=check)
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


def _bring_up_to_date(
    home: Home,
    language: str,
    name: str,
    uses: Mapping[str, Use],
    declared: Mapping[str, str],
    titles: Mapping[str, str],
    *,
    check: bool,
) -> Iterator[str]:
    path = home.locale / language / "LC_MESSAGES" / f"{name}.po"
    stated = {key: (sentence,) for key, sentence in declared.items() if key in uses}
    written = read_catalogue(path, language)
    made = {key: (title,) for key, title in titles.items() if key in uses and language == ENGLISH}
    sentences = {**made, **written, **(stated if language == ENGLISH else {})}
    english = read_catalogue(home.locale / ENGLISH / "LC_MESSAGES" / f"{name}.po", ENGLISH)
    english = {**english, **stated}
    if not check:
        sentences = {key: words for key, words in sentences.items() if key in uses}
    shown = path.relative_to(ROOT)
    if check and language == ENGLISH:
        differs = (key for key, told in sorted(stated.items()) if key in written and written[key] != told)
        yield from (f"{shown}: {key}: the declaration has other English" for key in differs)
    yield from (f"{shown}: {fault}" for fault in faults_in(uses, sentences, english))
    wanted = dict(
        zip((path, path.with_suffix(".mo")), write_catalogue(language, uses, sentences, english), strict=True)
    )
    for file, content in wanted.items():
        if not uses and not check:
            file.unlink(missing_ok=True)
        elif not file.exists() or file.read_bytes() != content:
            if check:
                yield f"{file.relative_to(ROOT)}: not as scripts/catalogues.py writes it"
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
