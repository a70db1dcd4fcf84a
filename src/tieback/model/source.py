"""Places of findings in the source of an app's maker."""

from enum import StrEnum

import msgspec


class SourceMatch(StrEnum):
    """What leads from a finding to a line of the source, from most to least exact."""

    ENDPOINT = "endpoint"
    """The line has the same endpoint."""
    CREDENTIAL = "credential"
    """The line has a credential of the same kind, or a text of the same length, with the same first and last
    characters."""
    RESOURCE = "resource"
    """The line names the same resource."""
    SETTING = "setting"
    """The line has the setting, or the beginning of its file."""
    METHOD = "method"
    """The method that puts the endpoint together begins there."""
    HOST = "host"
    """The line has the same host or identifier, without the rest."""
    NONE = "none"
    """Not found in the source; only the method is known."""


class SourceLocation(msgspec.Struct, frozen=True):
    """A line of the source, and the place in the package that it explains."""

    file: str
    """Path with ``/``, relative to the current folder if the checkout is inside it, or else to the checkout; empty if
    not found."""
    line: int
    """From 1; 0 if not found."""
    match: SourceMatch
    entry: str
    """File in the package, such as ``classes.dex``."""
    offset: int | None = None
    """Bytes from the start of the entry."""
    method: str = ""
    """Original name of the method in the package, such as ``org.example.Api.load``; empty if unknown."""
