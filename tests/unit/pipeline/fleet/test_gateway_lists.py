"""Hosts for gateways: which are listed, which are refused, and which apps would break."""

from pathlib import Path
from typing import Any

import dns.zone
import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import ANALYSED, P, make
from tieback.model.backend import Candidate, Route
from tieback.model.device import InventoryRow
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.pipeline.fleet.coverage import open_fleet
from tieback.pipeline.fleet.gateway_lists import GatewayHost, write_list
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.workspace import Workspace

APP = "a" * 64


def store(*hosts: str, app: str = APP, resource: str = "") -> Exposure:
    routes = tuple(
        AppRoute(app, Candidate(host, 443, None, Route.NAMED, (f"https://{host}/x",), "named", resource=resource),
                 f"https://{host}/x", "classes.dex", 1, "strings")
        for host in hosts
    )  # fmt: skip
    return exposure(routes=routes, targets=tuple(f"{host}:443" for host in hosts))


ROW = InventoryRow(P.ANDROID, "org.fieldhand.app", device="d")


def listed(
    folder: Path, found: Exposure, *sightings: tuple[str, str, Party], rows: tuple[InventoryRow, ...] = (ROW,)
) -> dict[str, GatewayHost]:
    directory = make(folder, *rows, stores=(found,))
    with Workspace.open(directory) as workspace:
        documents: list[tuple[Unit, AppDocument]] = []
        for number, (sha256, host, party) in enumerate(sightings):
            app = next(one for one in ANALYSED if one.sha256 == sha256)
            endpoint = Endpoint(EndpointKind.URL, f"https://{host}/x", "https", host, 443, "/x")
            seen = Sighting(endpoint, 1, party, Evidence("classes.dex", 1, "strings"))
            unit = Unit(sha256, f"s{number}", f"{number}.apk", 1)
            documents.append((unit, AppDocument(unit.source, app, (seen,))))
        units = [unit for unit, _ in documents]
        if units:
            workspace.lake.publish(part_name(units), app_tables(documents), units)
    with open_fleet(directory) as fleet:
        return {one.host: one for one in fleet.gateway_hosts(fleet.lines())}


def test_a_host_of_one_app_is_listed_with_what_breaks(tmp_path: Path) -> None:
    found = listed(tmp_path, store("es.fieldhand.test"), (APP, "es.fieldhand.test", Party.FIRST))
    (one,) = found.values()
    assert (one.host, one.refused, one.apps) == ("es.fieldhand.test", "", ("Fieldhand (1 device)",))


@pytest.mark.parametrize(
    ("certain", "by_name", "text"),
    [
        (5, 20, "Fieldhand (5 devices, 20 by name only)"), (1, 0, "Fieldhand (1 device)"),
        (0, 2, "Fieldhand (2 devices by name only)"),
    ],
)  # fmt: skip
def test_devices_that_match_by_name_only_are_a_second_number(
    tmp_path: Path, certain: int, by_name: int, text: str
) -> None:
    rows = [InventoryRow(P.ANDROID, "org.fieldhand.app", name="Fieldhand", device=f"d{n}") for n in range(certain)]
    rows += [InventoryRow(P.ANDROID, name="Fieldhand", device=f"e{n}") for n in range(by_name)]
    (one,) = listed(tmp_path, store("h.test"), (APP, "h.test", Party.FIRST), rows=tuple(rows)).values()
    assert one.apps == (text,)


@pytest.mark.parametrize(
    ("sightings", "more", "why"),
    [
        (((APP, "h.test", Party.THIRD),), {}, "a host of an SDK or platform"),
        (((APP, "h.test", Party.FIRST), ("c" * 64, "h.test", Party.FIRST)), {}, "apps of 2 vendors use it"),
        (((APP, "h.test", Party.FIRST), ("b" * 64, "h.test", Party.FIRST)), {}, "1 app uses it that does not lead"),
        ((), {"resource": "project"}, "a host that many customers share"),
    ],
)
def test_shared_hosts_are_refused_unless_forced(tmp_path: Path, sightings: Any, more: Any, why: str) -> None:
    (one,) = listed(tmp_path, store("h.test", **more), *sightings).values()
    assert one.refused.startswith(why)
    assert write_list("rpz", [one]).left_out == (("h.test", one.refused),)
    assert b"\nh.test IN CNAME .\n" in write_list("rpz", [one], force=True).data


def hosts(*names: str) -> list[GatewayHost]:
    return [GatewayHost(name, ("e-1",), ("App\n; x",)) for name in names]


def test_formats_of_names_and_addresses() -> None:
    rpz = write_list("rpz", hosts("es.fieldhand.test", "192.0.2.7", "2001:db8::1"))
    zone = dns.zone.from_text(rpz.data.decode(), origin="rpz.test.", relativize=True)
    assert {str(name) for name in zone.nodes} == {
        "@", "es.fieldhand.test", "32.7.2.0.192.rpz-ip", "128.1.zz.db8.2001.rpz-ip",
    }  # fmt: skip
    lines = rpz.data.decode().splitlines()
    assert lines[1] == "@ IN SOA localhost. root.localhost. ( 1 3600 900 604800 60 )"
    assert [line for line in lines if "CNAME" in line] == [
        "es.fieldhand.test IN CNAME .",
        "32.7.2.0.192.rpz-ip IN CNAME .",
        "128.1.zz.db8.2001.rpz-ip IN CNAME .",
    ]
    written = write_list("hosts", hosts("es.fieldhand.test", "192.0.2.7"))
    assert written.left_out == (("192.0.2.7", "a hosts file cannot contain an address"),)
    assert "0.0.0.0 es.fieldhand.test\n:: es.fieldhand.test\n" in written.data.decode()


def test_no_name_of_others_can_add_a_line() -> None:
    for name in ("rpz", "hosts"):
        written = write_list(name, hosts("ok.test", "evil.test IN A 192.0.2.1\nx.test", "a b"))
        assert [why for _, why in written.left_out] == ["not a host name"] * 2
        sign = ";" if name == "rpz" else "#"
        assert f"{sign} breaks: App" in written.data.decode()
        assert "\n; x" not in written.data.decode()
