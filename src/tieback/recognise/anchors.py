"""Anchors: short patterns that hyperscan finds in raw bytes at memory speed; each hit is then verified.

Every anchor exists twice: for one byte per character and for UTF-16LE. Anchors are regular expressions that write NUL
in hexadecimal. They are never literals, because hyperscan's literal mode ends a pattern at its first NUL. The start of
a match is not reported, because the combined pattern would be too large. A hit is the end offset, and only some anchors
have a fixed length.
"""

import base64
import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import cached_property
from itertools import product

import hyperscan
import msgspec

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise import keywords
from tieback.recognise.encodings import Encoding
from tieback.recognise.endpoints import firebase
from tieback.recognise.rules import SchemeRule, TokenRule
from tieback.rulefiles import discard, load_or_build

type Atoms = tuple[tuple[str, str], ...]
"""Character classes with their repetition, such as ``("[0-9]", "{1,3}")``."""


class AnchorKind(Enum):
    """Kind of text at an anchor."""

    URL = auto()
    CONNECTION = auto()
    JDBC = auto()
    KEYWORDS = auto()
    """A keyword of a connection string and its equals sign."""
    RELATIVE = auto()
    """The ``//`` of a URL without its scheme, and the first character of the host."""
    HOST = auto()
    """The end of a host of a known cloud."""
    PORT = auto()
    """The end of a name or IPv4 address, a colon and two digits."""
    BRACKET_PORT = auto()
    """The end of an IPv6 address in brackets, a colon and two digits."""
    TOKEN = auto()
    """The beginning or the key of an identifier or a credential; its rule knows the format."""
    VALUE = auto()
    """The end of a string that can be a value of a known resource name."""
    KEY = auto()
    """The end of a key in a configuration file, with its colon or equals sign."""
    MARK = auto()
    """Text that marks a file for another extractor."""


class Anchor(msgspec.Struct, frozen=True):
    """One pattern."""

    shape: AnchorKind
    atoms: Atoms
    length: int = 0
    """Number of characters from the beginning of the endpoint's text to the end of the hit; 0 if it varies."""
    scheme: SchemeRule | None = None
    encoding: Encoding = Encoding.PLAIN
    shift: int = 0
    """Number of bytes from the beginning of a base64 group to the text, 0 to 2; the rest of the group is part of
    ``length``.
    """
    token: TokenRule | None = None
    caseless: bool = True
    wide: bool = False
    """True for UTF-16LE."""

    @property
    def pattern(self) -> bytes:
        """Regular expression for hyperscan."""
        tail = r"\x00" if self.wide else ""
        return "".join([f"(?:{cls}{tail}){times}" if times else cls + tail for cls, times in self.atoms]).encode()


_ATOM = lazy_pattern(r"(\[(?:\\.|[^\]\\])+\]|\\.|[^\\\[\]{}()*+?|])(\{\d{1,4}(?:,\d{1,4})?\}|\?)?")
_LITERALS = {char: (re.escape(char), "") for char in map(chr, range(128))}
"""The atoms of the characters of ASCII."""
_PORT_DIGITS: Atoms = ((":", ""), ("[1-9]", ""), ("[0-9]", ""))
_RELATIVE: Atoms = (("/", ""), ("/", ""), ("[a-z0-9]", ""))
_BEFORE_RELATIVE: tuple[Atoms, ...] = (
    (("[\"'`(=]", ""),),
    ((r"\x00", ""), (r"[\x01-\xff]", "{1,2}")),
)
"""Possible characters before one: in scripts and pages, and at the start of a DEX string, after its length."""
_ENCODED = ("http", "https")
"""Schemes that are also searched in other encodings."""


def parse(pattern: str) -> Atoms:
    """The atoms of an anchor in a rule file.

    Raises:
        ValueError: the pattern contains more than characters, classes and repetitions.
    """
    atoms: list[tuple[str, str]] = _ATOM.findall(pattern)
    if sum(len(one) + len(times) for one, times in atoms) != len(pattern):
        raise ValueError(f"no anchor: {pattern!r}")
    return tuple(atoms)


def literal_atoms(text: str) -> Atoms:
    """The atoms of a literal text."""
    return tuple([_LITERALS.get(char) or (re.escape(char), "") for char in text])


def anchors(
    schemes: Iterable[SchemeRule], hosts: Iterable[str] = (), tokens: Iterable[TokenRule] = ()
) -> tuple[Anchor, ...]:
    """All anchors for these schemes, cloud host suffixes and token rules, narrow and wide."""
    narrow = [Anchor(AnchorKind.JDBC, literal_atoms("jdbc:"), len("jdbc:"))]
    narrow += [Anchor(AnchorKind.KEYWORDS, literal_atoms(word), len(word)) for word in keywords.ANCHORS]
    for scheme in schemes:
        shape = AnchorKind.CONNECTION if scheme.family == "store" else AnchorKind.URL
        plain, escaped = f"{scheme.name}://", f"{scheme.name}:\\/\\/"
        narrow.append(Anchor(shape, literal_atoms(plain), len(plain), scheme))
        narrow.append(Anchor(shape, literal_atoms(escaped), len(escaped), scheme, Encoding.ESCAPED))
        if scheme.name in _ENCODED:
            narrow += _encoded(shape, scheme)
        if scheme.name == "https":
            narrow += [Anchor(AnchorKind.RELATIVE, (*before, *_RELATIVE), 3, scheme) for before in _BEFORE_RELATIVE]
    narrow += [Anchor(AnchorKind.HOST, literal_atoms(f".{suffix}")) for suffix in (*firebase.SUFFIXES, *hosts)]
    narrow += [
        Anchor(AnchorKind.PORT, (("[a-z0-9]", ""), (r"\.", ""), ("[a-z]", "{2,24}"), *_PORT_DIGITS)),
        Anchor(AnchorKind.PORT, (("[0-9]", ""), (r"\.", ""), ("[0-9]", "{1,3}"), *_PORT_DIGITS)),
        Anchor(AnchorKind.BRACKET_PORT, (("[0-9a-f:]", ""), (r"\]", ""), *_PORT_DIGITS)),
    ]
    narrow += [
        Anchor(AnchorKind.TOKEN, parse(pattern), token=token, caseless=token.caseless)
        for token in tokens
        for pattern in token.anchors
    ]
    return in_both_encodings(narrow)


def in_both_encodings(narrow: Iterable[Anchor]) -> tuple[Anchor, ...]:
    """The same anchors, and each of them for UTF-16LE."""
    narrow = tuple(narrow)
    return (*narrow, *(msgspec.structs.replace(anchor, wide=True) for anchor in narrow))


def _encoded(shape: AnchorKind, scheme: SchemeRule) -> list[Anchor]:
    percent = f"{scheme.name}%3a%2f%2f"
    found = [
        Anchor(shape, literal_atoms(percent), len(percent), scheme, Encoding.PERCENT),
        *(Anchor(shape, literal_atoms(text), len(text), scheme, Encoding.UNICODE) for text in _escaped(scheme.name)),
    ]
    backwards = f"//:{scheme.name[::-1]}"
    found.append(Anchor(shape, literal_atoms(backwards), len(backwards), scheme, Encoding.REVERSED))
    for shift in range(3):
        # If a text begins inside a group of three bytes, only complete groups of six bits give fixed characters.
        raw = base64.b64encode(b"\0" * shift + f"{scheme.name}://".encode()).decode()
        first, last = -(-shift * 8 // 6), (shift + len(scheme.name) + 3) * 8 // 6
        found.append(
            Anchor(shape, literal_atoms(raw[first:last]), last, scheme, Encoding.BASE64, shift=shift, caseless=False)
        )
    return found


def _escaped(name: str) -> list[str]:
    """The beginnings of an address of which some characters are Unicode escapes."""
    first, *rest = (f"\\u{ord(char):04x}" for char in name)
    names = (name, first + name[1:], first + "".join(rest))
    parts = product(names, (":", "\\u003a"), ("//", "\\/\\/", "\\u002f\\u002f"))
    return ["".join(one) for one in parts if "\\u" in "".join(one)]


class AnchorScanner:
    """Anchors, compiled at the first scan. For one thread at a time, because of hyperscan's scratch space."""

    def __init__(self, patterns: tuple[Anchor, ...], *, cached: bool = True, once: bool = False) -> None:
        """Use these patterns.

        Args:
            patterns: what is looked for.
            cached: whether the compiled form is kept in the user's cache folder.
            once: whether only the first hit of each pattern counts.
        """
        self.anchors = patterns
        self._cached, self._each = cached, hyperscan.HS_FLAG_SINGLEMATCH if once else 0

    @cached_property
    def _database(self) -> hyperscan.Database:
        flags = [
            hyperscan.HS_FLAG_DOTALL | self._each | (hyperscan.HS_FLAG_CASELESS if anchor.caseless else 0)
            for anchor in self.anchors
        ]
        patterns = [anchor.pattern for anchor in self.anchors]
        if not self._cached:
            return _compiled(patterns, flags)
        source = msgspec.msgpack.encode((patterns, flags))
        kept = load_or_build("anchors", source, lambda: hyperscan.dumpb(_compiled(patterns, flags)))
        try:
            database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
        except hyperscan.HyperscanError:  # from another version, or for another processor
            discard("anchors", source)
            return _compiled(patterns, flags)
        return database

    def scan(self, data: Bytes, begin: int, end: int, limit: int) -> tuple[list[tuple[int, int]], bool]:
        """Find anchors in ``data[begin:end]``.

        Args:
            data: raw bytes.
            begin: offset of the first byte to search.
            end: offset after the last byte to search.
            limit: number of hits after which the scan stops.

        Returns:
            ``(index of the anchor, offset in data after the hit)`` in ascending order of offset, and whether the scan
                stopped at the limit.
        """
        hits: list[tuple[int, int]] = []
        add = hits.append

        def on_match(anchor: int, _from: int, to: int, _flags: int, _context: object) -> bool | None:
            add((anchor, begin + to))
            return len(hits) >= limit or None

        if begin >= end:
            return hits, False
        view = memoryview(data)[begin:end]
        try:
            # The binding accepts any buffer, its stub only two kinds. A view avoids the copy.
            self._database.scan(view, match_event_handler=on_match)  # type: ignore[type-var]
        except hyperscan.ScanTerminated:
            return hits, True
        return hits, False


def _compiled(patterns: list[bytes], flags: list[int]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=flags)
    return database
