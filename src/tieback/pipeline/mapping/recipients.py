"""Recipients: the personal data and credentials that an app sent, by host and class. No value is kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from tieback.assess.findings import SharedSecret
from tieback.backends.hosting import HostingLookup
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.flow import ContentState, Flow, SentData
from tieback.model.report.captures import AppMatch, Recipient
from tieback.pipeline.mapping.flow_endpoints import is_group, is_name_service
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker

MAX_PLACES = 8
"""Maximum places of one class in messages to one host."""
MAX_SECRETS = 1024
"""Maximum distinct credentials per app whose recipients are compared."""
_ORDER = (Party.THIRD, Party.UNKNOWN, Party.PLATFORM, Party.FIRST)
LAST_MOMENT = 253_402_300_799.0
"""End of the year 9999, in seconds since 1970; times of captures may be anything."""
_SECRETS = frozenset({"password", "pin_otp", "secret_token"})


SEARCHED = 4 * 1024
"""Bytes of a direction that earlier releases searched whatever the source; their flows do not have ``whole``."""


class ContentCounts(msgspec.Struct):
    """Flows by whether the content of the app was read."""

    flows: int = 0
    others: int = 0
    """Flows of name resolution, discovery and time, and to groups: in none of the other numbers."""
    read: int = 0
    with_data: int = 0
    longer: int = 0
    """Flows that were read, and of which only a part was searched."""
    unreadable: int = 0
    unknown: int = 0
    quic: int = 0
    """Those of ``unreadable`` that are QUIC, which is not decrypted, with or without keys."""
    not_sent: int = 0
    """Flows of which nothing was sent to the server."""
    received: set[str] = msgspec.field(default_factory=set)
    """Classes of personal data and credentials that the app received in cleartext."""

    def add(self, flow: Flow) -> None:
        """Count one flow."""
        self.flows += 1
        self.read += flow.content is ContentState.READ
        self.with_data += bool(flow.sent)
        self.longer += flow.content is ContentState.READ and _is_longer(flow)
        self.unreadable += flow.content is ContentState.ENCRYPTED
        self.quic += flow.content is ContentState.ENCRYPTED and flow.protocol == "quic"
        self.not_sent += not flow.content.left_device
        self.unknown += flow.content is ContentState.UNKNOWN
        self.received.update(classes_received(flow))


def _is_longer(flow: Flow) -> bool:
    """True if only a part of a flow was searched, or if an earlier release wrote it and it may be longer."""
    if flow.whole is not None:
        return not flow.whole
    return max(flow.bytes_out or 0, flow.bytes_in or 0) > SEARCHED


def classes_received(flow: Flow) -> Iterator[str]:
    """Classes of personal data and credentials that the app received in cleartext."""
    return (leak.pii_class for leak in flow.leaks if leak.direction == "in")


class _Seen(msgspec.Struct):
    """State of a class at a host during aggregation."""

    endpoint: Endpoint | None
    tracker: str
    first: float
    last: float
    match: AppMatch
    confidence: float = 0.0
    count: int = 0
    flows: int = 0
    in_clear: int = 0
    where: dict[str, None] = msgspec.field(default_factory=dict)
    channels: set[str] = msgspec.field(default_factory=set)


class RecipientTotals:
    """The recipients of flows, added up flow by flow, so that no flow is kept."""

    def __init__(self) -> None:
        self.counts = ContentCounts()
        self._seen: dict[tuple[str, str, str, str, str], _Seen] = {}
        self._secrets: dict[str, dict[str, tuple[Endpoint | None, str]]] = {}
        """Hosts that received a credential, with its place, by mark."""

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, flow: Flow, endpoint: Endpoint | None, *, room: bool = True, match: AppMatch | None = None) -> bool:
        """Add a flow to its endpoint. Without room for a new recipient, it is left out: the result is then false.

        ``match``: on what the app of the flow rests; by default, on its identifier if it has one.
        """
        host = flow.server.name or flow.server.ip
        if not host or is_name_service(flow) or is_group(flow.server.ip):
            self.counts.others += 1
            return True
        self.counts.add(flow)
        whole = True
        counted: set[int] = set()
        name, bundle_id = (flow.app.name, flow.app.bundle_id) if flow.app is not None else ("", "")
        match = match or (AppMatch.IDENTIFIER if bundle_id else AppMatch.UNKNOWN)
        for one in flow.sent:
            key = (name, bundle_id, host, one.pii_class, one.kind)
            known = self._seen.get(key)
            if known is None:
                if not room:
                    whole = False
                    continue
                known = self._seen[key] = _Seen(endpoint, one.tracker, flow.start, flow.start, match)
            _add(known, one)
            if id(known) not in counted:
                counted.add(id(known))
                known.flows += 1
                # As for leaks: what was read without keys, others on the path can read.
                known.in_clear += not flow.encrypted
                known.first, known.last = min(known.first, flow.start), max(known.last, flow.start)
            if (
                one.mark
                and one.pii_class in _SECRETS
                and (one.mark in self._secrets or len(self._secrets) < MAX_SECRETS)
            ):
                places = self._secrets.setdefault(one.mark, {})
                places.setdefault(host, (endpoint, f"{one.pii_class} in {one.where}"))
        return whole

    def recipients(self, key: str, path: str, maker: Maker) -> tuple[Recipient, ...]:
        """The recipients in the order of their first flows, without provider and country.

        Args:
            key: key of the app.
            path: the capture.
            maker: decides which party owns a host.
        """
        return tuple(_recipient(place, one, key=key, path=path, maker=maker) for place, one in self._seen.items())

    def shared_secrets(self, maker: Maker) -> Iterator[SharedSecret]:
        """Credentials that two parties received, one of them a third party that is not the only owner."""
        for places in self._secrets.values():
            if len(places) < 2:
                continue
            owners = {host: _party(host, endpoint, maker) for host, (endpoint, _) in places.items()}
            for host, (party, owner) in owners.items():
                others = sorted(other for other, (_, whose) in owners.items() if whose != owner)
                if party is Party.THIRD and others:
                    yield SharedSecret(host, owner, places[host][1], tuple(others))


def _add(known: _Seen, one: SentData) -> None:
    known.confidence = max(known.confidence, one.confidence)
    known.count += one.count
    known.tracker = known.tracker or one.tracker
    known.channels.add(one.channel)
    if len(known.where) < MAX_PLACES:
        known.where[one.where] = None


def _party(host: str, endpoint: Endpoint | None, maker: Maker) -> tuple[Party, str]:
    """The party of a host and its owner; the registrable domain if the owner is unknown."""
    found = maker.judge(endpoint or Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443))
    return found.party, found.owner or registrable_domain(host, maker.rules) or host


class HostOwners:
    """Owners of hosts by the built-in list, for the time before anything is known of the app."""

    def __init__(self) -> None:
        """Load the list."""
        self._maker = Maker(None, RuleFiles())

    def of(self, host: str) -> str:
        """Name of the SDK or platform; the registrable domain if it is unknown."""
        sdk = self._maker.rules.third_parties.of(host)
        return sdk.name if sdk is not None else _party(host, None, self._maker)[1]


def _recipient(place: tuple[str, str, str, str, str], one: _Seen, *, key: str, path: str, maker: Maker) -> Recipient:
    name, bundle_id, host, pii_class, kind = place
    sdk = maker.rules.third_parties.of(host)
    party, owner = _party(host, one.endpoint, maker)
    return Recipient(
        capture=path,
        app_sha256=key,
        app=name,
        bundle_id=bundle_id,
        host=host,
        party=party,
        owner=owner,
        sdk=sdk.name if sdk is not None else "",
        provider="",
        country="",
        pii_class=pii_class,
        kind=kind,
        where=tuple(one.where),
        channels=tuple(sorted(one.channels)),
        confidence=one.confidence,
        count=one.count,
        flows=one.flows,
        in_clear=one.in_clear,
        first=one.first,
        last=one.last,
        first_at=_moment(one.first),
        last_at=_moment(one.last),
        tracker=one.tracker,
        app_match=one.match,
    )


def _moment(seconds: float) -> datetime | None:
    """The time in UTC; ``None`` for 0, which captures without times have, and for years that no calendar has."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LAST_MOMENT else None


def third_parties_first(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Recipients in report order."""
    return sorted(
        recipients,
        key=lambda one: (
            _ORDER.index(one.party), one.app or one.bundle_id, one.owner, one.host, one.pii_class, one.kind, one.capture
        ),
    )  # fmt: skip


def place_recipients(
    recipients: Iterable[Recipient], backends: Callable[[], Iterable[Backend]] | None = None
) -> list[Recipient]:
    """The recipients with provider and country, as far as the run's back ends and host names show them.

    Args:
        recipients: without provider and country.
        backends: the back ends of the run; only read if there are recipients.
    """
    rows = list(recipients)
    hosts = {one.host for one in rows}
    hosting = HostingLookup()
    known: Mapping[str, tuple[str, str]] = {}
    if rows and backends is not None:
        known = {one.endpoint.host: (one.provider, _country(one)) for one in backends() if one.endpoint.host in hosts}
    named = {host: (match.provider if (match := hosting.lookup(host)) is not None else "") for host in hosts}
    return [
        msgspec.structs.replace(
            one,
            provider=known.get(one.host, ("", ""))[0] or named[one.host],
            country=known.get(one.host, ("", ""))[1],
        )
        for one in rows
    ]


def _country(backend: Backend) -> str:
    found = [one for one in backend.attributions if one.claim == "country"]
    return max(found, key=lambda one: one.confidence).value if found else ""
