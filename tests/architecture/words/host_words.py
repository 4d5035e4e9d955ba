"""The checker of the words of one plugin, which its host does not use: another plugin has other places.

It reads names, docstrings, comments and texts of the code, and the keys and sentences of the catalogues. A text that is
stored or signed keeps its word: `STORED` lists such texts, each with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

from tests.architecture.words.vocabulary_checks import line_at, read_tokens, words_of

WORDS: Mapping[str, str] = {
    "portal": "place",
    "connector": "what is changed, by an example of another plugin",
    "bitrix": "the plugin",
    "портал": "place",
    "коннектор": "what is changed, by an example of another plugin",
    "битрикс": "the plugin",
}
"""Each word of the plugin with what the host says in its place."""
ELSEWHERE = (
    "bot/playground/",
    "bot/web/page_words.py",
    "bot/locale/en/LC_MESSAGES/playground.po",
    "bot/locale/ru/LC_MESSAGES/playground.po",
)
"""The playground shows this plugin with its simulator."""
KNOWN: Mapping[tuple[str, str], str] = {
    ("bot/__init__.py", "bitrix"): "says what b24bot is made for",
    ("bot/__init__.py", "connector"): "says what b24bot is made for",
    ("bot/locale/en/LC_MESSAGES/clihelp.po", "bitrix"): "says what b24bot is made for",
    ("bot/locale/en/LC_MESSAGES/clihelp.po", "connector"): "says what b24bot is made for",
    ("bot/locale/ru/LC_MESSAGES/clihelp.po", "битрикс"): "says what b24bot is made for",
    ("bot/locale/ru/LC_MESSAGES/clihelp.po", "коннектор"): "says what b24bot is made for",
    ("bot/locale/en/LC_MESSAGES/host.po", "portal"): "is said by the playground, which needs a simulated portal",
    ("bot/locale/ru/LC_MESSAGES/host.po", "portal"): "is the key of that sentence",
    ("bot/locale/ru/LC_MESSAGES/host.po", "портал"): "is said by the playground, which needs a simulated portal",
    ("bot/locale/en/LC_MESSAGES/store.po", "portal"): "is what stored reasons say, and a stored row is never changed",
    ("bot/locale/ru/LC_MESSAGES/store.po", "портал"): "is what stored reasons say, and a stored row is never changed",
}
"""Files that use a word all the same, each with the reason."""
STORED: Mapping[tuple[str, str], str] = {
    ("bot/core/audit/audit_record.py", "portal"): "tags and a fact of stored records, which are chained with them",
    ("bot/core/redaction/secret_patterns.py", "connector"): "one of the ids that no secret begins with",
    ("bot/core/withheld_reasons.py", "portal"): "what stored reasons say, and a stored row is never changed",
    ("bot/host_settings.py", "bitrix"): "the plugin that an installation has unless it names others",
    ("bot/settings.py", "bitrix"): "the prefix of the settings of the plugin that b24bot ships",
    ("bot/slack/account_flags.py", "connector"): "a flag of Slack's accounts",
    ("bot/slack/manifest.py", "bitrix"): "what Slack shows of the app: what b24bot is made for",
    ("bot/slack/manifest.py", "connector"): "what Slack shows of the app: what b24bot is made for",
    ("bot/slack/manifest.py", "portal"): "what Slack shows of the app: what b24bot is made for",
    ("bot/store/schema/migrations.py", "portal"): "a migration stays as it ran",
    ("bot/usecases/command_context/place_choice.py", "portal"): "kinds of stored records",
}
"""Files with texts that keep a word, each with the reason."""
_KEY = re.compile(r'^msgid(?:_plural)? "(.*)"$')
_SENTENCE = re.compile(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$')


def plugin_words(path: str, text: str) -> Iterator[str]:
    """Say where a file of the host uses a word of the plugin, and what to say."""
    if path.startswith(ELSEWHERE):
        return
    said = _catalogue(text) if path.endswith(".po") else _module(path, text)
    for line, sentence in said:
        for word in _words_in(sentence):
            if (path, word) not in KNOWN:
                yield f"{path}:{line} “{word}” is a word of a plugin; use {WORDS[word]}"


@cache
def _words_in(sentence: str) -> tuple[str, ...]:
    """Return the words of the plugin in a sentence or a name, each once."""
    found = {part.removesuffix("s") for part in words_of(sentence)}
    russian = sentence.lower()
    return tuple(word for word in WORDS if word in found or (not word.isascii() and word in russian))


def _module(path: str, text: str) -> Iterator[tuple[int, str]]:
    yield 0, path
    yield from ((line_at(text, token.start), token.text) for token in read_tokens(text) if _words_in(token.text))
    if any(word in text.lower() for word in WORDS):
        yield from _texts(path, text)


def _texts(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The texts of a module that have a word of the plugin and no reason to keep it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = [word for word in _words_in(node.value) if (path, word) not in STORED]
            yield from ((node.lineno, word) for word in words)


def _catalogue(text: str) -> Iterator[tuple[int, str]]:
    sentence = False
    for number, line in enumerate(text.splitlines(), 1):
        key = _KEY.match(line)
        sentence = key is None and (line.startswith("msgstr") or (sentence and line.startswith('"')))
        found = key or (_SENTENCE.match(line) if sentence else None)
        if found is not None:
            yield number, found[1]
