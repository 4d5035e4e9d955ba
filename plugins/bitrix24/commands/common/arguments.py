"""What people type of the outside world: ids, names and addresses of customers, chats and files. No portal here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit

from bot.plugin import Arg, BadArgument, Json
from plugins.bitrix24.redaction.excerpt import excerpt

LONGEST = 255
LONGEST_LAST_NAME = 25
LONGEST_URL = 2_000
MOST_FILES = 10
_EMAIL = re.compile(r"\A[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9 ()-]+")


def _bad(what: str, word: str, why: str, hint: str = "") -> BadArgument:
    return BadArgument(f"“{excerpt(word, 40)}” cannot be {what}: {why}.", hint=hint)


def line_of_text(what: str, word: str, longest: int = LONGEST) -> str:
    """Text that is kept exactly as typed: the portal compares ids letter by letter."""
    if not word.strip():
        raise _bad(what, word, "it is empty")
    if word != word.strip():
        raise _bad(what, word, "it begins or ends with a blank")
    strange = next((char for char in word if not char.isprintable()), "")
    if strange:
        raise _bad(what, word, f"it has an invisible character ({unicodedata.name(strange, 'a control character')})")
    if len(word) > longest:
        raise _bad(what, word, f"it has {len(word)} characters, and {longest} is the most")
    if word == "0":
        raise _bad(what, word, "the portal takes 0 for nothing")
    return word


def parse_text(word: str) -> str:
    """The words of a message; line breaks and tabs are kept."""
    if not word.strip() or word.strip() == "0":
        raise _bad("the text of a message", word, "the portal takes it for nothing")
    return word


def parse_last_name(word: str) -> str:
    """At most 25 letters, blanks, hyphens and apostrophes (docs/portal-behaviour.md P108)."""
    what, rule = (
        "a last name",
        f"The portal takes at most {LONGEST_LAST_NAME} letters, blanks, hyphens and apostrophes.",
    )
    for position, char in enumerate(word, start=1):
        if unicodedata.category(char)[0] not in "LM" and char not in " -'’":
            raise _bad(what, word, f"it has {_shown(char)} at position {position}", rule)
    if len(word) > LONGEST_LAST_NAME:
        raise _bad(what, word, f"it has {len(word)} characters", rule)
    return line_of_text(what, word)


def _shown(char: str) -> str:
    return f"“{char}”" if char.isprintable() else "an invisible character"


def parse_email(word: str) -> str:
    """An address like `eve@shop.example`."""
    if not _EMAIL.fullmatch(word):
        raise _bad("an e-mail address", word, "it is not like eve@shop.example")
    return line_of_text("an e-mail address", word)


def parse_phone(word: str) -> str:
    """Five to fifteen digits, as they are written: a leading +, blanks, hyphens and brackets are kept."""
    digits = sum(char in "0123456789" for char in word)
    if not _PHONE.fullmatch(word) or not 5 <= digits <= 15:
        raise _bad("a phone number", word, "it needs 5 to 15 digits; a leading +, blanks, hyphens and brackets may be")
    return line_of_text("a phone number", word)


def parse_url(word: str) -> str:
    """An http or https address without a user in it: a password there would stand on the card and in the log."""
    what, hint = "an address", "Write it like https://shop.example/chats/1."
    parts = _parts(word)
    if parts is None or parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise _bad(what, word, "it is not a whole http or https address", hint)
    if "@" in parts.netloc:
        # Not quoted: what stands before the @ may be a password.
        raise BadArgument("An address cannot hold a user name or a password: it would be shown on the card.", hint=hint)
    if any(char.isspace() for char in word):
        raise _bad(what, word, "it has a blank in it", hint)
    return line_of_text(what, word, LONGEST_URL)


def _parts(word: str) -> SplitResult | None:
    try:
        return urlsplit(word)
    except ValueError:
        return None


def parse_files(word: str) -> tuple[str, ...]:
    """Addresses of files, with blanks between them."""
    files = tuple(parse_url(each) for each in word.split())
    if not files:
        raise _bad("the address of a file", word, "it is empty")
    if len(files) > MOST_FILES:
        raise BadArgument(
            f"A message takes at most {MOST_FILES} files, not {len(files)}.", hint="Send several messages."
        )
    return files


def parse_number(word: str) -> int:
    """A number that the portal gave: of a chat or a message."""
    if not (word.isascii() and word.isdigit() and 0 < int(word[:20]) < 10**15):
        raise _bad("a number of the portal", word, "it is not a whole number above 0")
    return int(word)


def file_of(url: str) -> dict[str, Json]:
    """A file as the portal wants it: its address and a name, which is the end of the address."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    clean = "".join(char for char in name if char.isprintable()).strip()[-100:]
    return {"url": url, "name": clean or "file"}


def arg(help: str, label: str, parse: Callable[[str], object], *, personal: bool = False) -> Arg:
    """An argument of a command that speaks of the outside world; `personal` for what is a customer's own."""
    return Arg(help=help, label=label, parse=parse, personal=personal)


def an_id(what: str) -> Arg:
    """An id of the outside world. It is kept exactly as typed, capitals too."""
    return arg(
        f"the {what}'s id outside, spelled exactly as the connector spells it", "ID", _reader(f"the {what}'s id")
    )


def a_name(what: str) -> Arg:
    return arg(f"the {what}'s name", "NAME", _reader(f"the {what}'s name"), personal=True)


def _reader(what: str) -> Callable[[str], str]:
    return lambda word: line_of_text(what, word)
