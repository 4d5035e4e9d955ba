"""A connector's icon: what may be one, where it may come from, and the one used when none is given."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from bot.plugin import BadArgument, Message, Refusal, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors import svg
from plugins.bitrix24.redaction.excerpt import excerpt

LARGEST = 16 * 1024
"""Bytes of a picture (docs/safety.md F21)."""
FOLDER = "BITRIX24_ICONS"
COLOR = "#90be00"
"""The portal's own default behind an icon (docs/portal-behaviour.md P102)."""

_SVG_TYPE, _PNG_TYPE = "image/svg+xml", "image/png"
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.(?:svg|png)", re.IGNORECASE)
_DATA = re.compile(r"data:([a-z/+]+)((?:;[a-z0-9=-]+)*),(.*)", re.IGNORECASE | re.DOTALL)
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_WIDEST = 1024
_PNG_AGAIN = Message("bitrix24.icon.png_hint")
_CHUNKS = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"bKGD", b"pHYs"),
        *(b"sBIT", b"tEXt", b"tIME"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that passed every check."""

    type: str
    raw: bytes

    @property
    def data_uri(self) -> str:
        return f"data:{self.type};base64,{base64.b64encode(self.raw).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """The plain name of a file in the folder of pictures; read when the command is planned."""

    name: str


Icon = Picture | PictureFile

DEFAULT = Picture(
    type=_SVG_TYPE,
    raw=(
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        b'<path fill="#fff" d="M6 5h20a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H15l-7 5v-5H6a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3z"/>'
        b'<path fill="none" stroke="#2f6f4f" stroke-width="2" stroke-linecap="round" d="M10 14h4m4 0h4"/>'
        b'<circle cx="16" cy="14" r="2" fill="#2f6f4f"/></svg>'
    ),
)
"""A speech bubble with a joint in it, drawn for this project."""


def parse(word: str) -> Icon:
    """A data URI, or the plain name of a file. Raises BadArgument for anything else, and for a picture not allowed."""
    if word[:5].lower() == "data:":
        return from_data_uri(word)
    if _FILE.fullmatch(word):
        return PictureFile(name=word)
    raise BadArgument(
        Message("bitrix24.icon.not_an_icon", word=excerpt(word)),
        hint=Message("bitrix24.icon.not_an_icon_hint", svg=_SVG_TYPE, png=_PNG_TYPE, setting=FOLDER),
    )


def load(icon: Icon, settings: Mapping[str, str]) -> Picture:
    """The picture itself. Raises Refusal when there is no such file, or no folder for files."""
    if isinstance(icon, Picture):
        return icon
    pictures = folder(settings)
    if pictures is None:
        raise Refusal(
            Message("bitrix24.icon.no_folder", name=icon.name),
            hint=Message("bitrix24.icon.no_folder_hint", setting=FOLDER),
        )
    return check_picture(_SVG_TYPE if icon.name.lower().endswith(".svg") else _PNG_TYPE, _read(pictures, icon.name))


def folder(settings: Mapping[str, str]) -> Path | None:
    """The folder of the pictures; None when the setting names none. Raises Refusal where there is no such folder."""
    named = settings.get(FOLDER, "").strip()
    if not named:
        return None
    try:
        found = Path(named).expanduser()
        if found.is_dir():
            return found
    except (RuntimeError, ValueError, OSError):
        pass
    raise Refusal(
        Message("bitrix24.icon.folder_missing", setting=FOLDER, value=excerpt(named)),
        hint=Message("bitrix24.icon.folder_missing_hint"),
    )


def _read(folder: Path, name: str) -> bytes:
    """At most one byte more than allowed, from a regular file that is no link."""
    sentence = Message("bitrix24.icon.file_unreadable", name=name, setting=FOLDER)
    try:
        file = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise Refusal(sentence, hint=Message("bitrix24.icon.file_unreadable_hint")) from None
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise Refusal(sentence, hint=Message("bitrix24.icon.file_irregular_hint"))
        return os.read(file, LARGEST + 1)
    finally:
        os.close(file)


def from_data_uri(word: str) -> Picture:
    """The picture in a data URI. Raises BadArgument."""
    found = _DATA.fullmatch(word)
    kind = found[1].lower() if found else ""
    if not found or kind not in (_SVG_TYPE, _PNG_TYPE):
        raise BadArgument(Message("bitrix24.icon.uri_type", svg=_SVG_TYPE, png=_PNG_TYPE))
    options = {each.lower() for each in found[2].split(";") if each}
    if not options <= {"base64", "charset=utf-8", "charset=us-ascii", "utf8"}:
        raise BadArgument(Message("bitrix24.icon.uri_options"))
    return check_picture(kind, _base64(found[3]) if "base64" in options else unquote_to_bytes(found[3]))


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(unquote_to_bytes(text), validate=True)
    except (binascii.Error, ValueError):
        raise BadArgument(Message("bitrix24.icon.uri_base64"), hint=Message("bitrix24.icon.uri_base64_hint")) from None


def check_picture(kind: str, raw: bytes) -> Picture:
    """The picture, if it is small and harmless; else BadArgument."""
    if len(raw) > LARGEST:
        raise BadArgument(
            Message("bitrix24.icon.too_large", kibibytes=LARGEST // 1024), hint=Message("bitrix24.icon.too_large_hint")
        )
    (svg.check if kind == _SVG_TYPE else _check_png)(raw)
    return Picture(type=kind, raw=raw)


def _check_png(raw: bytes) -> None:
    """Signature, sound chunks of known kinds, a bearable size, and nothing behind the end."""
    if not raw.startswith(_PNG_HEAD):
        raise BadArgument(Message("bitrix24.icon.not_png"))
    position, kinds = len(_PNG_HEAD), list[bytes]()
    while position + 12 <= len(raw) and (not kinds or kinds[-1] != b"IEND"):
        length, kind = int.from_bytes(raw[position : position + 4]), raw[position + 4 : position + 8]
        end = position + 12 + length
        sound = end <= len(raw) and zlib.crc32(raw[position + 4 : end - 4]) == int.from_bytes(raw[end - 4 : end])
        if kind not in _CHUNKS or not sound:
            raise BadArgument(Message("bitrix24.icon.png_damaged"), hint=_PNG_AGAIN)
        kinds.append(kind)
        position = end
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or b"IDAT" not in kinds or position != len(raw):
        raise BadArgument(Message("bitrix24.icon.png_incomplete"), hint=_PNG_AGAIN)
    width, height = int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])
    if not (0 < width <= _WIDEST and 0 < height <= _WIDEST):
        raise BadArgument(
            Message("bitrix24.icon.png_dimensions", width=str(width), height=str(height), most=str(_WIDEST))
        )


def describe_icon(image: Any) -> Text:
    """An icon as a diff shows it: its kind, its size and a short digest."""
    if not isinstance(image, Mapping) or not isinstance(image.get("DATA_IMAGE"), str):
        return Message("bitrix24.icon.none")
    uri = image["DATA_IMAGE"]
    found = _DATA.fullmatch(uri)
    raw = uri.encode()
    if found:
        try:
            raw = _base64(found[3]) if ";base64" in found[2].lower() else unquote_to_bytes(found[3])
        except BadArgument:
            raw = uri.encode()
    kind = _KINDS.get(found[1].lower() if found else "", _PICTURE)
    return Message("bitrix24.icon.described", kind=kind, count=len(raw), digest=hashlib.sha256(raw).hexdigest()[:8])


_KINDS: Mapping[str, Text] = {_SVG_TYPE: "SVG", _PNG_TYPE: "PNG"}
_PICTURE = Message("bitrix24.icon.picture")
