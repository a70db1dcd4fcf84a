"""A file to save, made from a workspace."""

import msgspec


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """A file to save."""

    name: str
    """Our own name, never one from an input."""
    media_type: str
    data: bytes
    notes: tuple[str, ...] = ()
    """What the file does not contain."""
