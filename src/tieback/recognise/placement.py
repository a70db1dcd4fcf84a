"""Sightings whose place in their file shows that the app does not use the address: comments, messages, tables.

They become texts that are not back ends, each with its reason. So no scan contacts them, and a report can list them.
``texts`` decides about texts; strings of compiled code are judged by the words around the address.
"""

import binascii
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from tieback.intake.apps.binary_xml import only_namespaces, read_tree
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.proto_xml import ROOT, read_proto_xml
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.embedded import MAX_TEXT, language
from tieback.recognise.failures import guarded
from tieback.recognise.interface import Extractor, Find
from tieback.recognise.reasons import LINK
from tieback.recognise.span import narrow_text, string_bounds
from tieback.recognise.texts.elements import PERMITTED, is_permission
from tieback.recognise.texts.joins import BEGINNING as PART
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.mirrors import HOSTS as MIRRORED_HOSTS
from tieback.recognise.texts.mirrors import MIRRORED, is_cut_off, is_mirrored
from tieback.recognise.texts.mirrors import REACH as MIRROR_REACH
from tieback.recognise.texts.prose import (
    MESSAGE,
    NAMESPACE,
    ends_sentence,
    is_documentation,
    is_long_text,
    literal_reason,
    points_to_page,
    url_end,
)
from tieback.recognise.texts.script import LastScript
from tieback.recognise.texts.spans import MAX_SIZE
from tieback.recognise.texts.tables import DICTIONARY, NETWORKS, is_in_dictionary, is_network_table
from tieback.recognise.texts.whole_names import whole_names
from tieback.recognise.told_values import NONE, ToldValues, told_values

if TYPE_CHECKING:
    from tieback.recognise.texts.places import TextPlaces

_TEXTS = (BufferKind.TEXT, BufferKind.MANIFEST, BufferKind.BINARY)
_STRINGS = (BufferKind.DEX, BufferKind.NATIVE, BufferKind.RESOURCES)
_PROVIDERS = tuple(
    f"https://{host}".encode()
    for host in (
        "accounts.google.com", "login.live.com", "login.yahoo.com", "login.microsoftonline.com", "twitter.com",
        "www.facebook.com", "www.linkedin.com", "www.paypal.com",
    )
)  # fmt: skip
"""Constants of ``IdentityProviders`` of Google Play services, which name a kind of account:
https://developers.google.com/android/reference/com/google/android/gms/auth/api/credentials/IdentityProviders
"""
_LEAST_PROVIDERS = 6
PROVIDER = "name of a kind of account in Google Play services, never contacted"
BEGINNING = "only the beginning of a host name"
_BEGINNING = lazy_pattern(rb"[a-z]{2,5}://[A-Za-z0-9.-]{1,253}\.")
_WHOLE = ("script-flow/", "script-string", "hermes-flow/", "dex-string/script-")
"""Methods that read the whole expression of a script."""
CERTIFICATE = "only in a certificate"
_FIELD_START = lazy_pattern(rb"[\x0c\x13\x16\x1a\x80\x86](?:\x81([\x80-\xff])|([\x09-\x7f]))([\x20-\x7e]{0,200})\Z")
"""A text of ASN.1 in DER: its type (several kinds of string, or the URI of a GeneralName), length and first part."""
_ATTRIBUTES = (
    b"\x06\x03\x55\x1d", b"\x06\x03\x55\x04", b"\x2b\x06\x01\x05\x05\x07",
    b"\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0c",
)  # fmt: skip
"""Object identifiers of what a certificate names: extensions, attributes of names, and those of PKIX (RFC 5280); and
of the page of a program that is signed (``SpcSpOpusInfo`` of Authenticode)."""
_WHOLE_CERTIFICATE = lazy_pattern(rb"\x30\x82(..)\x30\x82..\xa0\x03\x02\x01[\x00-\x02]\x02", re.DOTALL)
"""Begin of a certificate, with its length: the version and the tag of the serial number (RFC 5280, section 4.1)."""
_CERTIFICATE_REACH = 8 * 1024
"""Most bytes of a certificate before an address."""
_FIELD = 320
"""Most bytes between such an identifier and its text."""
_ENCODED = lazy_pattern(rb"MI[A-P](?:[A-Za-z0-9+/]|\s{1,16})*+={0,2}")
"""Base64 of a certificate or a list of them, as in PEM files and provisioning profiles."""
_PEM = b"-----BEGIN CERTIFICATE-----"
"""Line before a certificate in base64: all that is in it, such as a comment of a proxy, is a field."""
_BASE64 = b"+/ \t\r\nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ENCODED_REACH = 32 * 1024
_DATABASE = b"SQLite format 3\0"
"""The beginning of a database of SQLite."""
_OWN_LINE = lazy_pattern(rb"(?:\A|(?<![^\s])[a-z]{1,30}:?)[ \t]{0,8}[\r\n]\s{0,40}\Z")
"""Before an address on a line of its own: nothing, or a line that ends with a word."""
_ALONE = lazy_pattern(
    rb"[a-z]{0,30}:?\s{1,60}https?://[^\s\0]{1,400}(?:\s{1,60}https?://[^\s\0]{1,400}){1,40}\s{0,60}(?:\0.{0,4096})?",
    re.DOTALL,
)
"""Nothing but addresses, each on a line of its own, perhaps with a name before them: a list that code reads."""
_COPYRIGHT = lazy_pattern(rb"(?:\b[Cc]opyright\b|\([Cc]\)|\xc2\xa9)[^\n]{0,200}\Z")
"""Before the web site of an author, in the notice of a library."""
_DEEP_LINK = lazy_pattern(
    rb"\s*(?!(?:https?|wss?|ftps?|jdbc|mongodb|redis|rediss|mqtts?|amqps?|tcp|ssl|tls|data|javascript)\b)"
    rb"[a-z][a-z0-9+-]{2,40}://[^\s]{0,400}[?&][\w.-]{1,60}=\Z"
)
"""The beginning of a link with the scheme of an app, up to the value of a parameter."""
_ANCHOR = lazy_pattern(rb"<[aA]\s(?:[^<>]{0,400}\s)?(?:href|HREF)\s?=\s?\\?[\"']?\Z")
"""The beginning of a link in HTML, which a person opens; pictures and style sheets are in other elements."""
_MARKDOWN = lazy_pattern(rb"(?:(?P<picture>!)\[[^\[\]\n]{0,200}|\[[^\[\]\n]{1,200})\]\(<?\Z")
"""The beginning of a picture or link in Markdown: https://spec.commonmark.org/0.31.2/#links

A person opens the link; what shows the text loads the picture.
"""
_MARKDOWN_ENDS = (b"](", b"](<")
_BEFORE_ADDRESS = b" \t\r\n(<[{\"'`:,;=|"
"""What can be between the words of a message and its address; in UTF-16 also a character that is not Latin."""
_REACH = 1024
"""Characters of a string on each side of an address that are read."""
_FAR = 16 * _REACH
"""The same of the documentation of a module in native code, of which it must be known where it begins and ends."""
_ENTRY = 128
"""Characters behind an address that are compared with the dictionary of Brotli."""
_LEAST_EMBEDDED = 24
"""Least bytes of a constant that is a script with an address."""
_AUTHOR = ("author", "description", "license", "plugin", "engine")
"""Elements of ``config.xml`` that describe the app (https://www.w3.org/TR/widgets/), or of what the command line of
Cordova builds it (https://cordova.apache.org/docs/en/latest/config_ref/)."""


class PlaceBudget:
    """Bytes of the texts of one app that lexers may still read; the finds in the other texts are kept as they are."""

    def __init__(self, left: int = 64 * 1024 * 1024) -> None:
        self.left = left


class Placement:
    """The places of the finds in one artifact. Lexers run only if there is a sighting in a text."""

    def __init__(
        self,
        artifact: Artifact,
        budget: PlaceBudget,
        content: bytes = b"",
        script: LastScript | None = None,
        note: Callable[[Sighting, frozenset[bytes]], None] | None = None,
    ) -> None:
        """Set what is read.

        Args:
            artifact: the artifact.
            budget: the budget of its app.
            content: the whole content of the file, if that is small; compiled XML is in its artifact.
            script: has the literals of scripts for the extractors, too.
            note: gets each find that is no back end by its place in a page or in JSON, with names for ``ReadAgain``.
        """
        self._note = note
        self._artifact, self._budget, self._content = artifact, budget, content or bytes(artifact.compiled)
        self._script = script or LastScript()
        self._places: dict[int, TextPlaces] = {}
        self._embedded: dict[tuple[int, int], TextPlaces | None] = {}

    def finds(self, extractors: Iterable[Extractor]) -> Iterator[Find]:
        """The finds of the extractors in the artifact, settled."""
        try:
            for extractor in extractors:
                yield from guarded(map(self.settle, extractor.extract(self._artifact)), self._artifact.file)
        finally:
            self._script.clear()

    def settle(self, find: Find) -> Find:
        """The find, or a text that is not a back end if its place shows that."""
        if not isinstance(find, Sighting) or find.evidence.offset is None:
            return find
        index = self._index(find.evidence.file, find.evidence.offset)
        endpoint = find.endpoint
        reason = self._reason(index, find.evidence.offset) if index >= 0 else ""
        if not reason and index >= 0 and is_field_of_certificate(self._artifact.buffers[index], find):
            reason = CERTIFICATE
        if not reason and index >= 0 and self._is_in_dictionary(index, find.evidence.offset):
            reason = DICTIONARY
        if reason == PART and find.evidence.how.startswith(_WHOLE):
            reason = ""
        if not reason and self._declares_namespace(find.evidence.offset):
            reason = NAMESPACE
        if not reason and self._is_network_table:
            reason = NETWORKS
        if not reason and endpoint.host in MIRRORED_HOSTS and index >= 0 and self._is_mirrored(index, find):
            reason = MIRRORED
        if not reason and endpoint.host:
            reason = self._widget_reason(endpoint.host) or self._told.reason(endpoint.host)
        if reason and self._note is not None and index in self._places:
            buffer = self._artifact.buffers[index]
            at = find.evidence.offset - buffer.base
            self._note(find, self._places[index].names(at // 2 if buffer.utf16 else at, reason))
        value = f"{endpoint.value}{endpoint.path}" if endpoint.value.endswith(":") else endpoint.value
        return NotBackend(value, reason) if reason else find

    def _is_mirrored(self, index: int, find: Sighting) -> bool:
        """True if an address is in the path of that of a mirror."""
        buffer, offset = self._artifact.buffers[index], find.evidence.offset
        at = (offset or 0) - buffer.base
        first = at - MIRROR_REACH * (1 + buffer.utf16)
        before = narrow_text(buffer.data[max(first, at % 2) : at], wide=buffer.utf16)
        return is_mirrored(before) and not is_cut_off(buffer.data, before)

    def _embedded_reason(self, index: int, at: int) -> str | None:
        """The reason in a script or page that is a constant of code; ``None`` for other constants."""
        buffer = self._artifact.buffers[index]
        [(start, end)] = string_bounds(buffer, [at])
        if end - start > MAX_TEXT or end - start < _LEAST_EMBEDDED:
            return None
        if (index, start) not in self._embedded:
            text = bytes(buffer.data[start:end]).partition(b"\0")[0]
            name = language(text)
            self._embedded[index, start] = _text_reader()(name, text) if name else None
        places = self._embedded[index, start]
        before = bytes(buffer.data[max(start, at - _REACH) : at])
        return None if places is None or _ANCHOR.search(before) else places.reason(at - start)

    def _is_in_dictionary(self, index: int, offset: int) -> bool:
        """True if an address is in the dictionary of Brotli, whatever file contains it."""
        buffer = self._artifact.buffers[index]
        at, wide = offset - buffer.base, buffer.utf16
        return is_in_dictionary(narrow_text(buffer.data[at : at + (_ENTRY << wide)], wide=wide))

    def _widget_reason(self, host: str) -> str:
        """The reason if a host is only in the description or the permissions of a compiled ``config.xml``."""
        author, permitted, rest = self._widget
        if host in rest:
            return ""
        return METADATA if host in author else PERMITTED if host in permitted else ""

    def _declares_namespace(self, offset: int) -> bool:
        """True if the text at this offset of a compiled XML file only declares a namespace."""
        return any(begin <= offset < end for begin, end in self._namespaces)

    @cached_property
    def _is_network_table(self) -> bool:
        return self._content.startswith(COMPILED) and is_network_table(self._content)

    @cached_property
    def _namespaces(self) -> frozenset[tuple[int, int]]:
        if not self._content.startswith(COMPILED):
            return frozenset()
        try:
            return only_namespaces(self._content)
        except MalformedPoolError:
            return frozenset()

    @cached_property
    def _widget(self) -> tuple[str, str, frozenset[str]]:
        """A compiled ``config.xml`` of Cordova: texts of author and description, permissions, and all other names."""
        is_bundled = bool(self._artifact.compiled) and self._content.startswith(ROOT)
        if not is_bundled and not self._content.startswith(COMPILED):
            return "", "", frozenset()
        try:
            root = read_proto_xml(self._content) if is_bundled else read_tree(self._content)
        except MalformedPoolError:
            return "", "", frozenset()
        author: list[str] = []
        permitted: list[str] = []
        rest: list[str] = []
        stack = [root] if root.name == "widget" else []
        while stack:
            element = stack.pop()
            stack += element.children
            texts = (*(text for name, text in element.attributes.items() if name != "id"), element.text)
            kind = author if element.name in _AUTHOR else permitted if is_permission(element.name) else rest
            kind += texts
        return "\n".join(author), "\n".join(permitted), whole_names("\n".join(rest))

    @cached_property
    def _told(self) -> ToldValues:
        first = next(iter(self._artifact.buffers), None)
        return told_values(self._artifact.file, first.data) if first is not None else NONE

    def _index(self, file: str, offset: int) -> int:
        """Number of the buffer with this offset, -1 if there is none; the buffers of a binary are its sections.

        Those of Hermes bytecode are layers of one range, since its strings can overlap: NULs are where another one is.
        """
        first = -1
        for number, buffer in enumerate(self._artifact.buffers):
            at = offset - buffer.base
            if buffer.file == file and 0 <= at < len(buffer.data):
                if buffer.data[at]:
                    return number
                first = number if first < 0 else first
        return first

    def _reason(self, index: int, offset: int) -> str:
        buffer = self._artifact.buffers[index]
        at = offset - buffer.base
        if buffer.kind in _STRINGS or (buffer.kind is BufferKind.BINARY and buffer.starts is not None):
            reason = self._embedded_reason(index, at) if buffer.kind is BufferKind.DEX else None
            return _string_reason(buffer, at) if reason is None else reason
        if buffer.kind is BufferKind.BINARY and _is_in_certificate(buffer.data, at):
            return CERTIFICATE
        if buffer.kind not in _TEXTS:
            return ""
        if len(buffer.data) > MAX_SIZE * (1 + buffer.utf16):
            return ""  # so that it is not copied
        if index not in self._places:
            self._budget.left -= len(buffer.data)
            if self._budget.left < 0:
                return ""
            data = _narrow(buffer)
            code = partial(self._script.spans, data if buffer.utf16 else buffer.data)
            is_binary = buffer.kind is BufferKind.BINARY
            self._places[index] = _text_reader()(buffer.file, data, binary=is_binary, code=code)
        return self._places[index].reason(at // 2 if buffer.utf16 else at)


def _text_reader() -> "type[TextPlaces]":
    """The reader of texts. It is imported with the first one: most apps have no address in a text."""
    from tieback.recognise.texts.places import TextPlaces

    return TextPlaces


def is_field_of_certificate(buffer: Buffer, find: Sighting) -> bool:
    """True if the sighting is in base64 in a buffer, and its address is a field of an X.509 certificate."""
    at = find.evidence.offset
    return at is not None and find.evidence.how.endswith(":base64") and _is_in_encoded(buffer, at - buffer.base)


def _is_in_encoded(buffer: Buffer, at: int) -> bool:
    """True if an address is a field of an X.509 certificate in base64, with or without line breaks."""
    low = max(0, at - _ENCODED_REACH)
    text = bytes(buffer.data[low : at + _FIELD * 2]).replace(rb"\n", b"  ").replace(rb"\r", b"  ")
    before = text[: at - low]
    begin = before.find(b"MI", len(before.rstrip(_BASE64)))
    if begin < 0:
        return False
    found = _ENCODED.match(text, begin)
    if found is None or found.end() <= len(before):
        return False
    if before[:begin].rstrip().endswith(_PEM):
        return True
    first = len(b"".join(found[0][: len(before) - begin].split())) * 3 // 4
    plain = b"".join(found[0].split()).rstrip(b"=")
    try:
        data = binascii.a2b_base64(plain[: len(plain) // 4 * 4])
    except binascii.Error:
        return False
    # The address begins up to two bytes into its group.
    return any(_is_in_certificate(data, first + shift) for shift in range(3))


def _is_in_certificate(data: Bytes, at: int) -> bool:
    """True if an address is in an X.509 certificate, as in a key store, or a field of one that begins elsewhere."""
    around = bytes(data[max(0, at - _CERTIFICATE_REACH) : at])
    last = around.rfind(b"\xa0\x03\x02\x01")
    whole = _WHOLE_CERTIFICATE.match(around, max(0, last - 8)) if last >= 0 else None
    if whole is not None and whole.start() + 4 + int.from_bytes(whole[1]) > len(around):
        return True
    before = around[-_FIELD:]
    start = _FIELD_START.search(before)
    if start is None or not any(one in before for one in _ATTRIBUTES):
        return False
    rest = (start[1] or start[2])[0] - len(start[3])
    text = bytes(data[at : at + rest])
    return 0 < rest == len(text) and text.isascii() and text.decode("ascii").isprintable()


def _string_reason(buffer: Buffer, at: int) -> str:
    """The reason in a string of compiled code or of a resource table."""
    unit = 1 + buffer.utf16
    first, last = at - _REACH * unit, at + 2 * _REACH * unit
    if buffer.kind is BufferKind.NATIVE and buffer.starts is None:
        if not buffer.utf16 and _is_documented(buffer, at):
            return MESSAGE
        start, end = _native_bounds(buffer, at, max(0, first), min(len(buffer.data), last))
        if start == end:
            return ""
    else:
        [(start, end)] = string_bounds(buffer, [at])
    first = max(start, first)
    text = narrow_text(buffer.data[first : min(end, last)], wide=buffer.utf16)
    own = (at - first) // unit
    if buffer.kind is BufferKind.DEX:
        if _OWN_LINE.search(text[:own]) and not _ALONE.fullmatch(text):
            return MESSAGE
        value = text[own:].partition(b"\0")[0]
        if value in _PROVIDERS and _names_providers(buffer):
            return PROVIDER
        if _BEGINNING.fullmatch(value):
            return BEGINNING
    if _DEEP_LINK.match(text[:own]):
        return LINK
    if buffer.kind is not BufferKind.NATIVE and _ANCHOR.search(text[:own]):
        return LINK
    is_marked = buffer.kind is not BufferKind.NATIVE and text[:own].endswith(_MARKDOWN_ENDS)
    if is_marked and (marked := _MARKDOWN.search(text[:own])):
        return "" if marked["picture"] else LINK
    url = text[own : url_end(text, own, len(text))]
    if buffer.kind is BufferKind.DEX and is_long_text(text[:own], text[own + len(url) :].partition(b"\0")[0]):
        return MESSAGE
    reason = literal_reason(text, 0, own, len(text))
    # Sentences of libraries are in native code of Android; those of the app itself can name its servers.
    is_library = buffer.kind is BufferKind.NATIVE and buffer.starts is None and buffer.file.endswith(".so")
    # A sentence in a record of a database was written by a person, or for one.
    is_record = buffer.kind is BufferKind.BINARY and buffer.data[: len(_DATABASE)] == _DATABASE
    is_notice = _COPYRIGHT.search(text[:own]) is not None
    is_said = is_library or is_record or is_notice or points_to_page(text[:own], url) or ends_sentence(text[:own])
    kept = reason == MESSAGE and not is_said
    return "" if kept else reason


def _is_documented(buffer: Buffer, at: int) -> bool:
    """True for an address in a text of C that documents a program, as in modules of Python that are compiled."""
    start, end = _native_bounds(buffer, at, max(0, at - _FAR), min(len(buffer.data), at + _FAR))
    if start == end:
        return False
    text = bytes(buffer.data[max(start, at - _REACH) : min(end, at + 2 * _REACH)])
    own = at - max(start, at - _REACH)
    return is_documentation(text[:own], text[url_end(text, own, len(text)) :])


def _native_bounds(buffer: Buffer, at: int, low: int, high: int) -> tuple[int, int]:
    """Where the string of a native program begins and ends; an empty range if that is unknown.

    Strings of C end with NUL. Those of Go, Rust and others have no end, so a message can be just before an address.
    """
    unit = 1 + buffer.utf16
    nul = bytes(unit)
    before, behind = bytes(buffer.data[low:at]), bytes(buffer.data[at:high])
    begin = before.rfind(nul)
    while unit > 1 and begin >= 0 and (len(before) - begin) % unit:
        begin = before.rfind(nul, 0, begin + 1)
    end = behind.find(nul)
    while unit > 1 and end >= 0 and end % unit:
        end = behind.find(nul, end + 1)
    start = low + begin + unit if begin >= 0 else low
    glued = start < at and before[-unit] not in _BEFORE_ADDRESS and not (unit > 1 and before[-1])
    if end < 0 or (begin < 0 and low) or glued:
        return at, at
    return start, at + end


def _names_providers(buffer: Buffer) -> bool:
    return sum(_has_string(buffer, provider) for provider in _PROVIDERS) >= _LEAST_PROVIDERS


def _has_string(buffer: Buffer, text: bytes) -> bool:
    """True if a DEX file has this string. Its strings are sorted, and compilers also store them in that order."""
    starts, data = buffer.starts, buffer.data
    if starts is None:
        return False

    def text_at(start: int) -> bytes:
        return bytes(data[start : start + len(text) + 1]).partition(b"\0")[0]

    at = bisect_left(starts, text, key=text_at)
    return at < len(starts) and text_at(starts[at]) == text


def _narrow(buffer: Buffer) -> bytes:
    """The text with one byte per character of ASCII; other characters of UTF-16 become DEL."""
    if not buffer.utf16:
        return bytes(buffer.data)
    units = np.frombuffer(buffer.data, dtype="<u2", count=len(buffer.data) // 2)
    return np.where(units > 0x7F, 0x7F, units).astype(np.uint8).tobytes()
