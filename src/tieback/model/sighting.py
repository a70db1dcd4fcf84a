"""Sightings: an endpoint seen in an artifact, with the place where it stands."""

from enum import StrEnum

import msgspec

from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.endpoint import Endpoint, Party
from tieback.model.public_key import PublicKey


class Evidence(msgspec.Struct, frozen=True):
    """Where and how something was found, so that a person can check it."""

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
    owner: str = ""
    """Name of the SDK, platform or maker whose endpoint it is; empty where unknown."""
    party_reason: str = ""
    """One clause that says why it is that party's; empty where nothing was judged yet."""
    bytes_out: int = 0
    """Sent to it, where it was seen in traffic."""
    bytes_in: int = 0
    names: tuple[str, ...] = ()
    """Containers of a cloud resource that the app names: buckets, collections, tables; sorted."""


class Grade(StrEnum):
    """What a credential opens, judged by its form alone: it is never tried."""

    PUBLIC = "public"
    """Meant to be in an app: it names a project and opens what rules allow to everybody."""
    NORMAL = "normal"
    """Opens something for its holder; how much is not known."""
    SUPERUSER = "superuser"
    """Passes by the rules of the store, or administers it."""
    PRIVATE_KEY = "private_key"
    """The secret half of a key pair."""


class Credential(msgspec.Struct, frozen=True):
    """A credential seen in an app. Its value is never kept and never used."""

    kind: str
    """Such as ``password_in_connection_string``."""
    masked: str
    """First and last characters and the length; nothing that could be used."""
    endpoint: str
    """The endpoint's value that it belongs to, or empty."""
    evidence: Evidence
    grade: Grade = Grade.NORMAL
    fingerprint: str = ""
    """Tells whether two places hold the same credential: keyed hash, 16 hexadecimal digits; empty in old reports."""
    claims: dict[str, str] = msgspec.field(default_factory=dict)
    """What a JSON Web Token says of itself (``role``, ``iss``, ``exp``, ...); nothing secret."""


class NotBackend(msgspec.Struct, frozen=True):
    """A text that looks like an endpoint and is none, with the reason."""

    value: str
    reason: str


class Problem(msgspec.Struct, frozen=True):
    """A part of an input that could not be read; the rest was read."""

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
    cleartext: tuple[CleartextPolicy, ...] = ()
    """What the package declares about connections without TLS, by domain."""
    keys: tuple[PublicKey, ...] = ()
    """Public-by-design keys, kept for the probes; a printed document has them masked, as its credentials."""
