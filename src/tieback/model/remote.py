"""Remote content: the metadata of an object, and how a worker reads it."""

import hashlib
import secrets

import msgspec

UNKNOWN_SIZE = -1
"""An unknown size."""


class RemoteObject(msgspec.Struct, frozen=True):
    """An object as described by a listing or response, before it is read."""

    url: str
    """Without the query, which may be a signature."""
    size: int
    """Bytes, or ``UNKNOWN_SIZE``."""
    etag: str = ""
    """Without quotes, because some services omit them in listings."""
    modified: str = ""
    """In the notation of the service, to the second."""

    @property
    def digest(self) -> str:
        """SHA-256 of all fields: equal for the same object in the same state. Objects without a state never match."""
        state = "\0".join((self.etag, self.modified))
        if not state.strip("\0"):
            state = secrets.token_hex(16)
        text = "\0".join((self.url, str(self.size), state))
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class ObjectLocation(msgspec.Struct, frozen=True):
    """How a worker reads the content of a unit. It may contain a signature, so it is never stored."""

    place: str
    """A complete URL, or the path of a file."""
    start: int = 0
    size: int = UNKNOWN_SIZE
    """Bytes from ``start``; ``UNKNOWN_SIZE`` for all."""
    etag: str = ""
    """State of the listed object, as in ``RemoteObject``; empty if irrelevant or unknown."""


def encode_location(access: ObjectLocation) -> str:
    """Serialise access data for a unit."""
    return msgspec.json.encode(access).decode()


def decode_location(text: str) -> ObjectLocation:
    """Parse the access data of a unit."""
    return msgspec.json.decode(text, type=ObjectLocation)


class ShardMember(msgspec.Struct, frozen=True):
    """A regular file in a shard, or the whole of an object that is none."""

    name: str
    """Empty for the whole."""
    start: int
    """Its first byte, from the start of the shard."""
    size: int
    sha256: str
    kind: str
    """What the classifier of files said it is."""
