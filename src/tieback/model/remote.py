"""Content that lies elsewhere: what a place says of an object, and how a worker gets at it."""

import hashlib
import secrets

import msgspec

UNKNOWN = -1
"""A size that nobody told."""


class RemoteObject(msgspec.Struct, frozen=True):
    """An object as a listing or an answer describes it, before anything of it is read."""

    url: str
    """Without its query, which may be a signature."""
    size: int
    """Bytes, or ``UNKNOWN``."""
    etag: str = ""
    """Without its quotes, which some places leave out in listings."""
    modified: str = ""
    """As the place writes it, to the second."""

    @property
    def digest(self) -> str:
        """SHA-256 over all of it: the same object in the same state has the same. One without a state never has."""
        state = "\0".join((self.etag, self.modified))
        if not state.strip("\0"):
            state = secrets.token_hex(16)
        text = "\0".join((self.url, str(self.size), state))
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class Access(msgspec.Struct, frozen=True):
    """How a worker gets at the content of a unit. It may hold a signature, so nothing stores it."""

    place: str
    """A URL, complete; or the path of a file."""
    start: int = 0
    size: int = UNKNOWN
    """Bytes from ``start``; ``UNKNOWN`` for all."""
    etag: str = ""
    """Of the state that was listed, as in ``RemoteObject``; empty where it does not matter or is not known."""


def packed(access: Access) -> str:
    """Access as the text that a unit carries."""
    return msgspec.json.encode(access).decode()


def unpacked(text: str) -> Access:
    """Access from the text that a unit carries."""
    return msgspec.json.decode(text, type=Access)


class Member(msgspec.Struct, frozen=True):
    """A regular file in a shard, or the whole of an object that is none."""

    name: str
    """Empty for the whole."""
    start: int
    """Its first byte, from the start of the shard."""
    size: int
    sha256: str
    kind: str
    """What the classifier of files said it is."""
