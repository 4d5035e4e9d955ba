"""An icon is a small, harmless picture from a safe place; everything else is refused with what is wrong."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plugin import BadArgument, PluginError, Refusal
from plugins.bitrix24.connectors import icons, svg
from plugins.bitrix24.connectors.icons import DEFAULT, FOLDER, Picture, PictureFile
from tests.bitrix24.hand import HANDLER, ICON, SVG, Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, raises
from tests.tables.rows import each_row

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def drawn(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def png(width: int = 2, height: int = 2, *, more: bytes = b"", extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 6))
    return b"\x89PNG\r\n\x1a\n" + head + (chunk(more, b"x") if more else b"") + data + chunk(b"IEND", b"") + extra


HARMLESS = {
    "shapes": '<g fill="none"><path d="M0 0L1 1z"/><rect x="1" y="1" width="2" height="2" rx="1"/></g>',
    "a gradient of its own": '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
    '<linearGradient id="b" xlink:href="#a"/><circle r="4" fill="url(#b)"/>',
    "styles": '<path style="fill: rgb(1, 2, 3); stroke:none;" transform="translate(1 2) rotate(3)" d="M0 0"/>',
    "a title with any words": "<title>javascript:alert(1) &amp; url(x)</title>",
    "a comment": "<!-- drawn by hand --><line x1='0' y1='0' x2='1' y2='1'/>",
}

HARMFUL = {
    "a script": ("<script>alert(1)</script>", "“script” is not allowed"),
    "a script in its own namespace": ('<script xmlns="http://www.w3.org/1999/xhtml">1</script>', "“script”"),
    "HTML inside": ("<foreignObject><b/></foreignObject>", "“foreignObject”"),
    "an event": ('<path onload="alert(1)" d="M0 0"/>', "“onload” is not allowed"),
    "an event in capitals": ('<path ONCLICK="alert(1)"/>', "“ONCLICK”"),
    "a link": ('<a href="https://evil.example"><path d="M0 0"/></a>', "“a” is not allowed"),
    "a picture": ('<image href="data:image/png;base64,AAAA"/>', "“image”"),
    "a repeated part": ('<g id="a"/><use href="#a"/>', "“use”"),
    "a style sheet": ("<style>@import url(//evil.example)</style>", "“style”"),
    "an animation": ('<set attributeName="href" to="javascript:alert(1)"/>', "“set”"),
    "a gradient from outside": ('<linearGradient href="https://evil.example/a#b"/>', "leads out of the picture"),
    "a gradient from data": ('<linearGradient xlink:href="data:,x#y"/>', "leads out of the picture"),
    "a script as a link": ('<linearGradient xlink:href="javascript:alert(1)"/>', "leads out"),
    "a colour from outside": ('<path fill="url(https://evil.example)" d="M0 0"/>', "value of “fill”"),
    "a colour from outside behind one of its own": ('<path fill="url(#a) url(//evil)"/>', "value of “fill”"),
    "a style from outside": ('<path style="fill:url(//evil.example/x)"/>', "value of “fill”"),
    "an escaped address": ('<path style="fill:\\75rl(//evil.example)"/>', "value of “fill”"),
    "a style that is none": ('<path style="behavior: x"/>', "style “behavior”"),
    "an expression": ('<path style="fill:expression(alert(1))"/>', "value of “fill”"),
    "a foreign attribute": ('<path xmlns:i="urn:i" i:knockout="on"/>', "“knockout”"),
    "a processing instruction": ('<?xml-stylesheet href="//evil.example"?>', "processing instruction"),
    "an entity": ("<title>&lol;</title>", "not well-formed"),
    "too deep": ("<g>" * 20 + "</g>" * 20, "nested levels"),
    "too many": ("<g/>" * 600, "more than 500 elements"),
    "an end that is missing": ("<g>", "not well-formed"),
}


@pytest.mark.parametrize("inside", HARMLESS.values(), ids=HARMLESS)
def test_shapes_and_colours_are_taken(inside: str) -> None:
    svg.check(drawn(inside))


@each_row(("inside", "why"), HARMFUL.values())
def test_what_could_run_or_fetch_is_refused_by_name(inside: str, why: str) -> None:
    with raises(BadArgument, match=why):
        svg.check(drawn(inside))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "DOCTYPE"),
        (b'<!doctype svg SYSTEM "file:///etc/passwd"><svg xmlns="http://www.w3.org/2000/svg"/>', "DOCTYPE"),
        (b"<svg><path/></svg>", "root element"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "root element"),
        ("<?xml version='1.0' encoding='utf-16'?><svg xmlns='http://www.w3.org/2000/svg'/>".encode("utf-16"), "UTF-8"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"<svg\0/>", "NUL"),
        (b"", "not well-formed"),
        (b"not a picture", "not well-formed"),
    ],
)
def test_what_is_no_plain_svg_is_refused(raw: bytes, why: str) -> None:
    with raises(BadArgument, match=why):
        svg.check(raw)


def test_a_bomb_of_entities_is_refused_before_it_is_parsed() -> None:
    bomb = (
        '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {c} "&a;&a;">' for c in "bcdefgh") + "]><z>&h;</z>"
    )
    with raises(BadArgument, match="DOCTYPE or entities"):
        svg.check(bomb.encode())


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: drawn(text)))
def test_whatever_the_bytes_are_the_answer_is_a_sentence_or_a_picture(raw: bytes) -> None:
    for kind in ("image/svg+xml", "image/png"):
        try:
            picture = icons.check_picture(kind, raw)
        except BadArgument:
            continue
        assert picture.raw == raw


def test_the_default_icon_passes_its_own_checks() -> None:
    svg.check(DEFAULT.raw)
    assert len(DEFAULT.data_uri) < 1024


@pytest.mark.parametrize(
    "uri",
    [
        ICON,
        "data:image/svg+xml," + SVG.replace("#", "%23"),
        "data:image/svg+xml;charset=utf-8," + SVG.replace("#", "%23"),
        "DATA:image/SVG+xml;BASE64," + ICON.partition(",")[2],
    ],
)
def test_one_picture_written_in_several_ways_is_one_picture(uri: str) -> None:
    assert icons.parse(uri) == Picture(type="image/svg+xml", raw=SVG.encode())


@each_row(
    ("word", "why"),
    [
        ("/etc/passwd", "computer cannot be read"),
        ("../icon.svg", "computer cannot be read"),
        ("icons/a.svg", "computer cannot be read"),
        ("C:\\icons\\a.svg", "computer cannot be read"),
        ("~/a.svg", "computer cannot be read"),
        (".svg", "computer cannot be read"),
        ("a.gif", "computer cannot be read"),
        ("https://example.com/a.svg", "addresses are not fetched"),
        ("file:///a.svg", "addresses are not fetched"),
        ("", "is not an icon"),
        ("data:text/html,<b>", "must be of type"),
        ("data:image/gif;base64,AAAA", "must be of type"),
        ("data:image/svg+xml;base64", "must be of type"),
        ("data:image/svg+xml;charset=utf-16,x", "only base64 and the charset"),
        ("data:image/svg+xml;base64,!!!", "invalid"),
        ("data:image/svg+xml;base64," + base64.b64encode(b" " * 16_385).decode(), "larger than 16 KiB"),
    ],
)
def test_other_places_and_kinds_are_refused(word: str, why: str) -> None:
    with raises(BadArgument, match=why) as caught:
        icons.parse(word)
    assert "/etc/passwd" not in en(caught.value.hint)


PNGS = {
    "too wide": (png(2000, 2), "2000 × 2"),
    "without a size": (png(0, 2), "0 × 2"),
    "with something behind it": (png(extra=b"<script>"), "data after its end"),
    "with a chunk that is no picture": (png(more=b"zTXt"), "contains more than a picture"),
    "cut off": (png()[:-5], "incomplete|damaged"),
    "damaged": (png()[:40] + b"!" + png()[41:], "damaged"),
    "not one": (b"GIF89a", "not a PNG"),
    "only its head": (b"\x89PNG\r\n\x1a\n", "incomplete"),
}


def test_a_png_is_taken_by_its_content() -> None:
    assert icons.check_picture("image/png", png()).data_uri.startswith("data:image/png;base64,iVBOR")
    assert icons.check_picture("image/png", png(more=b"tEXt")).raw


@pytest.mark.parametrize(("raw", "why"), PNGS.values(), ids=PNGS)
def test_what_is_no_sound_png_is_refused(raw: bytes, why: str) -> None:
    with raises(BadArgument, match=why):
        icons.check_picture("image/png", raw)


def test_a_file_is_read_only_from_the_folder_of_icons(tmp_path: Path) -> None:
    folder = tmp_path / "icons"
    folder.mkdir()
    (folder / "good.svg").write_text(SVG)
    (folder / "good.png").write_bytes(png())
    settings = {FOLDER: str(folder)}
    assert icons.load(PictureFile(name="good.svg"), settings).raw == SVG.encode()
    assert icons.load(PictureFile(name="good.png"), settings).type == "image/png"
    with raises(Refusal, match="no folder for icons"):
        icons.load(PictureFile(name="good.svg"), {})


def _link(folder: Path) -> None:
    (folder.parent / "secret").write_text(SVG)
    (folder / "bad.svg").symlink_to(folder.parent / "secret")


def _huge(folder: Path) -> None:
    (folder / "bad.svg").write_text(SVG + " " * 20_000)


def _not_svg(folder: Path) -> None:
    (folder / "bad.svg").write_bytes(png())


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda folder: None, "no readable icon"),
        (lambda folder: (folder / "bad.svg").mkdir(), "no readable icon"),
        (_link, "no readable icon"),
        (_huge, "larger than 16 KiB"),
        (_not_svg, "not UTF-8"),
    ],
    ids=["missing", "a folder", "a link out of it", "too large", "another kind"],
)
def test_what_is_no_plain_file_there_is_refused(tmp_path: Path, make: Callable[[Path], object], why: str) -> None:
    folder = tmp_path / "icons"
    folder.mkdir()
    make(folder)
    with raises(PluginError, match=why):
        icons.load(PictureFile(name="bad.svg"), {FOLDER: str(folder)})


def test_a_diff_tells_an_icon_by_kind_size_and_digest() -> None:
    assert icons.describe_icon({"DATA_IMAGE": ICON}) == icons.describe_icon(
        {"DATA_IMAGE": "data:image/svg+xml," + SVG.replace("#", "%23")}
    )
    assert en(icons.describe_icon({"DATA_IMAGE": ICON})).startswith(f"SVG of {len(SVG)} bytes, ")
    assert en(icons.describe_icon({"DATA_IMAGE": "something else"})).startswith("picture of 14 bytes")
    assert en(icons.describe_icon({"DATA_IMAGE": "data:image/png;base64,%%"})).startswith("PNG of 24 bytes")
    assert en(icons.describe_icon(None)) == "none"


def test_a_connector_is_registered_with_a_file_from_the_folder(
    make_plugin_bot: Callable[..., PluginBot], tmp_path: Path
) -> None:
    (tmp_path / "shop.svg").write_text(SVG)
    hand = Hand(plugin_bot=make_plugin_bot(BITRIX24_ICONS=str(tmp_path)))
    hand.done(f"connector register newchat --name New --handler {HANDLER} --icon shop.svg")
    assert hand.plugin_bot.portal.state.connectors["newchat"].icon["DATA_IMAGE"] == ICON
