"""Seals of evidence: an Ed25519 signature (RFC 8032) with the key that signs the audit log's checkpoints.

A seal shows that the holder of the key made the content, and that nobody changed it since. Compare the key's
fingerprint with one that you got on another way.
"""

import base64

import msgspec

from tieback.scope.checkpoints import open_key
from tieback.scope.policy.ssh_keys import PublicKey, parse_public_key

MAX_SEAL = 4096
"""Maximum bytes of a seal."""


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature over two digests."""

    content_sha256: str
    timestamp_sha256: str
    """SHA-256 of the time stamp of the content; empty if there is none."""
    key: str
    """Public key, as a line of OpenSSH's format."""
    signature: str = ""
    """Base64."""


def seal(content_sha256: str, timestamp_sha256: str = "") -> bytes:
    """Sign the digests with this user's key. Returns the seal as JSON.

    Raises:
        WorkspaceError: the key cannot be read or made.
    """
    key, public = open_key()
    unsigned = Seal(content_sha256, timestamp_sha256, public)
    signature = base64.b64encode(key.sign(_message(unsigned))).decode()
    return msgspec.json.encode(msgspec.structs.replace(unsigned, signature=signature))


def open_seal(data: bytes) -> tuple[Seal, PublicKey]:
    """Verify a seal. Returns it with its key.

    Raises:
        ValueError: it is damaged, its signature is wrong, or it is not written as ``seal`` writes it.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(data) > MAX_SEAL:
        raise ValueError("the seal is too long")
    try:
        found = msgspec.json.decode(data, type=Seal)
        key = parse_public_key(found.key)
        signature = base64.b64decode(found.signature, validate=True)
        # Exactly one text is the seal, so that a change of any byte is found.
        same = msgspec.json.encode(found) == data and base64.b64encode(signature).decode() == found.signature
        if key.kind != "ssh-ed25519" or not same:
            raise ValueError(key.kind)
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.blob)[-32:])
        public.verify(signature, _message(found))
    except (msgspec.DecodeError, ValueError, UnicodeError, RecursionError, InvalidSignature):
        raise ValueError("the seal is damaged, or its signature is wrong") from None
    return found, key


def _message(unsigned: Seal) -> bytes:
    return b"tieback evidence seal 1\n" + msgspec.json.encode(msgspec.structs.replace(unsigned, signature=""))
