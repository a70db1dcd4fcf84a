"""The lab's emulations and Python's ``http.server`` on random ports: recognised there, judged as labelled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples import few

pytest.importorskip("pymongo")

from tests.lab.ports import free_subnet
from tieback.backends.probe_hints import ProbeHints
from tieback.lab.servers.emulations import KIND as EMULATIONS
from tieback.lab.servers.http_server import KIND as HTTP_SERVER
from tieback.lab.state import Lab
from tieback.lab.store import LabStore, StoreState
from tieback.lab.up import StartResult, up
from tieback.model.backend import Candidate, Route
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.grant import load_grant

pytestmark = pytest.mark.servers

STORES = (*HTTP_SERVER.stores, *EMULATIONS.stores)


class Started:
    """The lab on random ports."""

    def __init__(self, lab: Lab, raised: list[StartResult]) -> None:
        self.grant = load_grant(lab.grant)
        self.raised = {one.store.name: one for one in raised}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        names = tuple(store.name for store in STORES)
        yield Started(lab, up(lab, lambda _: None, names, subnet=free_subnet(), odd_ports=True))
    finally:
        with lab.locked():
            lab.stop_all()
            lab.purge()


@pytest.mark.parametrize("store", few(STORES, 3), ids=[store.name for store in STORES])
async def test_it_is_judged_as_labelled(started: Started, store: LabStore, tmp_path: Path) -> None:
    one = started.raised[store.name]
    assert one.error is None, one.error
    assert one.server is not None
    assert one.server.port != store.port
    candidate = Candidate(one.server.address, one.server.port, None, Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        report = await probe_one(candidate, Dialer(started.grant, audit), started.grant, ProbeHints())
    assert (report.product, report.access) == (store.product, store.access), report
    assert one.server.version.startswith(report.version)
    assert counts(report) == {holding.path: holding.records for holding in store.holdings}
    if store.state is StoreState.DECOY:
        assert (report.outcome, report.access) == (Outcome.PROTOCOL_MISMATCH, Access.UNKNOWN)


def counts(report: ProbeReport) -> dict[tuple[str, ...], int]:
    """Records by container; 0 if it has a name and no records."""
    return {one.path: one.records.value if one.records is not None else 0 for one in report.containers}
