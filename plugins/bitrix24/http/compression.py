"""Unpacks an answer that came compressed although it was asked for plain, within a bound."""

from __future__ import annotations

import zlib

_GZIP_MAGIC = b"\x1f\x8b\x08"
_PLAIN = ("", "identity")
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""What zlib calls the three ways to wrap the same compression."""
_WRAPPINGS: dict[str, tuple[int, ...]] = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (_ZLIB, _RAW)}


class Unpackable(ValueError):
    """A compression that the bot does not know, or bytes that are not what the header says."""


def unpack(body: bytes, encoding: str, most: int) -> bytes:
    """The plain bytes, at most one more than `most`. A gzip that no header tells of is unpacked too.

    Raises Unpackable.
    """
    name = encoding.strip().lower()
    if name in _PLAIN:
        return _inflate(body, (_GZIP,), most) if body.startswith(_GZIP_MAGIC) else body
    if name not in _WRAPPINGS:
        raise Unpackable(name)
    # A server that names the compression and then does not compress is harmless.
    return body if body[:1] in (b"{", b"[", b"<", b"") else _inflate(body, _WRAPPINGS[name], most)


def _inflate(body: bytes, wrappings: tuple[int, ...], most: int) -> bytes:
    for wrapping in wrappings:
        unpacker = zlib.decompressobj(wrapping)
        try:
            plain = unpacker.decompress(body, most + 1)
        except zlib.error:
            continue
        if unpacker.eof or len(plain) > most:
            return plain
    raise Unpackable("broken")
