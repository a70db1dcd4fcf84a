"""Values inside values: JSON in a string, base64, compressed base64, claims of a JSON Web Token.

Sources: RFC 4648 (base64 and its URL-safe alphabet), RFC 7519 (JWT). Tracking libraries nest their payloads like this.
"""

import binascii
import re
import zlib
from base64 import b64decode

MAX_CODED = 16 * 1024
"""Characters of a value that is decoded, and bytes of its content."""
MAX_NESTING = 3
_LEAST = 16
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_TOKEN = re.compile(r"ey[A-Za-z0-9_-]{8,}\.(ey[A-Za-z0-9_-]{8,})\.[A-Za-z0-9_-]*")
_FORM = re.compile(rb"[\w.%\[\]-]{1,64}=[^&\s]*(?:&[\w.%\[\]-]{1,64}=[^&\s]*){1,256}")
_SIGNED = re.compile(r"[A-Za-z0-9_-]{1,128}[.:|=]\{(?=\s*\")")
"""A signature or a type before a JSON object."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_URL_SAFE = str.maketrans("-_", "+/")


def decode_value(text: str) -> tuple[str, bytes] | None:
    """The coding of a value, such as ``json`` or ``base64``, and its content; ``None`` if nothing is inside."""
    if len(text) < _LEAST or len(text) > MAX_CODED:
        return None
    if text[0] in "{[":
        return ("json", text.encode("utf-8", "replace")) if '"' in text else None
    if text[-1] == "}" and (signed := _SIGNED.match(text)) is not None:
        return "json", text[signed.end() - 1 :].encode("utf-8", "replace")
    token = _TOKEN.fullmatch(text)
    if token is not None:
        claims = _base64(token[1])
        return ("jwt", claims) if claims is not None else None
    if _BASE64.fullmatch(text) is None:
        return None
    content = _base64(text)
    if content is None:
        return None
    structured = content[:1] in {b"{", b"["} and b'"' in content and _CONTROL.search(content) is None
    return ("base64", content) if structured or is_form(content) else _unpacked(content)


def is_form(data: bytes) -> bool:
    """True if bytes have the form of a query with two parameters or more."""
    return _FORM.fullmatch(data[:MAX_CODED]) is not None


def unpack(data: bytes) -> bytes | None:
    """The content of gzip or zlib data that nothing declares as such; ``None`` if it is neither."""
    if not data.startswith((b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")):
        return None
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, MAX_CODED) or None
    except zlib.error:
        return None


def _base64(text: str) -> bytes | None:
    plain = text.rstrip("=").translate(_URL_SAFE)
    try:
        return b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        return None


def _unpacked(content: bytes) -> tuple[str, bytes] | None:
    inner = unpack(content)
    return ("base64 gzip", inner) if inner is not None else None
