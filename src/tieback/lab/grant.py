"""The grant for the lab: its own loopback addresses, names from its own table, no DNS."""

from datetime import date, timedelta

from tieback.lab.store import NETWORK, LabStore, ServerProgram
from tieback.model.grant import Depth, Grant, Limits, TargetRule

_EMULATIONS = {
    ServerProgram.OSMEM: "osmem-server, an emulation of OpenSearch",
    ServerProgram.POUCHDB: "PouchDB Server, an emulation of CouchDB",
    ServerProgram.AZURITE: "Azurite, the vendor's emulator of Azure Blob Storage",
}
VALID_DAYS = 30
"""Each ``lab up`` writes a new grant."""


def lab_grant(today: date, stores: tuple[LabStore, ...]) -> Grant:
    """The grant for these lab stores, without passwordless accounts, valid from ``today`` (UTC)."""
    emulations = [
        f"{_EMULATIONS[server]}, answers as {', '.join(store.host for store in stores if store.server is server)}"
        for server in sorted({store.server for store in stores if store.emulation})
    ]
    return Grant(
        authorised_by="tieback lab",
        contact="lab@tieback.test",
        not_before=today,
        not_after=today + timedelta(days=VALID_DAYS),
        target=(TargetRule(match=NETWORK, ports="any", depth=Depth.DESCRIBE),),
        hosts={store.host: store.address for store in stores},
        # Loopback responds immediately, and load on our own servers is acceptable.
        limits=Limits(connect_seconds=1.0, connects_per_second=0.0),
        note="Synthetic records on this machine. "
        + "; ".join(emulations)
        + ". All other servers are the real products.",
    )
