"""What people type of the outside world: ids, names and addresses of customers, chats and files. No portal here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from bot.plugin import Arg, BadArgument, Json, Message, Text
from plugins.bitrix24.redaction.excerpt import excerpt

LONGEST = 255
LONGEST_LAST_NAME = 25
LONGEST_URL = 2_000
MOST_FILES = 10
_EMAIL = re.compile(r"\A[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9 ()-]+")


LAST_NAME = Message("bitrix24.argument.last_name")
MESSAGE_TEXT = Message("bitrix24.argument.message_text")
EMAIL = Message("bitrix24.argument.email")
PHONE = Message("bitrix24.argument.phone")
ADDRESS = Message("bitrix24.argument.address")
FILES = Message("bitrix24.argument.files")
NUMBER = Message("bitrix24.argument.number")
EMPTY = Message("bitrix24.argument.empty")
TAKEN_FOR_NOTHING = Message("bitrix24.argument.taken_for_nothing")
IDS: Mapping[str, Message] = {
    "customer": Message("bitrix24.argument.customer_id"),
    "chat": Message("bitrix24.argument.chat_id"),
    "message": Message("bitrix24.argument.message_id"),
}
_RUSSIAN_IDS: Mapping[str, str] = {"customer": "клиент", "chat": "чат", "message": "сообщение"}
NAMES: Mapping[str, Message] = {
    "customer": Message("bitrix24.argument.customer_name"),
    "chat": Message("bitrix24.argument.chat_name"),
}


def _bad(what: Message, word: str, why: Message, hint: Text = "") -> BadArgument:
    return BadArgument(Message("bitrix24.argument.refused", what=what, word=excerpt(word, 40), why=why), hint=hint)


def line_of_text(what: Message, word: str, longest: int = LONGEST) -> str:
    """Text that is kept exactly as typed: the portal compares ids letter by letter."""
    if not word.strip():
        raise _bad(what, word, EMPTY)
    if word != word.strip():
        raise _bad(what, word, Message("bitrix24.argument.outer_blank"))
    strange = next((char for char in word if not char.isprintable()), "")
    if strange:
        name = unicodedata.name(strange, f"U+{ord(strange):04X}")
        raise _bad(what, word, Message("bitrix24.argument.invisible", unicode_name=name))
    if len(word) > longest:
        raise _bad(what, word, Message("bitrix24.argument.too_long", count=len(word), most=longest))
    if word == "0":
        raise _bad(what, word, TAKEN_FOR_NOTHING)
    return word


def parse_text(word: str) -> str:
    """The words of a message; line breaks and tabs are kept."""
    if not word.strip() or word.strip() == "0":
        raise _bad(MESSAGE_TEXT, word, TAKEN_FOR_NOTHING)
    return word


def parse_last_name(word: str) -> str:
    """At most 25 letters, blanks, hyphens and apostrophes (docs/portal-behaviour.md P108)."""
    rule = Message("bitrix24.argument.last_name_rule", count=LONGEST_LAST_NAME)
    for position, char in enumerate(word, start=1):
        if unicodedata.category(char)[0] not in "LM" and char not in " -'’":
            raise _bad(LAST_NAME, word, _describe_character(char, str(position)), rule)
    if len(word) > LONGEST_LAST_NAME:
        why = Message("bitrix24.argument.too_long", count=len(word), most=LONGEST_LAST_NAME)
        raise _bad(LAST_NAME, word, why, rule)
    return line_of_text(LAST_NAME, word)


def _describe_character(char: str, position: str) -> Message:
    if char.isprintable():
        return Message("bitrix24.argument.character", character=char, position=position)
    return Message("bitrix24.argument.character_invisible", position=position)


def parse_email(word: str) -> str:
    """An address like `eve@shop.example`."""
    if not _EMAIL.fullmatch(word):
        raise _bad(EMAIL, word, Message("bitrix24.argument.not_like", example="eve@shop.example"))
    return line_of_text(EMAIL, word)


def parse_phone(word: str) -> str:
    """Five to fifteen digits, as they are written: a leading +, blanks, hyphens and brackets are kept."""
    digits = sum(char in "0123456789" for char in word)
    if not _PHONE.fullmatch(word) or not 5 <= digits <= 15:
        raise _bad(PHONE, word, Message("bitrix24.argument.phone_rule"))
    return line_of_text(PHONE, word)


def parse_url(word: str) -> str:
    """An http or https address without a user in it: a password there would stand on the card and in the log."""
    hint = Message("bitrix24.argument.address_hint", example="https://shop.example/chats/1")
    parts = _parts(word)
    if parts is None or parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise _bad(ADDRESS, word, Message("bitrix24.argument.not_whole_address"), hint)
    if "@" in parts.netloc:
        # Not quoted: what stands before the @ may be a password.
        raise BadArgument(Message("bitrix24.argument.address_user"), hint=hint)
    if any(char.isspace() for char in word):
        raise _bad(ADDRESS, word, Message("bitrix24.argument.inner_blank"), hint)
    return line_of_text(ADDRESS, word, LONGEST_URL)


def _parts(word: str) -> SplitResult | None:
    try:
        return urlsplit(word)
    except ValueError:
        return None


def parse_files(word: str) -> tuple[str, ...]:
    """Addresses of files, with blanks between them."""
    files = tuple(parse_url(each) for each in word.split())
    if not files:
        raise _bad(FILES, word, EMPTY)
    if len(files) > MOST_FILES:
        raise BadArgument(
            Message("bitrix24.argument.too_many_files", count=len(files), most=MOST_FILES),
            hint=Message("bitrix24.argument.too_many_files_hint"),
        )
    return files


def parse_number(word: str) -> int:
    """A number that the portal gave: of a chat or a message."""
    if not (word.isascii() and word.isdigit() and 0 < int(word[:20]) < 10**15):
        raise _bad(NUMBER, word, Message("bitrix24.argument.not_whole_number"))
    return int(word)


def file_of(url: str) -> dict[str, Json]:
    """A file as the portal wants it: its address and a name, which is the end of the address."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    clean = "".join(char for char in name if char.isprintable()).strip()[-100:]
    return {"url": url, "name": clean or "file"}


def arg(help: str, label: str, parse: Callable[[str], object], *, personal: bool = False, russian: str = "") -> Arg:
    """An argument of a command that speaks of the outside world; `personal` for what is a customer's own.

    `russian` is another name of its option.
    """
    return Arg(help=help, label=label, parse=parse, personal=personal, words={"ru": (russian,)} if russian else {})


def an_id(what: str) -> Arg:
    """An id of the outside world. It is kept exactly as typed, capitals too."""
    return arg(
        f"the {what}'s id outside the portal, exactly as the connector spells it",
        "ID",
        _reader(IDS[what]),
        russian=_RUSSIAN_IDS[what],
    )


def a_name(what: str, *, russian: str) -> Arg:
    return arg(f"the {what}'s name", "NAME", _reader(NAMES[what]), personal=True, russian=russian)


def _reader(what: Message) -> Callable[[str], str]:
    return lambda word: line_of_text(what, word)
