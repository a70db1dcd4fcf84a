"""Named values from message bodies: JSON, GraphQL, forms, multipart, XML, protocol buffers, and what is nested in them.

From other text, what looks like personal data. Sources: RFC 8259 (JSON), the URL standard's form encoding, RFC 7578
(multipart/form-data), XML 1.0, https://spec.graphql.org/October2021/. A body is a sample and may be truncated anywhere.
Pages, scripts and style sheets are skipped: their content is public.
"""

import json
import re
from binascii import Error, a2b_base64
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import chain, islice
from urllib.parse import parse_qsl

from tieback.leaks.coded import MAX_NESTING, decode_value, is_form, unpack
from tieback.leaks.protobuf import read_grpc, read_protobuf
from tieback.leaks.value import MAX_NAME, MAX_VALUE, MAX_VALUES_PER_SAMPLE, NamedValue, decode_text, place_part

_MAX_DEPTH = 12
_FIRST = 64
"""Maximum bytes of an envelope, such as a message number, before a JSON document."""
_PUBLIC = (b"text/html", b"text/css", b"text/javascript", b"image/", b"video/", b"audio/", b"font/")
_SCRIPTS = (b"javascript", b"ecmascript", b"wasm", b"pdf", b"zip")
_PAGE = re.compile(rb"\s*<(?:!doctype html|html|head|body|script)\b", re.IGNORECASE)


def read_body(data: bytes, kind: bytes = b"", *, nesting: int = MAX_NESTING) -> Iterator[NamedValue]:
    """Named values of a body, and values without a name.

    Args:
        data: the body without any content coding.
        kind: its media type, in lower case; empty if unknown.
        nesting: how many bodies inside bodies are read: compressed ones, and parts.
    """
    if not data or kind.startswith(_PUBLIC) or any(word in kind for word in _SCRIPTS):
        return
    if kind.startswith(b"application/x-www-form-urlencoded") and data[:1] not in {b"{", b"["}:
        yield from read_form(data, "form")
    elif kind.startswith(b"application/grpc"):
        yield from read_grpc(data)
    elif nesting and (kind.startswith(b"multipart/") or data.startswith(b"--")):
        yield from _parts(data, nesting - 1)
    elif (document := _json(data)) is not None:
        yield from document
    elif b"xml" in kind or data.lstrip()[:1] == b"<":
        if not _PAGE.match(data):
            yield from _xml(data)
    else:
        yield from _unlabelled(data, kind, nesting)


def _unlabelled(data: bytes, kind: bytes, nesting: int) -> Iterator[NamedValue]:
    """A body whose form only its bytes show: compressed, a form, a coded text, a binary message, or text."""
    inner = unpack(data) if nesting else None
    if inner is not None:
        yield from read_body(inner, kind, nesting=nesting - 1)
        return
    if is_form(data):
        yield from read_form(data, "form")
        return
    if b"protobuf" in kind or _CONTROL.search(data) is not None:
        found = list(read_protobuf(data))
        if found:
            yield from found
            return
    coded = _unfold(data.strip().decode("latin-1"), "text:", MAX_NESTING)[0] if data[:1].isalnum() else ()
    yield from coded or read_text(data)


def _unfold(value: str, where: str, nesting: int) -> tuple[Sequence[NamedValue], bool]:
    """The values inside a value, and whether it is also a value as a whole: a token, or one with nothing inside."""
    coded = decode_value(value) if nesting else None
    if coded is None:
        return (), True
    # Not more than the sample may have: a value of 1 KB can decode to gigabytes of values inside values.
    found = list(islice(_inside(coded, where, nesting), MAX_VALUES_PER_SAMPLE))
    return found, not found or coded[0] == "jwt"


def read_coded(value: str, where: str) -> Sequence[NamedValue]:
    """The values inside a value without a name, such as base64 of JSON; a token is not one."""
    found, whole = _unfold(value, where, MAX_NESTING)
    return () if whole else found


_JWT = re.compile(r"ey[A-Za-z0-9_-]{8,}\.ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_MAX_TOKENS = 8


def read_claims(text: str, where: str) -> Iterator[NamedValue]:
    """The claims of the JSON Web Tokens (RFC 7519) in a text, such as a header: they are readable without a key.

    Args:
        text: what may contain tokens; at most ``_MAX_TOKENS`` of them are read.
        where: the place of the text.
    """
    if "ey" not in text:
        return
    for token in islice(_JWT.finditer(text), _MAX_TOKENS):
        yield from _unfold(token[0], where, MAX_NESTING)[0]


def _inside(coded: tuple[str, bytes], where: str, nesting: int) -> Iterator[NamedValue]:
    """What a coded value contains; its place is that of the value, with the coding in parentheses."""
    coding, content = coded
    place = f"{where}({coding})"
    source, _, path = place.partition(":")
    if is_form(content):
        yield from read_form(content, place, nesting=nesting - 1)
        return
    try:
        value = _DECODER.raw_decode(content.decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict | list):
        yield from _leaves(value, source, path, "", "", _MAX_DEPTH, nesting - 1)


def read_form(data: bytes, source: str, *, nesting: int = MAX_NESTING) -> Iterator[NamedValue]:
    """Parameters of a query or a form, and what is nested in them."""
    try:
        fields = parse_qsl(data[:8192].decode("latin-1"), keep_blank_values=False, max_num_fields=MAX_VALUES_PER_SAMPLE)
    except ValueError:
        return
    mark = "." if source.endswith(")") else ":"
    for name, value in fields:
        where = f"{source}{mark}{place_part(name)}"
        inner, whole = _unfold(value, where, nesting)
        yield from inner
        if whole:
            parent, last = _bracketed(name) if name.endswith("]") else ("", name)
            yield NamedValue(where, last[:MAX_NAME], value[:MAX_VALUE], parent[:MAX_NAME])


def _bracketed(name: str) -> tuple[str, str]:
    """The last two words of a name such as ``user[address][city]``; the numbers of a list are none."""
    parts = [part for part in name[:-1].replace("][", "[").split("[") if part and not part.isdigit()]
    return ("", name) if not parts else (parts[-2] if len(parts) > 1 else "", parts[-1])


# JSON

_DECODER = json.JSONDecoder()
_MAX_DOCUMENTS = 64


def _json(data: bytes) -> Iterator[NamedValue] | None:
    """Leaves of one or more JSON documents; ``None`` if there is none."""
    start = min((at for at in (data.find(b"{"), data.find(b"[")) if at >= 0), default=-1)
    if start < 0 or start > _FIRST:
        return None
    text = data[start:].decode("utf-8", "replace")
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        cut = _cut_json(text)
        first = next(cut, None)
        return None if first is None else chain((first,), cut)
    return chain(read_document(value, "json"), _further(text, end))


def _further(text: str, at: int) -> Iterator[NamedValue]:
    """Documents after the first, such as the lines of a bulk request; the last may be truncated."""
    for _ in range(_MAX_DOCUMENTS):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if text[at : at + 1] not in {"{", "["}:
            return
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield from _cut_json(text[at:])
            return
        yield from read_document(value, "json")


_JSON_STRING = re.compile(r'"([^"\\]{1,128})"\s*:\s*(?:"((?:[^"\\]|\\.){1,512})"|(-?\d{1,32}(?:\.\d{1,16})?))')


def _cut_json(text: str) -> Iterator[NamedValue]:
    """Names and scalar values of a truncated JSON document."""
    for match in _JSON_STRING.finditer(text):
        yield NamedValue(f"json:{place_part(match[1])}", match[1], match[2] or match[3])


def read_document(value: object, source: str) -> Iterator[NamedValue]:
    """Scalar values of a nested document, at most ``MAX_VALUES_PER_SAMPLE`` of a list; list indices become ``[]``."""
    if isinstance(value, dict) and isinstance(query := value.get("query"), str) and "{" in query:
        yield from _arguments(query)
        value = {key: inner for key, inner in value.items() if key not in _OF_GRAPHQL}
    yield from _leaves(value, source, "$", "", "", _MAX_DEPTH, MAX_NESTING)


_OF_GRAPHQL = frozenset({"query", "operationName"})
"""Keys of a GraphQL request that are the program's own words."""
_ARGUMENT = re.compile(r'([A-Za-z_]\w{0,63})\s*:\s*(?:"((?:[^"\\]|\\.){1,512})"|(-?\d{1,32}(?:\.\d{1,16})?))')


def _arguments(query: str) -> Iterator[NamedValue]:
    """Literal arguments in the text of a GraphQL query; its variables are values of the JSON document."""
    for match in _ARGUMENT.finditer(query[:8192]):
        yield NamedValue(f"graphql:{match[1]}", match[1], (match[2] or match[3])[:MAX_VALUE])


def _leaves(
    value: object, source: str, path: str, name: str, parent: str, depth: int, nesting: int
) -> Iterator[NamedValue]:
    if depth < 0:
        return
    if isinstance(value, dict):
        pair = _pair(value) if len(value) in _OF_PAIR else None
        if pair is not None:
            key, inner = pair
            where = f"{path}.value({place_part(key)})"
            outer, _, last = key.rpartition(".")
            yield from _leaves(inner, source, where, last, outer or parent, depth - 1, nesting)
            return
        for key, inner in value.items():
            inner_name = str(key)[:MAX_NAME]
            where = f"{path}.{place_part(inner_name)}"
            yield from _leaves(inner, source, where, inner_name, name or parent, depth - 1, nesting)
    elif isinstance(value, list):
        for inner in value[:MAX_VALUES_PER_SAMPLE]:
            yield from _leaves(inner, source, f"{path}[]", name, parent, depth - 1, nesting)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        where = f"{source}:{path}"
        inner, whole = _unfold(value, where, nesting) if isinstance(value, str) else ((), True)
        yield from inner
        if whole:
            yield NamedValue(where, name, str(value)[:MAX_VALUE], parent)


_OF_PAIR = frozenset({2, 3})
"""Members of an object that is a name and its value, and perhaps a type."""
_PAIR_NAME = re.compile(r"[A-Za-z_$][\w$-]{0,63}(?:\.[\w$-]{1,63}){0,4}")
_PAIR_KEYS = (("key", "value"), ("name", "value"), ("k", "v"))


def _pair(value: dict[str, object]) -> tuple[str, object] | None:
    """Name and value of an object such as ``{"key": "email", "value": …}``; ``None`` if it is another one."""
    for key, content in _PAIR_KEYS:
        name = value.get(key)
        if content in value and isinstance(name, str) and _PAIR_NAME.fullmatch(name):
            inner = value[content]
            if isinstance(inner, dict) and len(inner) == 1:
                inner = next(iter(inner.values()))
            return name, inner
    return None


# Parts of a form

_MAX_PARTS = 16 * 1024
_PART = re.compile(rb"--([^\r\n]{1,70})\r\n(.{0,2048}?)\r\n\r\n(.*?)(?=\r\n--\1|\Z)", re.DOTALL)
_PART_NAME = re.compile(rb"(?i)content-disposition:[^\r\n]*[; ]name=\"?([^\";\r\n]{1,128})")
_PART_KIND = re.compile(rb"(?i)content-type:[ \t]*([^\r\n]{1,100})")
_FILE = re.compile(rb"(?i)content-disposition:[^\r\n]*filename")


def _parts(data: bytes, nesting: int) -> Iterator[NamedValue]:
    for part in _PART.finditer(data[:_MAX_PARTS]):
        name, kind = _PART_NAME.search(part[2]), _PART_KIND.search(part[2])
        media = kind[1].lower() if kind else b""
        if b"json" in media or b"xml" in media:
            yield from read_body(part[3], media, nesting=nesting)
        elif name is not None and _FILE.search(part[2]) is None:
            text = decode_text(name[1])
            yield NamedValue(f"form:{place_part(text)}", text, decode_text(part[3]))


# XML

_ELEMENT = re.compile(rb"<([\w:.-]{1,64})((?:\s[^<>]{0,1024})?)>(?:<!\[CDATA\[)?([^<>]{1,512}?)(?:\]\]>)?</\1\s*>")
_ATTRIBUTES = re.compile(rb"<[\w:.-]{1,64}(\s[^<>]{1,1024})>")
_ATTRIBUTE = re.compile(rb"([\w:.-]{1,64})\s*=\s*\"([^\"<>]{1,512})\"")
_KEY = re.compile(rb"<key>([^<>]{1,128})</key>\s*<(?:string|integer|real|date)>([^<>]{1,512})</")


def _xml(data: bytes) -> Iterator[NamedValue]:
    """Elements with text, attributes, and the keys of a property list."""
    keyed = False
    for match in _KEY.finditer(data):
        keyed = True
        name = decode_text(match[1])
        yield NamedValue(f"xml:{name}", name, unescape(decode_text(match[2])))
    if keyed:
        return
    if b"<auth" in data or b"<message" in data:
        yield from _stanzas(data)
    for match in _ELEMENT.finditer(data):
        name = decode_text(match[1]).rpartition(":")[2]
        if match[3].strip():
            yield NamedValue(f"xml:{name}", name, unescape(decode_text(match[3])))
    for element in _ATTRIBUTES.finditer(data):
        for match in _ATTRIBUTE.finditer(element[1]):
            name = decode_text(match[1])
            if not name.startswith("xmlns"):
                yield NamedValue(f"xml:@{name}", name.rpartition(":")[2], unescape(decode_text(match[2])))


_SASL = re.compile(rb"<auth\b[^<>]{0,256}\bmechanism=[\"']PLAIN[\"'][^<>]{0,256}>([A-Za-z0-9+/]{4,344}={0,2})</auth>")
_MESSAGE = re.compile(
    rb"<message\b[^<>]{0,1024}>[^<>]{0,64}(?:<(?!body|/)[^<>]{0,256}>[^<>]{0,256}</[^<>]{1,64}>){0,8}<body>([^<>]{1,512})<"
)


def _stanzas(data: bytes) -> Iterator[NamedValue]:
    """Login and messages of XMPP (RFC 6120, 6.4.2; RFC 6121, 5.2.3)."""
    for match in _SASL.finditer(data):
        try:
            _, user, password = a2b_base64(match[1]).split(b"\0")
        except (Error, ValueError):
            continue
        yield NamedValue("xml:auth.user", "username", decode_text(user))
        yield NamedValue("xml:auth.password", "password", decode_text(password))
    for match in _MESSAGE.finditer(data):
        yield NamedValue("xml:message.body", "chat message", unescape(decode_text(match[1])))


# Text without names

_EMAIL = re.compile(rb"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,6}[A-Za-z]{2,24}(?![\w-])")
_FORMS = (
    ("account", re.compile(rb"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")),
    ("card", re.compile(rb"(?<![\w.-])\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?![\w.-])")),
    ("phone", re.compile(rb"(?<![\w+])\+\d(?:[ ()/-]{0,2}\d){6,14}(?!\w)")),
    ("place", re.compile(rb"(?<![\d.])-?\d{1,2}\.\d{4,8}\s?[,; ]\s?-?\d{1,3}\.\d{4,8}(?!\.?\d)")),
    ("hardware", re.compile(rb"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")),
)
"""Candidates for the classifier, which decides."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MAX_OF_A_FORM = 16


def read_text(data: bytes, where: str = "text") -> Iterator[NamedValue]:
    """Values in a text that look like personal data; in binary data, only mail addresses."""
    yield from _of_form(data, where, "email", _EMAIL) if b"@" in data else ()
    if _CONTROL.search(data) is None:
        for form, pattern in _FORMS:
            yield from _of_form(data, where, form, pattern)


def _of_form(data: bytes, where: str, form: str, pattern: re.Pattern[bytes]) -> Iterator[NamedValue]:
    for count, match in enumerate(pattern.finditer(data)):
        if count >= _MAX_OF_A_FORM:
            return
        yield NamedValue(where, "", decode_text(match[0]), form=form)
