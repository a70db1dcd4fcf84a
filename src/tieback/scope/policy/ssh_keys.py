"""OpenSSH public keys: the keys of ``[signatures]``, and their fingerprints (RFC 4253, section 6.6; ssh-keygen(1))."""

import base64
import binascii
import hashlib
import re
from datetime import date

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Signatures

MAX_KEYS = 64
_MAX_LINE = 8192
_TYPES = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)


class PublicKey(msgspec.Struct, frozen=True):
    """A public key."""

    kind: str
    """Such as ``ssh-ed25519``."""
    blob: str
    """The key in base64."""
    comment: str = ""
    not_after: date | None = None
    """Last day on which its signature counts, UTC."""

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` prints it: ``SHA256:`` and base64 without padding."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def parse_public_key(line: str) -> PublicKey:
    """Parse one line of a public key file: type, base64, comment.

    Raises:
        ValueError: malformed; the message is one clause for the user.
    """
    text = line.strip()
    found = re.fullmatch(r"([\w@.-]+) ([A-Za-z0-9+/]+={0,2})(?: (.*))?", text, re.ASCII)
    if found is None or len(line) > _MAX_LINE or not text.isprintable():
        raise ValueError(f"{line!r:.60} is not a line of an OpenSSH public key file, such as ssh-ed25519 AAAA… name")
    kind, blob, comment = found.groups()
    if kind not in _TYPES:
        raise ValueError(f"{kind!r:.60} is not a supported type of key; use ssh-ed25519")
    try:
        data = base64.b64decode(blob, validate=True)
    except binascii.Error:
        data = b""
    inner = data[4 : 4 + int.from_bytes(data[:4], "big")]
    if inner != kind.encode():
        raise ValueError(f"{line!r:.60} is damaged: its content is not a key of type {kind}")
    # Canonical, so that one key has one fingerprint and is found twice if it is listed twice.
    return PublicKey(kind, base64.b64encode(data).decode(), (comment or "").strip()[:200])


def signing_keys(signatures: Signatures) -> tuple[PublicKey, ...]:
    """The keys of ``[signatures]``.

    Raises:
        ValueError: a key is malformed or listed twice, or there are too many.
    """
    if len(signatures.keys) > MAX_KEYS:
        raise ValueError(f"{count_text(len(signatures.keys), 'key')}; at most {MAX_KEYS} are allowed")
    found: dict[str, PublicKey] = {}
    for entry in signatures.keys:
        text, last = (entry, None) if isinstance(entry, str) else (entry.key, entry.not_after)
        key = parse_public_key(text)
        if key.blob in found:
            raise ValueError(f"{key.fingerprint} is listed twice; each key counts once")
        found[key.blob] = msgspec.structs.replace(key, not_after=last)
    return tuple(found.values())
