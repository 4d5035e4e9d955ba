"""Which SVG pictures may be a connector's icon: parsed, and held against lists of elements and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from bot.plugin import BadArgument, Message
from plugins.bitrix24.redaction.excerpt import excerpt

MOST_ELEMENTS = 500
DEEPEST = 16

_SVG = "http://www.w3.org/2000/svg"
_HREF = ("href", "http://www.w3.org/1999/xlink href")
_XML = "http://www.w3.org/XML/1998/namespace"

ELEMENTS = frozenset(
    {
        *("svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath"),
    }
)
"""Shapes and what colours them. No text, no picture inside the picture, nothing that runs, links, moves or repeats."""

PAINT = frozenset(
    {
        *("fill", "fill-rule", "fill-opacity", "clip-path", "clip-rule", "color", "display", "opacity"),
        *("stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap"),
        *("stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "visibility"),
        *("paint-order", "shape-rendering", "vector-effect", "enable-background"),
    }
)
"""What may stand as an attribute of its own or inside `style`."""

ATTRIBUTES = PAINT | frozenset(
    {
        *("id", "class", "version", "baseProfile", "viewBox", "preserveAspectRatio", "width", "height", "x", "y"),
        *("x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "d", "points", "pathLength"),
        *("transform", "gradientUnits", "gradientTransform", "spreadMethod", "offset", "clipPathUnits"),
        *("role", "focusable", "aria-label", "aria-hidden", "style", *_HREF, f"{_XML} space", f"{_XML} lang"),
    }
)

_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "matrix", "translate", "scale", "rotate", "skewx", "skewy"})
_OWN = re.compile(r"#[A-Za-z_][\w.-]{0,63}", re.ASCII)
_OWN_URL = re.compile(r"url\(\s*(['\"]?)#[A-Za-z_][\w.-]{0,63}\1\s*\)", re.ASCII | re.IGNORECASE)
_CALL = re.compile(r"(?:(?<![^\s(,;:])([^\s(,;:]+)\s*|(?<=[(,;:])\s*|\A\s*)\(")
"""A bracket with the name in front of it, which may be empty. Each word is read once, from its beginning."""
_HOW = Message("bitrix24.icon.svg_hint")


def check(raw: bytes) -> None:
    """Raises BadArgument, naming what is not allowed. Entities are refused before anything is parsed."""
    text = _text(raw)
    if re.search(r"<!\s*(doctype|entity|element|attlist|notation)", text, re.IGNORECASE):
        raise _refused(Message("bitrix24.icon.svg_doctype"))
    _Reader().read(text)


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(Message("bitrix24.icon.svg_encoding")) from None
    if "\0" in text:
        raise _refused(Message("bitrix24.icon.svg_nul"))
    return text


class _Reader:
    """Walks through one picture; the first thing that is not on the lists ends it."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0
        self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def read(self, text: str) -> None:
        try:
            self._parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            raise _refused(Message("bitrix24.icon.svg_syntax", line=str(error.lineno))) from None

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        space, _, local = name.rpartition(" ")
        if self._elements == 1 and (space, local) != (_SVG, "svg"):
            raise _refused(Message("bitrix24.icon.svg_root"))
        if space != _SVG or local not in ELEMENTS:
            raise _refused(Message("bitrix24.icon.svg_element", name=excerpt(local, 40)))
        if self._elements > MOST_ELEMENTS or self._depth > DEEPEST:
            raise _refused(Message("bitrix24.icon.svg_size", elements=MOST_ELEMENTS, levels=DEEPEST))
        for attribute, value in attributes.items():
            _check_attribute(attribute, value)

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _doctype(self, *_: object) -> None:
        raise _refused(Message("bitrix24.icon.svg_doctype"))

    def _instruction(self, *_: object) -> None:
        raise _refused(Message("bitrix24.icon.svg_instruction"))


def _check_attribute(name: str, value: str) -> None:
    if name not in ATTRIBUTES:
        raise _refused(Message("bitrix24.icon.svg_attribute", name=excerpt(name.rpartition(" ")[2], 40)))
    if name in _HREF:
        if not _OWN.fullmatch(value.strip()):
            raise _refused(Message("bitrix24.icon.svg_link"))
    elif name == "style":
        for what, painted in _declarations(value):
            if what not in PAINT:
                raise _refused(Message("bitrix24.icon.svg_style", name=excerpt(what, 40)))
            _check_value(what, painted)
    elif name != "aria-label":
        _check_value(name, value)


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for part in style.split(";"):
        what, _, value = part.partition(":")
        if part.strip():
            yield what.strip().lower(), value


def _check_value(name: str, value: str) -> None:
    """Functions by name; `url(…)` only to a part of the picture itself; no CSS escapes, which could hide either."""
    rest = _OWN_URL.sub("", value)
    if any(found.lower() not in _FUNCTIONS for found in _CALL.findall(rest)) or any(each in rest for each in "\\@<"):
        raise _refused(Message("bitrix24.icon.svg_value", name=excerpt(name, 40)))


def _refused(why: Message) -> BadArgument:
    return BadArgument(Message("bitrix24.icon.svg_refused", why=why), hint=_HOW)
