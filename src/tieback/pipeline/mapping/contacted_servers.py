"""Servers in captures: which app contacted them, how the traffic was encrypted, and what leaked."""

from collections.abc import Iterable

import msgspec

from tieback.model.flow import ContentState, Flow, add_stated
from tieback.model.report.captures import ContactedServer, Encryption
from tieback.pipeline.mapping.flow_endpoints import is_group, is_name_service
from tieback.pipeline.mapping.recipients import classes_received

MAX_ADDRESSES = 16
"""Maximum addresses listed per server; a name may have many."""
_WEAK = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1"})
_ORDER = tuple(Encryption)


class _Seen(msgspec.Struct):
    """State of a server during aggregation."""

    encryption: Encryption | None = None
    """``None`` before anything was sent."""
    flows: int = 0
    bytes_out: int | None = None
    bytes_in: int | None = None
    addresses: dict[str, None] = msgspec.field(default_factory=dict)
    protocols: set[str] = msgspec.field(default_factory=set)
    tls: set[str] = msgspec.field(default_factory=set)
    leaks: set[str] = msgspec.field(default_factory=set)
    received: set[str] = msgspec.field(default_factory=set)
    read: int = 0
    unreadable: int = 0
    refused: int = 0
    not_sent: int = 0


def encryption_of(flow: Flow) -> Encryption:
    """Return the encryption of one flow; unknown if the capture does not show it."""
    if flow.encrypted is None:
        return Encryption.UNKNOWN
    if not flow.encrypted:
        return Encryption.CLEARTEXT
    return Encryption.WEAK_TLS if flow.tls is not None and flow.tls.version in _WEAK else Encryption.ENCRYPTED


class ServerTotals:
    """The servers of flows, added up flow by flow, so that no flow is kept."""

    def __init__(self) -> None:
        self.others = 0
        """Flows whose servers are not listed."""
        self._seen: dict[tuple[str, str, str, int | None], _Seen] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, flow: Flow, *, room: bool = True) -> bool:
        """Add a flow. Without room for one more server, a flow of a new one is left out: the result is then false."""
        host = flow.server.name or flow.server.ip
        if not host or is_name_service(flow) or is_group(flow.server.ip):
            self.others += 1
            return True
        name, bundle_id = (flow.app.name, flow.app.bundle_id) if flow.app is not None else ("", "")
        key = (name, bundle_id, host, flow.server.port)
        known = self._seen.get(key)
        if known is None:
            if not room:
                return False
            known = self._seen[key] = _Seen()
        if flow.content.left_device:
            encryption = encryption_of(flow)
            known.encryption = min(known.encryption or encryption, encryption, key=_ORDER.index)
        known.refused += flow.content is ContentState.REFUSED
        known.not_sent += not flow.content.left_device
        known.flows += 1
        known.bytes_out = add_stated(known.bytes_out, flow.bytes_out)
        known.bytes_in = add_stated(known.bytes_in, flow.bytes_in)
        if flow.server.ip and len(known.addresses) < MAX_ADDRESSES:
            known.addresses[flow.server.ip] = None
        known.protocols.update({flow.protocol} - {""})
        known.leaks.update(leak.pii_class for leak in flow.leaks)
        known.received.update(classes_received(flow))
        known.read += flow.content is ContentState.READ
        known.unreadable += flow.content is ContentState.ENCRYPTED
        if flow.tls is not None and flow.tls.version:
            known.tls.add(flow.tls.version)
        return True

    def servers(self, key: str, path: str) -> tuple[ContactedServer, ...]:
        """The servers in the order of their first flows.

        Args:
            key: key of the app.
            path: the capture.
        """
        return tuple(
            ContactedServer(
                capture=path,
                app_sha256=key,
                app=name,
                bundle_id=bundle_id,
                host=host,
                port=port,
                addresses=tuple(one.addresses),
                protocols=tuple(sorted(one.protocols)),
                encryption=one.encryption or Encryption.UNKNOWN,
                tls=tuple(sorted(one.tls)),
                flows=one.flows,
                bytes_out=one.bytes_out,
                bytes_in=one.bytes_in,
                leaks=tuple(sorted(one.leaks)),
                read=one.read,
                unreadable=one.unreadable,
                received=tuple(sorted(one.received)),
                refused=one.refused,
                not_sent=one.not_sent,
            )
            for (name, bundle_id, host, port), one in self._seen.items()
        )


def contacted_servers(flows: Iterable[Flow], key: str, path: str) -> tuple[tuple[ContactedServer, ...], int]:
    """Return the servers of some flows, and the number of flows whose servers are not listed.

    Args:
        flows: of one app, or of unknown apps, in one capture.
        key: key of the app.
        path: the capture.
    """
    totals = ServerTotals()
    for flow in flows:
        totals.add(flow)
    return totals.servers(key, path), totals.others


def worst_first(servers: Iterable[ContactedServer]) -> list[ContactedServer]:
    """Return the servers in report order: leaks first, then the weakest encryption, then the most bytes."""
    return sorted(
        servers,
        key=lambda one: (
            not one.leaks,
            _ORDER.index(one.encryption),
            -((one.bytes_out or 0) + (one.bytes_in or 0)),
            one.host,
            one.port or 0,
            one.bundle_id,
        ),
    )
