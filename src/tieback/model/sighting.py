"""Sightings: an endpoint found in an artifact, with its location."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

import msgspec

from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.endpoint import Endpoint, Party
from tieback.model.public_key import PublicKey
from tieback.model.source import SourceLocation

USER_RULE = "rule:"
"""In ``Evidence.how``, before the id of a rule of a user."""


class Evidence(msgspec.Struct, frozen=True):
    """Where and how something was found, so that a person can check it."""

    file: str
    """Entry inside the package, such as ``classes.dex``, or the flow of a capture."""
    offset: int | None
    """Bytes from the start of the decompressed entry."""
    how: str
    """The extractor and rule, such as ``dex-string/url``; ``dex-string/rule:ID`` for a rule of a user."""
    context: str = ""
    """Up to 160 characters around the match, credentials masked, control characters replaced."""
    chain: tuple[str, ...] = ()
    """Methods and fields through which code assembles the endpoint, from the first caller to the constants."""

    @property
    def user_rule(self) -> str:
        """Id of the rule of a user that found it; empty for a built-in rule."""
        return self.how.partition(f"/{USER_RULE}")[2]


class Sighting(msgspec.Struct, frozen=True):
    """An endpoint that an app or its traffic names, with the first location and the number of locations."""

    endpoint: Endpoint
    count: int
    """Number of occurrences in this artifact, at least 1."""
    party: Party
    evidence: Evidence
    owner: str = ""
    """Name of the SDK, platform or vendor that owns the endpoint; empty if unknown."""
    party_reason: str = ""
    """One clause with the reason for the party; empty if not yet judged."""
    bytes_out: int | None = 0
    """Bytes sent to it, if seen in traffic, over the flows that state them; ``None`` if none does, as in many logs."""
    bytes_in: int | None = 0
    """Bytes received from it, as ``bytes_out``."""
    names: tuple[str, ...] = ()
    """Containers of a cloud resource that the app names: buckets, collections, tables; sorted."""
    addresses: tuple[str, ...] = ()
    """Whole addresses of a cloud resource that the app names, if they have a path; sorted. Without query."""


class CredentialGrade(StrEnum):
    """What a credential grants, judged only by its form: it is never tried."""

    PUBLIC = "public"
    """Meant to be in an app: it identifies a project and opens what its rules allow to everyone."""
    LIMITED = "limited"
    """Of little use by itself: the key of a test mode, or a key's name without its secret."""
    WRITE_ONLY = "write_only"
    """Sends messages to one place and reads nothing: an incoming webhook."""
    CLIENT_SECRET = "client_secret"
    """Secret of an OAuth client. An installed app cannot keep it (RFC 8252, section 8.5)."""
    UNKNOWN = "unknown"
    """Named like a key; what it gives access to is unknown."""
    NORMAL = "normal"
    """Grants access to its holder; the extent is unknown."""
    SUPERUSER = "superuser"
    """Bypasses the rules of the store, or administers it."""
    PRIVATE_KEY = "private_key"
    """The secret half of a key pair."""


class Credential(msgspec.Struct, frozen=True):
    """A credential found in an app. Its value is never stored and never used."""

    kind: str
    """For example ``password_in_connection_string``."""
    masked: str
    """First and last characters and the length; nothing usable."""
    endpoint: str
    """Value of the endpoint that it belongs to, or empty."""
    evidence: Evidence
    """Where it was found, and how."""
    grade: CredentialGrade = CredentialGrade.NORMAL
    """What the credential allows."""
    fingerprint: str = ""
    """Identifies equal credentials in two locations: keyed hash, 16 hexadecimal digits; empty in old reports."""
    claims: dict[str, str] = msgspec.field(default_factory=dict)
    """Claims of a JSON Web Token (``role``, ``iss``, ``exp``, ...); nothing secret."""


MAX_UNREAD = 20
"""Parts that were not read, kept of one app."""

UNDECIDED = "not decided"
"""Beginning of the reason for a text that can be an endpoint, but is not known as a whole."""


class NotBackend(msgspec.Struct, frozen=True):
    """A text that looks like an endpoint but is not, with the reason."""

    value: str
    """The name, as the app has it."""
    reason: str
    """Why it is not a back end."""


OF_LIBRARY = "credential in a class of a library: each app with the library has it"
"""Reason for a credential that is left out; its value is masked."""


class UnreadKind(StrEnum):
    """Why an app or a capture, or a part of it, was not read."""

    ENCRYPTED = "encrypted"
    """The content is in the package or capture, but encrypted."""
    PACKED = "packed"
    """A packer has replaced the code by a loader."""
    DOWNLOADED = "downloaded"
    """The app loads code from a server at run time."""
    WEB_PAGE = "web_page"
    """The app shows a web site; the code is on the site."""
    MISSING = "missing"
    """The input lacks a part that it names or that every app has."""
    DAMAGED = "damaged"
    """The package or capture is cut off or damaged, or a file of it could not be opened: some bytes are lost."""
    UNREADABLE = "unreadable"
    """A part has a form that could not be read, such as a damaged file in a sound package."""
    LIMIT = "limit"
    """A part is above a limit of tieback."""
    UNFOLLOWED = "unfollowed"
    """Every part was searched, but not all code was followed to its end: the work for one app has a limit."""
    FAILED = "failed"
    """An error in tieback's own code ended the search of a part."""
    WHOLE = "whole"
    """Nothing of the input could be read."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A remark on an input: a part that was not read, or something odd; the rest was read."""

    what: str
    """One clause for the user."""
    where: str
    """Entry, offset or file."""
    unread: UnreadKind | None = None
    """Why a part of the input was not read; ``None`` if nothing was left out."""


def keep_damage(problems: list[Problem], problem: Problem) -> None:
    """Keep the first damage of an input in a full list, whose last item reports that there are more problems."""
    if problem.unread is UnreadKind.DAMAGED and all(one.unread is not UnreadKind.DAMAGED for one in problems):
        problems[-2] = problem


class UnreadCode(msgspec.Struct, frozen=True):
    """A part of an app or of a capture that was not read: what is only there is missing in the results."""

    kind: UnreadKind
    what: str
    """One clause for the user."""
    where: str
    """Entry or place with the evidence; empty for the input as a whole."""


def unread_parts(known: Iterable[UnreadCode], problems: Iterable[Problem]) -> tuple[UnreadCode, ...]:
    """The parts of an input that were not read, with those of problems, the gravest kind first; no reason twice."""
    found = {(one.kind, one.what): one for one in known}
    for problem in problems:
        if problem.unread is not None:
            found.setdefault((problem.unread, problem.what), UnreadCode(problem.unread, problem.what, problem.where))
    return tuple(sorted(found.values(), key=lambda one: one.kind is not UnreadKind.DAMAGED))[:MAX_UNREAD]


def is_only_unfollowed(unread: Iterable[UnreadCode]) -> bool:
    """True if every part of an input was searched, and only some of its code was not followed to its end."""
    kinds = {one.kind for one in unread}
    return kinds == {UnreadKind.UNFOLLOWED}


def main_reasons(unread: Iterable[UnreadCode], whole: str = "") -> tuple[UnreadCode, ...]:
    """The parts of an input that were not read, with one reason for each damaged entry: the others follow from it.

    Args:
        unread: the parts, damaged ones first.
        whole: place that means the input as a whole, which keeps all its reasons.
    """
    damaged: set[str] = set()
    found: list[UnreadCode] = []
    for one in unread:
        if one.where not in damaged:
            found.append(one)
        if one.kind is UnreadKind.DAMAGED and one.where not in ("", whole):
            damaged.add(one.where)
    return tuple(found)


def remarks(problems: Iterable[Problem], unread: Iterable[UnreadCode]) -> tuple[Problem, ...]:
    """The problems of an input that are not among its unread parts."""
    known = {(one.kind, one.what) for one in unread}
    return tuple(one for one in problems if (one.unread, one.what) not in known)


class EndedService(msgspec.Struct, frozen=True):
    """A cloud resource or host that an app names although its service has ended."""

    resource: str
    """The resource or host, such as ``faunadb:db.eu``."""
    product: str
    """Product that has ended."""
    date: str
    """ISO date on which the service ended."""
    source: str
    """Page of its vendor that announces it."""


class SourceLines(msgspec.Struct, frozen=True):
    """The lines of the maker's source for an endpoint or a credential of an app."""

    kind: Literal["endpoint", "credential"]
    """What the lines are for."""
    value: str
    """Value of the endpoint, or the masked credential."""
    locations: tuple[SourceLocation, ...]
    """The lines, the most certain first."""


class AppDocument(msgspec.Struct, frozen=True):
    """The results of static analysis of one input. One line of ``tieback app --format json``."""

    path: str
    """Path of the input."""
    app: App | None
    """The app; ``None`` if the input has none that could be read."""
    sightings: tuple[Sighting, ...] = ()
    """Endpoints in the app, each with its evidence."""
    credentials: tuple[Credential, ...] = ()
    """Credentials in the app, masked."""
    not_backends: tuple[NotBackend, ...] = ()
    """Names that were found and are not back ends, with the reason."""
    problems: tuple[Problem, ...] = ()
    """What could not be read or decided."""
    cleartext: tuple[CleartextPolicy, ...] = ()
    """The declarations of the package about connections without TLS, by domain."""
    keys: tuple[PublicKey, ...] = ()
    """Keys that are public by design, stored for the probes; masked in printed documents, like credentials."""
    unread: tuple[UnreadCode, ...] = ()
    """Parts that were not read. If it is not empty, the list of sightings is not complete."""
    retired: tuple[EndedService, ...] = ()
    """Resources of services that have ended: nothing of the vendor answers there."""
    declarations: tuple[PrivacyDeclaration, ...] = ()
    """The privacy manifests in the package. Empty means that there is none, not that nothing is collected."""
    source: tuple[SourceLines, ...] = ()
    """Only with ``--source`` or ``--mapping``; what was not found has no entry."""
