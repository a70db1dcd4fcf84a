"""Sightings: an endpoint seen in an artifact, with the place where it stands."""

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, Party


class Evidence(msgspec.Struct, frozen=True):
    """Where and how something was seen, so that a person can look there."""

    file: str
    """Entry inside the package, such as ``classes.dex``, or the flow of a capture."""
    offset: int | None
    """Bytes from the start of the decompressed entry."""
    how: str
    """The extractor and rule, such as ``dex-string/url``."""
    context: str = ""
    """Up to 160 characters around the match, credentials masked, control characters replaced."""


class Sighting(msgspec.Struct, frozen=True):
    """An endpoint that an app names, with the first place and the number of places."""

    endpoint: Endpoint
    count: int
    """How often it was seen in this artifact, at least 1."""
    party: Party
    evidence: Evidence


class Credential(msgspec.Struct, frozen=True):
    """A credential seen in an app. Its value is never kept and never used."""

    kind: str
    """Such as ``password_in_connection_string``."""
    masked: str
    """First and last character and the length; nothing that could be used."""
    endpoint: str
    """The endpoint's value that it belongs to, or empty."""
    evidence: Evidence


class NotBackend(msgspec.Struct, frozen=True):
    """A text that looks like an endpoint and is none, with the reason."""

    value: str
    reason: str


class Problem(msgspec.Struct, frozen=True):
    """Something in an input that could not be read; the rest was."""

    what: str
    """One clause that a person understands."""
    where: str
    """Entry, offset or file."""


class AppDocument(msgspec.Struct, frozen=True):
    """Everything that static analysis says of one input: the line of ``tieback app --format json``."""

    path: str
    app: App | None
    sightings: tuple[Sighting, ...] = ()
    credentials: tuple[Credential, ...] = ()
    not_backends: tuple[NotBackend, ...] = ()
    problems: tuple[Problem, ...] = ()
