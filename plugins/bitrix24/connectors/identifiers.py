"""Connector ids as people type them: what is allowed, and a clear word about what is not. No portal here."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Protocol

from bot.plugin import Arg, BadArgument
from plugins.bitrix24.redaction.excerpt import excerpt

LONGEST = 64
LONGEST_LISTED = 255
SHOWN = 40
ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
RULE = f"A connector id has small Latin letters, digits and _, at most {LONGEST} of them, and no dot."

_CYRILLIC = dict(zip("авекмнорстухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅ", "abekmhopctyxijsdhlqwabekmhopctyxijs", strict=True))
_GREEK = dict(zip("αβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abeiknoptuxabezhikmnoptyx", strict=True))
LOOKS_LIKE: Mapping[str, str] = {**_CYRILLIC, **_GREEK, "ı": "i", "ɡ": "g", "ℓ": "l"}
"""Letters of other scripts that cannot be told from a Latin one by eye."""

_NAMED: Mapping[str, str] = {
    ".": "a dot",
    " ": "a space",
    "-": "a hyphen",
    "\t": "a tab",
    "\n": "a line break",
    "\u00a0": "a no-break space",
    "\u200b": "an invisible zero-width space",
}


def parse(word: str) -> str:
    """The id in the form the portal keeps, lower-cased. Raises BadArgument, naming what is wrong and where."""
    if not word:
        raise BadArgument("The connector id is missing.", hint=RULE)
    for position, char in enumerate(word, start=1):
        if char not in ALLOWED and not ("A" <= char <= "Z"):
            raise BadArgument(
                f"“{excerpt(word, SHOWN)}” is not a connector id: {_wrong(char, position)}.", hint=_hint(word)
            )
    if len(word) > LONGEST:
        raise BadArgument(f"“{excerpt(word, SHOWN)}” is not a connector id: it has {len(word)} characters.", hint=RULE)
    return word.lower()


class Named(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str: ...


class Listing(Protocol):
    """What lists the connectors of a portal."""

    def connectors(self) -> Sequence[Named]: ...


def known_ids(portal: Listing) -> list[str]:
    """List the ids of the portal's connectors, for shell completion."""
    return [found.id for found in portal.connectors()]


def as_asked(listed: str) -> str:
    """What the portal makes of an id when it is asked about it: small letters, cut at a dot that is not the first."""
    small = listed.lower()
    dot = small.find(".")
    return small[:dot] if dot > 0 else small


def find_query_obstacle(listed: str) -> str:
    """Why the portal cannot be asked about an id that it lists; empty when it can."""
    taken_for = as_asked(listed)
    if taken_for != listed:
        return (
            f"“{excerpt(listed, SHOWN)}” cannot be asked about: the portal takes it for “{excerpt(taken_for, SHOWN)}”."
        )
    if "$result" in listed:
        return (
            f"“{excerpt(listed, SHOWN)}” cannot be asked about: the portal reads it as a reference to another answer."
        )
    return ""


def is_normal(listed: str) -> bool:
    """Whether an id has the form in which this bot changes connectors."""
    return 0 < len(listed) <= LONGEST and all(char in ALLOWED for char in listed)


def parse_listed(word: str) -> str:
    """An id as the portal may list it, for commands that only read. Raises BadArgument for what no id can be."""
    clean = word.strip()
    if not clean or len(clean) > LONGEST_LISTED or not clean.isprintable():
        return parse(word)
    return clean


def find_listed(word: str, listed: Iterable[str]) -> str:
    """The id that was meant: the one that the portal lists letter by letter, else the normal form.

    Raises BadArgument when it is neither listed nor of the normal form.
    """
    return word if word in set(listed) else parse(word)


ListedId = Annotated[
    str,
    Arg(help="the connector's id, as `connector list` shows it", label="ID", parse=parse_listed, complete=known_ids),
]

ConnectorId = Annotated[
    str, Arg(help="the connector's id, as `connector list` shows it", label="ID", parse=parse, complete=known_ids)
]


def suggest(wrong: str, known: Iterable[str]) -> str:
    """The known id that was probably meant, or an empty string."""
    close = difflib.get_close_matches(wrong, sorted(known), n=1, cutoff=0.75)
    return close[0] if close else ""


def _wrong(char: str, position: int) -> str:
    where = f"at position {position}"
    if char in _NAMED:
        return f"it has {_NAMED[char]} {where}"
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    plain = _plain(char)
    if plain != char:
        return f"“{char}” {where} looks like the Latin “{plain}” but is another character, {name}"
    visible = f"“{char}” " if char.isprintable() else "an invisible character "
    return f"{visible}{where} is not allowed ({name})"


def _plain(char: str) -> str:
    """The Latin letter that a character looks like, or the character itself."""
    if char in LOOKS_LIKE:
        return LOOKS_LIKE[char]
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if folded in ALLOWED else char


def _hint(word: str) -> str:
    plain = "".join(_plain(char) for char in word).lower()
    if len(plain) <= LONGEST and all(char in ALLOWED for char in plain):
        return f"Did you mean “{plain}”? {RULE}"
    return RULE
