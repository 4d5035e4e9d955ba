"""The checker of the words of one plugin, which its host does not use: another plugin has other places.

It reads names, docstrings and comments, and the keys and English sentences of the catalogues. Other strings are data:
tags and facts of stored records, and names of settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from tests.architecture.words.vocabulary_checks import line_at, read_tokens, words_of

WORDS: Mapping[str, str] = {
    "portal": "place",
    "connector": "what is changed, by an example of another plugin",
    "bitrix": "the plugin",
}
"""Each word of the plugin with what the host says in its place."""
ELSEWHERE = ("bot/playground/", "bot/locale/en/LC_MESSAGES/playground.po")
"""The playground shows this plugin with its simulator."""
KNOWN: Mapping[tuple[str, str], str] = {
    ("bot/__init__.py", "bitrix"): "says what b24bot is made for",
    ("bot/__init__.py", "connector"): "says what b24bot is made for",
    ("bot/locale/en/LC_MESSAGES/clihelp.po", "bitrix"): "says what b24bot is made for",
    ("bot/locale/en/LC_MESSAGES/clihelp.po", "connector"): "says what b24bot is made for",
    ("bot/locale/en/LC_MESSAGES/host.po", "portal"): "is said by the playground, which needs a simulated portal",
    ("bot/locale/en/LC_MESSAGES/store.po", "portal"): "is what stored reasons say, and a stored row is never changed",
}
"""Files that use a word all the same, each with the reason."""
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
    return tuple(word for word in WORDS if word in found)


def _module(path: str, text: str) -> Iterator[tuple[int, str]]:
    yield 0, path
    yield from ((line_at(text, token.start), token.text) for token in read_tokens(text) if _words_in(token.text))


def _catalogue(text: str) -> Iterator[tuple[int, str]]:
    sentence = False
    for number, line in enumerate(text.splitlines(), 1):
        key = _KEY.match(line)
        sentence = key is None and (line.startswith("msgstr") or (sentence and line.startswith('"')))
        found = key or (_SENTENCE.match(line) if sentence else None)
        if found is not None:
            yield number, found[1]
