"""Whether a PDF does more than being read: scripts, programs to start, files inside it, films.

Such things are announced by names. Names stand in the open, or in object streams (ISO 32000-1, 7.5.7), which are
packed; those are unpacked to look into them. A name may also be written with escapes (7.3.5), which no honest writer
does for plain letters.
"""

import re
import zlib

ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
PACKED = b"/ObjStm"
UNPACKED_AT_MOST = 64 * 1024 * 1024
DICTIONARY_AT_MOST = 2000
_ESCAPED_NAME = re.compile(rb"/[A-Za-z]*(?:#[0-9A-Fa-f]{2}[A-Za-z]*)+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")


class Unreadable(Exception):
    """A part of the file is packed or protected so that nobody can say what it does."""


def is_active(content: bytes) -> bool:
    """True when the file announces something active. Raises Unreadable when that cannot be told."""
    if any(mark in content for mark in ACTIVE) or _hides_names(content):
        return True
    left, start = UNPACKED_AT_MOST, content.find(PACKED)
    while start >= 0:
        unpacked = _unpacked(content, start, left)
        if any(mark in unpacked for mark in ACTIVE) or _hides_names(unpacked):
            return True
        left -= len(unpacked)
        start = content.find(PACKED, start + len(PACKED))
    return False


def _hides_names(content: bytes) -> bool:
    for found in _ESCAPED_NAME.finditer(content):
        plain = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), found[0])
        if plain.startswith((*ACTIVE, PACKED)):
            return True
    return False


def _unpacked(content: bytes, mark: int, at_most: int) -> bytes:
    """The content of the object stream whose dictionary holds `mark`; empty when it is not packed at all."""
    found = _STREAM.search(content, mark)
    if found is None:
        raise Unreadable
    dictionary = content[max(content.rfind(b"<<", max(0, mark - DICTIONARY_AT_MOST), mark), 0) : found.start()]
    if b"/Filter" not in dictionary:
        return b""  # it stands in the open and was looked at
    if b"/DecodeParms" in dictionary or at_most <= 0:
        raise Unreadable
    inflating = zlib.decompressobj()
    try:
        unpacked = inflating.decompress(content[found.end() :], at_most)
    except zlib.error:
        raise Unreadable from None
    if not inflating.eof:
        raise Unreadable
    return unpacked
