"""Identity over the lab's products: two servers with other data are never one, and one server is one at every door.

Each product with records that anyone can read is started twice, the second time with fewer records of the same names.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.examples import few
from tests.lab.ports import free_subnet
from tests.servers.test_one_store import door, kinds, terminator
from tieback.assess.identity import has_strong_identity
from tieback.lab.certificates import authority
from tieback.lab.fill import fill
from tieback.lab.interface import StartContext
from tieback.lab.process import RunningServer, stop
from tieback.lab.programs import MissingProgramError
from tieback.lab.store import LabStore, StoreState
from tieback.lab.stores import STORES
from tieback.lab.up import _start, _stop_rest
from tieback.model.probe import ProbeReport
from tieback.probes.choose import order_probes
from tieback.probes.interface import Probe

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

__all__ = ["terminator"]

CHEAP = {
    *("valkey-open", "memcached-open", "redis-tls", "influxdb-open", "prometheus-open", "etcd-open", "registry-open"),
    *("nats-monitor", "pocketbase", "rsync", "smb", "ldap-open", "ldap-tls", "memcached-tls", "ftp", "listing-open"),
}
"""Stores that start and fill within a few seconds."""
OPEN = [
    store
    for store in STORES
    if store.state is StoreState.OPEN and store.is_store and not store.operator and store.records > 1
]


CASES = [pytest.param(store, id=store.name, marks=() if store.name in CHEAP else pytest.mark.more) for store in OPEN]


def at(store: LabStore, subnet: int, share: int) -> LabStore:
    """The store in another subnet, with a share of its generated records."""
    holdings = tuple(
        msgspec.structs.replace(one, records=one.records // share if one.records > 10 else one.records)
        for one in store.holdings
    )
    return msgspec.structs.replace(
        store, address=f"127.77.{subnet}.{store.address.rpartition('.')[2]}", holdings=holdings
    )


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[LabStore], RunningServer]]:
    """``start(store)``: start and fill it; the test is skipped if its program is not installed."""
    started: list[tuple[RunningServer, Path]] = []
    certificates = authority(tmp_path_factory.mktemp("authority"))

    def run(store: LabStore) -> RunningServer:
        directory = tmp_path_factory.mktemp(store.name)
        try:
            server = _start(StartContext(store, directory, certificates))
        except MissingProgramError as error:
            pytest.skip(str(error))
        started.append((server, directory))
        fill(store, server, directory)
        return server

    yield run
    for server, directory in started:
        stop(server)
        _stop_rest(directory)  # such as the MongoDB of Parse Server


@pytest.mark.parametrize("store", few(CASES, 3))
def test_two_servers_are_two_stores_and_one_is_one_at_every_door(
    ask: Callable[..., Any], start: Callable[[LabStore], RunningServer], store: LabStore, terminator: Any
) -> None:
    first, second = (start(at(store, free_subnet(), share)) for share in (1, 3))
    probe: Probe = order_probes(store.product, store.port)[0]

    def seen(place: Any) -> ProbeReport:
        more = {"names": store.names, "keys": store.keys, "tls": store.tls or None, "scans": True}
        accounts = ("postgres", "anonymous")
        report: ProbeReport = ask(probe, place, service=probe.meta.services[0], passwordless=accounts, **more).report
        return report

    one, other = seen(first), seen(second)
    assert one.product == other.product == store.product
    with ExitStack() as stack:
        doors = [
            stack.enter_context(door(first.port, to=first.address)),
            stack.enter_context(door(first.port, "::1", to=first.address)),
        ]
        doors.append(stack.enter_context(door(doors[0].port)))
        if not store.tls and not probe.meta.greets:
            doors.append(stack.enter_context(door(first.port, tls=terminator, to=first.address)))
        others = [seen(place) for place in doors]
    assert [report.access for report in others] == [one.access] * len(doors), [report.problems for report in others]
    assert kinds(one, other) != [1]
    if one.identity is not None and has_strong_identity(one.identity, one.containers):
        assert kinds(one, *others) == [1]
        assert kinds(one, other, *others) == [1, 1]
    else:
        assert 1 not in kinds(one, *others) or len(kinds(one, *others)) > 1


def test_most_products_of_the_lab_are_compared() -> None:
    assert len({store.product for store in OPEN}) >= 20
