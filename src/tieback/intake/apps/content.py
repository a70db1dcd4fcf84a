"""Content type of an entry, detected from its first bytes; the author of the package chooses its name."""

from enum import Enum, auto

from tieback.intake.apps.python_versions import code_offset

SNIFF = 1024
"""Bytes that ``sniff`` needs."""


COMPILED = b"\x03\x00\x08\x00"
"""First bytes of a compiled XML file: ``RES_XML_TYPE`` and the size of its header (AOSP ``ResourceTypes.h``)."""


class Content(Enum):
    """Kinds of content that are read in different ways."""

    EMPTY = auto()
    DEX = auto()
    RESOURCE_TABLE = auto()
    BINARY_XML = auto()
    ELF = auto()
    MACH_O = auto()
    HERMES = auto()
    RAM_BUNDLE = auto()
    """An indexed bundle of React Native."""
    SQLITE = auto()
    UNITY = auto()
    """Unity's ``global-metadata.dat``."""
    UNITY_BUNDLE = auto()
    ASSEMBLY = auto()
    """A .NET assembly, compressed or not, or a store of them."""
    BINARY_PLIST = auto()
    XML_PLIST = auto()
    TEXT = auto()
    UTF16_LE = auto()
    UTF16_BE = auto()
    ARCHIVE = auto()
    GZIP = auto()
    TAR = auto()
    PYTHON = auto()
    """Compiled Python."""
    SWF = auto()
    """A program of Adobe AIR or Flash."""
    MEDIA = auto()
    BINARY = auto()


RARE = frozenset((
    Content.MACH_O, Content.HERMES, Content.RAM_BUNDLE, Content.SQLITE, Content.UNITY, Content.UNITY_BUNDLE,
    Content.BINARY_PLIST, Content.PYTHON, Content.SWF,
))  # fmt: skip
"""What most packages do not have; ``rare_content`` reads it."""

_PICTURE = b"\x89PNG\r\n"
# Fonts, pictures, sound, film, textures: compressed, or without text that an app would use.
_MEDIA = (
    _PICTURE,
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"\xff\xfb",
    b"\xff\xf3",
    b"fLaC",
    b"\x00\x01\x00\x00\x00",
    b"OTTO\x00",
    b"ttcf\x00",
    b"true\x00",
    b"wOFF",
    b"wOF2",
    b"\x1aE\xdf\xa3",
    b"\xabKTX ",
    b"DDS ",
    b"PVR\x03",
    b"\x13\xab\xa1\x5c",
    b"BM",
    b"MThd",
    b"#!AMR",
    b"\x00\x00\x01\x00\x01\x00",
)
_MAGIC = {
    COMPILED: Content.BINARY_XML,
    b"\x02\x00\x0c\x00": Content.RESOURCE_TABLE,
    b"dex\n": Content.DEX,
    b"\x7fELF": Content.ELF,
    b"\xcf\xfa\xed\xfe": Content.MACH_O,
    b"\xce\xfa\xed\xfe": Content.MACH_O,
    b"\xc6\x1f\xbc\x03": Content.HERMES,
    b"\xe5\xd1\x0b\xfb": Content.RAM_BUNDLE,
    b"SQLi": Content.SQLITE,
    b"\xaf\x1b\xb1\xfa": Content.UNITY,
    b"XALZ": Content.ASSEMBLY,
    b"XABA": Content.ASSEMBLY,
    b"PK\x03\x04": Content.ARCHIVE,
    b"PK\x05\x06": Content.ARCHIVE,
}
_BUNDLE = b"UnityFS\0"
_GZIP = b"\x1f\x8b\x08"
_FAT = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_SWF = (b"FWS", b"CWS", b"ZWS")
_TAR, _TAR_AT = b"ustar", 257
_PYTHON = b"\r\n"
_BYTE_ORDERS = {b"\xff\xfe": Content.UTF16_LE, b"\xfe\xff": Content.UTF16_BE}
_FIRST = frozenset(
    mark[0] for mark in (*_MEDIA, *_MAGIC, *_FAT, *_BYTE_ORDERS, *_SWF, _BUNDLE, _GZIP, b"MZ", b"bplist00")
)
"""First bytes of all content types that are detected by their first bytes."""
_COMMENTS = (b"/*", b"//")
"""The beginning of a script, which can have tables of characters."""
METRO = b"__BUNDLE_START_TIME__"
"""One of the first variables of each bundle of Metro: https://github.com/facebook/metro, ``getPreludeCode``."""
_TEXT_BYTES = bytes(range(0x20, 0x7F)) + b"\t\n\r\f\x1b"


def sniff(head: bytes | bytearray) -> Content:
    """Name the kind of content that begins with ``head``; at most ``SNIFF`` bytes of it are read."""
    if not head:
        return Content.EMPTY
    if head.startswith(COMPILED):  # most entries of Android apps are compiled XML or pictures
        return Content.BINARY_XML
    if head.startswith(_PICTURE):
        return Content.MEDIA
    if head[0] not in _FIRST and head[4:8] != b"ftyp":
        # Most texts and tables start with no known byte, so nothing has to be compared.
        return _unmarked(head)
    return _marked(head)


def _marked(head: bytes | bytearray) -> Content:
    start = bytes(head[:8])
    known = _MAGIC.get(start[:4])
    if known is not None:
        return known
    if start.startswith(_MEDIA) and not (start[:2] == b"BM" and is_text(head)):
        return Content.MEDIA
    if start == _BUNDLE:
        return Content.UNITY_BUNDLE
    if start[:3] == _GZIP:
        return Content.GZIP
    if start[:4] in _FAT:
        # A Java class file has the magic of a fat Mach-O; instead of the number of slices it has a version, from 45.
        return Content.MACH_O if 0 < int.from_bytes(start[4:]) < 45 else Content.BINARY
    if start.startswith(_SWF) and len(head) > 8 and not is_text(head):
        return Content.SWF
    if start[:2] == b"MZ" and not is_text(head):
        return Content.ASSEMBLY
    if start == b"bplist00":
        return Content.BINARY_PLIST
    if start[4:] == b"ftyp":
        return Content.MEDIA
    if start[:2] in _BYTE_ORDERS:
        return _BYTE_ORDERS[start[:2]]
    return _unmarked(head)


def _unmarked(head: bytes | bytearray) -> Content:
    head = head[:SNIFF]
    if is_text(head):
        return Content.XML_PLIST if b"<plist" in head else Content.TEXT
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return Content.TAR
    return Content.PYTHON if head[2:4] == _PYTHON and code_offset(head) else Content.BINARY


def is_metro(data: bytes | bytearray) -> bool:
    """True for a script that Metro wrote, whatever its name; at most ``SNIFF`` bytes are read."""
    return data.find(METRO, 0, SNIFF) >= 0


def is_text(head: bytes | bytearray) -> bool:
    """True if the first KiB reads as UTF-8 or another superset of ASCII: no NUL, few control characters."""
    head = bytes(head[:SNIFF])
    if 0 in head:
        return False
    odd = head.translate(None, _TEXT_BYTES)
    if not odd:
        return True
    if sum(byte < 0x20 or byte == 0x7F for byte in odd) * 50 > len(head):
        return head.startswith(_COMMENTS) and _is_utf8(head)
    if len(odd) * 10 <= len(head) * 3:
        return True
    return _is_utf8(head)


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == SNIFF and error.start >= len(head) - 3  # the cut may be inside a character
    return True
