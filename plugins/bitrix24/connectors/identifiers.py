"""Connector ids as people type them: what is allowed, and a clear word about what is not. No portal here."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Protocol

from bot.plugin import Arg, BadArgument, Message
from plugins.bitrix24.connectors.connector_choices import CONNECTORS
from plugins.bitrix24.redaction.excerpt import excerpt

LONGEST = 64
LONGEST_LISTED = 255
SHOWN = 40
ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
RULE = Message("bitrix24.connector.id_rule", count=LONGEST)

_CYRILLIC = dict(zip("авекмнорстухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅ", "abekmhopctyxijsdhlqwabekmhopctyxijs", strict=True))
_GREEK = dict(zip("αβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abeiknoptuxabezhikmnoptyx", strict=True))
LOOKS_LIKE: Mapping[str, str] = {**_CYRILLIC, **_GREEK, "ı": "i", "ɡ": "g", "ℓ": "l"}
"""Letters of other scripts that cannot be told from a Latin one by eye."""

_NAMED: Mapping[str, Message] = {
    ".": Message("bitrix24.connector.id_dot"),
    " ": Message("bitrix24.connector.id_space"),
    "-": Message("bitrix24.connector.id_hyphen"),
    "\t": Message("bitrix24.connector.id_tab"),
    "\n": Message("bitrix24.connector.id_line_break"),
    "\u00a0": Message("bitrix24.connector.id_no_break_space"),
    "\u200b": Message("bitrix24.connector.id_zero_width_space"),
}


def parse(word: str) -> str:
    """The id in the form the portal keeps, lower-cased. Raises BadArgument, naming what is wrong and where."""
    if not word:
        raise BadArgument(Message("bitrix24.connector.id_missing"), hint=RULE)
    for position, char in enumerate(word, start=1):
        if char not in ALLOWED and not ("A" <= char <= "Z"):
            wrong = _describe_character(char, str(position))
            raise BadArgument(
                Message("bitrix24.connector.id_invalid", word=excerpt(word, SHOWN), why=wrong), hint=_hint(word)
            )
    if len(word) > LONGEST:
        long = Message("bitrix24.connector.id_too_long", count=len(word))
        raise BadArgument(Message("bitrix24.connector.id_invalid", word=excerpt(word, SHOWN), why=long), hint=RULE)
    return word.lower()


class Named(Protocol):
    """Something with an id and a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


class Listing(Protocol):
    """What lists the connectors of a portal."""

    def connectors(self) -> Sequence[Named]: ...

    def look(self, *lists: str) -> None: ...


def known_ids(portal: Listing) -> list[str]:
    """List the ids of the portal's connectors, for shell completion."""
    return [found.id for found in portal.connectors()]


def known_names(portal: Listing) -> list[tuple[str, str]]:
    """List the ids of the portal's connectors with their names."""
    portal.look("connectors")
    return [(found.id, found.name) for found in portal.connectors()]


def as_asked(listed: str) -> str:
    """What the portal makes of an id when it is asked about it: small letters, cut at a dot that is not the first."""
    small = listed.lower()
    dot = small.find(".")
    return small[:dot] if dot > 0 else small


def find_query_obstacle(listed: str) -> Message | None:
    """Why the portal cannot be asked about an id that it lists; None when it can."""
    taken_for = as_asked(listed)
    if taken_for != listed:
        return Message(
            "bitrix24.connector.id_mistaken", connector=excerpt(listed, SHOWN), other=excerpt(taken_for, SHOWN)
        )
    if "$result" in listed:
        return Message("bitrix24.connector.id_is_reference", connector=excerpt(listed, SHOWN))
    return None


def is_normal(listed: str) -> bool:
    """Whether an id has the form in which this bot changes connectors."""
    return 0 < len(listed) <= LONGEST and all(char in ALLOWED for char in listed)


def parse_listed(word: str) -> str:
    """An id as the portal may list it, for commands that only read. Raises BadArgument for what no id can be."""
    clean = word.strip()
    if not clean or len(clean) > LONGEST_LISTED or not clean.isprintable():
        return parse(word)
    return clean


def find_listed(word: str, listed: Sequence[Named]) -> str:
    """The id that was meant: one that the portal lists, the only one with this name, else the normal form.

    Raises BadArgument when it is none of them.
    """
    ids = {each.id for each in listed}
    as_id = next((one for one in (word, word.lower()) if one in ids), "")
    if as_id:
        return as_id
    named = [each.id for each in listed if each.name.casefold() == word.casefold()]
    return named[0] if len(named) == 1 else parse(word)


ListedId = Annotated[
    str,
    Arg(
        help="the connector's id or name, as `connector list` shows it",
        label="ID",
        parse=parse_listed,
        complete=known_ids,
        names=known_names,
        choices=CONNECTORS,
    ),
]

ConnectorId = Annotated[
    str,
    Arg(
        help="the connector's id or name, as `connector list` shows it",
        label="ID",
        parse=parse,
        complete=known_ids,
        names=known_names,
        choices=CONNECTORS,
    ),
]
NewConnectorId = Annotated[
    str, Arg(help="the id of the new connector: lower-case Latin letters, digits and _", label="ID", parse=parse)
]
"""The id that a connector will get; completion offers none that exists already."""


def suggest(wrong: str, known: Iterable[str]) -> str:
    """The known id that was probably meant, or an empty string."""
    close = difflib.get_close_matches(wrong, sorted(known), n=1, cutoff=0.75)
    return close[0] if close else ""


def _describe_character(char: str, position: str) -> Message:
    """What is wrong with a character of an id."""
    if char in _NAMED:
        return Message("bitrix24.connector.id_character_named", character=_NAMED[char], position=position)
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    plain = _plain(char)
    if plain != char:
        return Message(
            "bitrix24.connector.id_look_alike", character=char, position=position, latin=plain, unicode_name=name
        )
    if char.isprintable():
        return Message("bitrix24.connector.id_character", character=char, position=position, unicode_name=name)
    return Message("bitrix24.connector.id_character_invisible", position=position, unicode_name=name)


def _plain(char: str) -> str:
    """The Latin letter that a character looks like, or the character itself."""
    if char in LOOKS_LIKE:
        return LOOKS_LIKE[char]
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if folded in ALLOWED else char


def _hint(word: str) -> Message:
    plain = "".join(_plain(char) for char in word).lower()
    if len(plain) <= LONGEST and all(char in ALLOWED for char in plain):
        return Message("bitrix24.connector.id_suggested", word=plain, rule=RULE)
    return RULE
