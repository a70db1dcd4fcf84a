"""RDAP documents that the operator imports: networks, autonomous systems and domains (RFC 9083), one or several per
file.

Stored of each: the object, its holder, and the contacts of the holder. Contacts are e-mail addresses from jCards (RFC
7095) with their roles. The contacts of a registrar are left out, because they are not those of its customer. Names of
persons, postal addresses and telephone numbers are not stored.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import msgspec

from tieback.backends.range_files import MAX_BYTES
from tieback.model.errors import InputError
from tieback.scope.hostname import parse_host

MAX_OBJECTS = 200_000
"""Most bytes of one file."""
MAX_CONTACTS = 8
"""Most bytes of one object."""
MAX_ENTITIES = 200
MAX_DOCUMENT = 4 * 1024 * 1024
"""Most objects of one organisation, if the documents are read only for its contacts."""
_MAX_DEPTH = 4
"""Most levels of nested entities."""
_MAX_TEXT = 200
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)")
_ROLES = ("abuse", "technical", "administrative", "registrant", "noc")
"""Roles of contacts for a holder (RFC 9083, 10.2.4), the best first."""
_MIDDLEMEN = frozenset({"registrar", "reseller", "sponsor", "proxy"})
_CLASSES = {"ip network": "network", "autnum": "autnum", "domain": "domain"}
_ADVICE = "Import unchanged responses of an RDAP server: a JSON object, a JSON array, or one JSON object per line"


class RdapContact(msgspec.Struct, frozen=True):
    """A contact of a holder."""

    address: str
    """E-mail address."""
    role: str


class RdapObject(msgspec.Struct, frozen=True):
    """The fields that are used of one document."""

    kind: str
    """``network``, ``autnum`` or ``domain``."""
    first: str
    """First address, first AS number, or the domain."""
    last: str
    """Last address or AS number; empty for a domain."""
    name: str
    """Handle or name in the registry."""
    holder: str
    """Organisation; empty if the document has none."""
    contacts: tuple[RdapContact, ...]
    """The best contact first."""

    @property
    def label(self) -> str:
        """Name of the object in reasons."""
        about = self.first if self.last in {"", self.first} else f"{self.first} to {self.last}"
        return f"{self.kind} {'AS' if self.kind == 'autnum' else ''}{about}"


class RdapFile(msgspec.Struct, frozen=True):
    """The documents of a file."""

    objects: tuple[RdapObject, ...]
    skipped: int = 0
    """Number of objects of other kinds or without an identifier."""

    @property
    def name(self) -> str:
        """Name under which it is stored; a newer document about the same object replaces the older one."""
        return f"rdap:{self.objects[0].kind} {self.objects[0].first}" if len(self.objects) == 1 else "rdap:several"


class _Entity(msgspec.Struct):
    roles: Any = ()
    card: Any = msgspec.field(name="vcardArray", default=None)
    entities: Any = ()


class _Document(msgspec.Struct):
    class_name: str = msgspec.field(name="objectClassName", default="")
    handle: Any = ""
    name: Any = ""
    start_address: Any = msgspec.field(name="startAddress", default="")
    end_address: Any = msgspec.field(name="endAddress", default="")
    start_autnum: Any = msgspec.field(name="startAutnum", default=None)
    end_autnum: Any = msgspec.field(name="endAutnum", default=None)
    ldh_name: Any = msgspec.field(name="ldhName", default="")
    entities: Any = ()


def is_rdap(head: bytes) -> bool:
    """True if a file that begins with these bytes contains RDAP documents."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and (
        b'"objectClassName"' in head or b'"rdapConformance"' in head
    )


def read_rdap(data: bytes) -> RdapFile:
    """Read documents.

    Raises:
        InputError: the data is not JSON, contains no usable document, or is too large.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES >> 20} MiB", advice="Split the file")
    found: list[RdapObject] = []
    skipped = 0
    for raw in _documents(data.removeprefix(b"\xef\xbb\xbf")):
        one = _object(raw)
        if one is None:
            skipped += 1
            continue
        found.append(one)
        if len(found) > MAX_OBJECTS:
            raise InputError(f"more than {MAX_OBJECTS:,} objects", advice="Split the file")
    if not found:
        raise InputError("no network, autonomous system or domain found", advice=_ADVICE)
    return RdapFile(tuple(found), skipped)


def _documents(data: bytes) -> Iterator[msgspec.Raw]:
    try:
        if data.lstrip()[:1] == b"[":
            yield from msgspec.json.decode(data, type=list[msgspec.Raw])
            return
        try:
            yield msgspec.json.decode(data, type=msgspec.Raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield from msgspec.json.Decoder(msgspec.Raw).decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not JSON ({error})"[:200], advice=_ADVICE) from None


def _object(raw: msgspec.Raw) -> RdapObject | None:
    try:
        document = msgspec.json.decode(raw, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    kind = _CLASSES.get(document.class_name)
    about = _about(kind, document) if kind else None
    if kind is None or about is None:
        return None
    entities = list(_entities(document.entities, 0, [0]))
    contacts: dict[str, RdapContact] = {}
    for role in _ROLES:
        for roles, card in entities:
            if role in roles:
                for address in _mails(card):
                    contacts.setdefault(address, RdapContact(address, role))
    holders = (_organisation(card) for roles, card in entities if "registrant" in roles)
    return RdapObject(
        kind,
        *about,
        _text(document.name) or _text(document.handle),
        next(filter(None, holders), ""),
        tuple(contacts.values())[:MAX_CONTACTS],
    )


def _about(kind: str, document: _Document) -> tuple[str, str] | None:
    try:
        if kind == "domain":
            name = parse_host(str(document.ldh_name)).name
            return (name, "") if "." in name else None
        if kind == "autnum":
            first, last = document.start_autnum, document.end_autnum
            whole = isinstance(first, int) and isinstance(last, int) and 0 < first <= last < 1 << 32
            return (str(first), str(last)) if whole else None
        # A number would be accepted as an address too.
        begin, end = ip_address(str(document.start_address)), ip_address(str(document.end_address))
    except (ValueError, TypeError):
        return None
    return (str(begin), str(end)) if begin.version == end.version and int(begin) <= int(end) else None


def _entities(given: Any, depth: int, seen: list[int]) -> Iterator[tuple[frozenset[str], Any]]:
    """Roles and card of each entity that is not an intermediary, with the entities within it."""
    if not isinstance(given, list) or depth > _MAX_DEPTH:
        return
    for raw in given:
        if seen[0] >= MAX_ENTITIES:
            return
        seen[0] += 1
        try:
            entity = msgspec.convert(raw, _Entity)
        except msgspec.ValidationError:
            continue
        words = entity.roles if isinstance(entity.roles, list) else ()
        roles = frozenset(word.lower() for word in words[:16] if isinstance(word, str))
        if roles & _MIDDLEMEN:
            continue
        yield roles, entity.card
        yield from _entities(entity.entities, depth + 1, seen)


def _properties(card: Any, name: str) -> Iterator[Any]:
    """The values of a jCard property: ``["vcard", [[name, parameters, type, value], ...]]``."""
    lines = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else ()
    for line in lines[:64]:
        if isinstance(line, list) and len(line) > 3 and str(line[0]).lower() == name:
            yield line[3]


def _mails(card: Any) -> Iterator[str]:
    for value in _properties(card, "email"):
        found = _ADDRESS.fullmatch(value.strip().removeprefix("mailto:")) if isinstance(value, str) else None
        if found is None or "." not in found[1]:
            continue
        try:
            parse_host(found[1])
        except ValueError:
            continue
        yield found[0]


def _organisation(card: Any) -> str:
    for value in _properties(card, "org"):
        text = _text(value[0] if isinstance(value, list) and value else value)
        if text:
            return text
    # Without an organisation, the formal name counts only if the card is marked as that of an organisation.
    kinds = [str(value).lower() for value in _properties(card, "kind")]
    return next((_text(value) for value in _properties(card, "fn")), "") if kinds and kinds[0] == "org" else ""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    text = " ".join(value.split())[:_MAX_TEXT]
    return "" if "redacted" in text.lower() else text
