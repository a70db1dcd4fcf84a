"""The grant for the lab: the addresses of its running servers, names from its own table, no DNS."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from tieback.lab.servers.emulations import MCP
from tieback.lab.store import LabStore, ServerProgram
from tieback.model.grant import Depth, Grant, Limits, TargetRule

_EMULATIONS = {
    ServerProgram.OSMEM: "osmem-server, an emulation of OpenSearch",
    ServerProgram.POUCHDB: "PouchDB Server, an emulation of CouchDB",
    ServerProgram.EMULATIONS: "The lab's table server, an emulation of HTTP servers",
    ServerProgram.AZURITE: "Azurite, the vendor's emulator of Azure Blob Storage",
}
VALID_DAYS = 30
"""Each ``lab up`` writes a new grant."""


def lab_grant(today: date, stores: tuple[LabStore, ...], foreign: Mapping[str, frozenset[int]] | None = None) -> Grant:
    """The grant for the running stores of a lab, without passwordless accounts.

    Args:
        today: first valid day, UTC.
        stores: the running stores.
        foreign: ports by address on which programs of others listen; they are outside the grant.
    """
    foreign = foreign or {}
    sessions = {store.address for store in stores if store.product == MCP}
    addresses = dict.fromkeys(store.address for store in stores)
    emulations = [
        f"{_EMULATIONS[server]}, answers as {', '.join(store.host for store in stores if store.server is server)}"
        for server in sorted({store.server for store in stores if store.emulation})
    ]
    return Grant(
        authorised_by="tieback lab",
        contact="lab@tieback.test",
        not_before=today,
        not_after=today + timedelta(days=VALID_DAYS),
        target=tuple(
            TargetRule(match=address, ports=ports, depth=Depth.DESCRIBE, scans=True, mcp=address in sessions)
            for address in addresses
            if (ports := _ports_without(foreign.get(address, frozenset())))
        ),
        hosts={store.host: store.address for store in stores},
        # Loopback responds immediately, and load on our own servers is acceptable.
        limits=Limits(connect_seconds=1.0, connects_per_second=0.0),
        note="Synthetic records on this machine. "
        + (f"{'; '.join(emulations)}. All other servers are the real products." if emulations else ""),
    )


def _ports_without(excluded: frozenset[int]) -> Literal["any"] | tuple[int | str, ...]:
    """All ports but some, as in a rule of a grant."""
    if not excluded:
        return "any"
    edges = [0, *sorted(excluded), 65_536]
    spans = [(low + 1, high - 1) for low, high in pairwise(edges) if high - low > 1]
    return tuple(low if low == high else f"{low}-{high}" for low, high in spans)
