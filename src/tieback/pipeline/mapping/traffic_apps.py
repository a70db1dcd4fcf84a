"""Attribution of captured traffic to apps, as far as the captures show it."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import msgspec

from tieback.backends.pivot import Lead
from tieback.model.app import App, Platform
from tieback.model.flow import Flow, Leak
from tieback.model.report import ContactedServer
from tieback.model.sighting import Sighting
from tieback.pipeline.mapping.contacted_servers import contacted_servers
from tieback.pipeline.mapping.flow_endpoints import endpoint_of, leads_of, sightings_of
from tieback.recognise.collect import Maker
from tieback.recognise.rules import RuleFiles
from tieback.storage.lake.tables.apps import AppEndpoint
from tieback.storage.lake.tables.flows import read_flows
from tieback.storage.lake.tables.inputs import RunInput
from tieback.storage.workspace import Workspace


class TrafficApp(msgspec.Struct, frozen=True):
    """The traffic of one app in one capture, or traffic of an unknown app."""

    app_key: str
    """Content hash of the scanned app with this bundle identifier. If no such app was scanned, a digest of capture and
    bundle identifier; for unknown apps, the content hash of the capture."""
    app: App
    """The app; a placeholder if it was not scanned."""
    path: str
    sightings: tuple[Sighting, ...]
    leaks: tuple[tuple[str, Leak], ...]
    """Each leak with the endpoint that received it."""
    leads: tuple[Lead, ...] = ()
    """Distinct hosts named in server responses."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Server names with the addresses used."""
    subjects: tuple[tuple[str, str], ...] = ()
    """Server names with the subject of the certificate presented; either may be empty."""
    known: bool = True
    """False if the capture does not show which app it was."""
    capture: str = ""
    """Content hash of the capture."""
    servers: tuple[ContactedServer, ...] = ()
    flows: int = 0
    others: int = 0
    """Flows whose servers are not in ``servers``: name resolution, discovery, time, groups."""


def attribute_traffic(
    workspace: Workspace, units: Sequence[RunInput], bundles: Mapping[str, str]
) -> Iterator[TrafficApp]:
    """The traffic of the captures among the units, grouped by capture and app.

    Args:
        workspace: contains the flows.
        units: captures; other units have no flows.
        bundles: maps bundle identifiers of this run's apps to content hashes.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    paths = {unit.key: unit.path for unit in units}
    rules = RuleFiles()
    flows = read_flows(workspace.lake, units)
    for (unit, bundle), group in groupby(
        flows, key=lambda item: (item[0], item[1].app.bundle_id if item[1].app else "")
    ):
        found = [flow for _, flow in group]
        key = (bundles.get(bundle) or captured_app_key(unit, bundle)) if bundle else unit
        name = found[0].app.name if bundle and found[0].app else f"Traffic in {Path(paths[unit]).name}"
        app = App(Platform.UNKNOWN, bundle or name, key, name=name)
        maker = Maker(app if bundle else None, rules)
        for flow in found:
            if flow.tls is not None and flow.server.name:
                maker.learn_related(flow.server.name, flow.tls.certificate_names)
        servers, others = contacted_servers(found, key, paths[unit])
        yield TrafficApp(
            key,
            app,
            paths[unit],
            sightings_of(found, maker),
            _leaks(found, rules),
            tuple(dict.fromkeys(leads_of(found, Path(paths[unit]).name))),
            tuple(dict.fromkeys((flow.server.name, flow.server.ip) for flow in found if _went_there(flow))),
            tuple(dict.fromkeys((flow.server.name, flow.tls.certificate_subject) for flow in found if flow.tls)),
            bool(bundle),
            unit,
            servers,
            len(found),
            others,
        )


def captured_app_key(capture: str, bundle: str) -> str:
    """Return the key of an app that was not scanned, so that two apps of one capture are not taken for one."""
    return sha256(f"{capture}\0{bundle}".encode("utf-8", "surrogatepass")).hexdigest()


def _went_there(flow: Flow) -> bool:
    """True if the flow shows the address of a name. Proxies and logs may not know it."""
    return bool(flow.server.name and flow.server.ip)


def _leaks(flows: Sequence[Flow], rules: RuleFiles) -> tuple[tuple[str, Leak], ...]:
    found: dict[tuple[str, str, str], tuple[str, Leak]] = {}
    for flow in flows:
        endpoint = endpoint_of(flow, rules)
        value = endpoint.value if endpoint is not None else flow.server.name or flow.server.ip
        for leak in flow.leaks:
            found.setdefault((value, leak.pii_class, leak.where), (value, leak))
    return tuple(found.values())


def endpoint_evidence(traffic: TrafficApp) -> Iterator[AppEndpoint]:
    """Where each endpoint was seen, in the form that static analysis uses."""
    for sighting in traffic.sightings:
        place = sighting.evidence
        yield AppEndpoint(
            traffic.app_key,
            sighting.endpoint.value,
            Path(place.file).name,
            place.offset,
            place.how,
            sighting.party,
            bytes_out=sighting.bytes_out,
            bytes_in=sighting.bytes_in,
        )
