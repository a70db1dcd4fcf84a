"""Rows of the index of a run (``run_index``): apps, back ends and stores, as pages list them.

The field names are the keys of the REST API.
"""

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec

from tieback.model.app import App, Platform, Signer
from tieback.model.declaration import DeclaredItem
from tieback.model.device import AppStoreSummary
from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.model.report.captures import Recipient
from tieback.model.sighting import Problem, UnreadCode


class RecipientRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who received a class of data from an app."""

    recipient: Recipient
    listed: bool
    """True if the app has a page."""
    first: datetime | None = None
    """When it was first seen; ``None`` if the capture has no times."""


class DeclaredRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an app declares, beside its traffic."""

    item: DeclaredItem
    listed: bool
    """True if the app has a page."""


class AppState(StrEnum):
    """The worst that a run found behind an app. The first value is the worst."""

    EXPOSED = "exposed"
    """It leads to a store that allows unauthenticated access."""
    NOT_DECIDED = "not_decided"
    """It leads to a store that is known neither as open nor as closed, or to a back end that gave no result."""
    PARTLY_READ = "partly_read"
    """A part of it was not read, so that back ends may be missing. No open store is behind those that are known."""
    NOT_PROBED = "not_probed"
    """It has back ends, and the run probed none of them: it had no grant, or the grant does not cover them."""
    NO_BACK_END = "no_back_end"
    """No back end of it is known, so that nothing could be probed."""
    CLOSED = "closed"
    """Every store found behind it denies unauthenticated access, or is a probable honeypot."""
    NONE_FOUND = "none_found"
    """Back ends were probed, and none is a store. This is not the same as safe: see ``endpoints_not_probed``."""


class AppRow(msgspec.Struct, frozen=True, kw_only=True):
    """An app in a list."""

    sha256: str
    name: str
    bundle_id: str
    version: str
    platform: str
    vendor: str
    state: AppState
    severity: Severity | None
    """Of the worst exposed store; ``None`` if there is none."""
    endpoints: int
    """Endpoints in the package; of an app that was not scanned, those in captures."""
    endpoints_captured: int
    """Further endpoints, which only captures show."""
    endpoints_not_probed: int
    """Of both together: endpoints of which no host was probed."""
    endpoints_without_result: int
    """Of both together: endpoints of which a host was probed, and gave no answer, or not to the end."""
    stores: int
    stores_exposed: int
    stores_not_decided: int
    credentials: int
    problems: int
    """Parts of the package that could not be read."""
    partly_read: bool
    """True if the app runs code that the analysis could not read."""
    captured: bool
    """True if the app was not scanned: it is known only from a capture."""
    file: str = ""
    """Name of its file, without folders; empty if the app was not scanned, or by an earlier release."""


class AppRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything about an app that a run knows without its endpoints; a run may have a million of them."""

    row: AppRow
    path: str
    version: str = ""
    """Version of its unit of work in the lake; empty for an app of a capture."""
    version_code: str = ""
    min_sdk: str = ""
    target_sdk: str = ""
    signer: Signer | None = None
    has_api: bool = False
    problems: tuple[Problem, ...] = ()
    unread: tuple[UnreadCode, ...] = ()
    store: AppStoreSummary | None = None
    dropped: int = 0
    """Names and addresses in the app that are not back ends."""

    @property
    def app(self) -> App:
        """The app."""
        return App(
            platform=Platform(self.row.platform),
            bundle_id=self.row.bundle_id,
            sha256=self.row.sha256,
            name=self.row.name,
            version_name=self.row.version,
            version_code=self.version_code,
            min_sdk=self.min_sdk,
            target_sdk=self.target_sdk,
            signer=self.signer,
            vendor=self.row.vendor,
        )


class AppRowOnly(msgspec.Struct, frozen=True):
    """The part of a record that a list reads."""

    row: AppRow


class BackendRow(msgspec.Struct, frozen=True, kw_only=True):
    """A back end in a list."""

    id: str
    """Derived from the name."""
    name: str
    """A host name, an address, or a cloud resource."""
    endpoints: int
    apps: int
    addresses: tuple[str, ...]
    """At most ``MOST_ADDRESSES``."""
    resolved_by: str
    """``literal``, ``hosts``, ``dns``, ``capture``, or why there is no address."""
    provider: str
    region: str
    owner: str
    party: str
    probed: bool
    """True if the run probed its host. A candidate can also be on another host."""
    silent: bool
    """True if it was probed and gave no result: no answer, or not to the end."""
    stores: int
    stores_exposed: int
    stores_not_decided: int
    severity: Severity | None
    """Of the worst exposed store behind it."""


class FoundStore(msgspec.Struct, frozen=True, kw_only=True):
    """A store that responded, as pages of other objects show it."""

    id: str
    product: str
    version: str
    access: str
    exposed: bool
    not_decided: bool
    honeypot: bool
    severity: Severity
    records: Figure
    bytes: Figure
    targets: tuple[str, ...]
    """At most ``MOST_ADDRESSES``."""
    apps: int
    verdict: str = ""
    """The access state in words, as in reports."""


class StoreWay(msgspec.Struct, frozen=True, kw_only=True):
    """Why an endpoint leads to a store."""

    endpoint: str
    store: str
    route: str
    """``named`` or ``pivot``."""
    target: str
    reason: str
    confidence: float
    parts: tuple[tuple[str, float], ...]


class CapturedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint that an app contacted in a capture."""

    value: str
    file: str
    how: str
    party: str
    confidence: float


MOST_ADDRESSES = 16


def backend_id(name: str) -> str:
    """The ID of a back end in addresses of pages: names come from apps, so they are never part of a path."""
    return hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:32]
