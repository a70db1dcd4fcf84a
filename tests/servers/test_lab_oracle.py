"""Every server of this machine, in every state of the lab: what a probe says is what the server's own client counts.

Three things are compared for each store: the label that the lab gave it (``truth.json``), what the product's own client
or interface counts now, and the report of a probe under the lab's own grant. A server that is not installed here is
skipped with the package that would bring it.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("pymongo")
pytest.importorskip("osmem_server")

from tests.lab.ports import free_subnet
from tests.servers.test_lab import listening
from tieback.assess.ransom import RansomSigns
from tieback.backends.probe_hints import ProbeHints
from tieback.lab.fill import loader_of
from tieback.lab.process import RunningServer, stamp
from tieback.lab.state import Lab
from tieback.lab.store import NETWORK, LabStore, ServerProgram
from tieback.lab.stores import STORES
from tieback.lab.up import StartResult, up
from tieback.model.backend import Candidate, Route
from tieback.model.figure import Quality
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.probes import PROBES
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.grant import load_grant

pytestmark = pytest.mark.servers

SUBNET = free_subnet()
"""Of our own, so that a lab that runs on this machine is not in the way."""
UNPACKED = {
    ServerProgram(name): Path(path)
    for name, _, path in (word.partition("=") for word in os.environ.get("TIEBACK_UNPACKED", "").split())
}
"""Servers that no registry gives and that an operator has unpacked, such as ``solr=/opt/solr-9.6.1``."""
DEFAULT = [store for store in STORES if store.is_store and (not store.operator or store.server in UNPACKED)]
SERVICES = sorted({service for probe in PROBES for service in probe.meta.services})
ESTIMATE = 0.1
"""How far an estimate may be off: InnoDB's are, by some per cent, even after ANALYZE."""
PLAIN_LOOPBACK_TOO = frozenset({"s3-open", "s3-protected"})
"""SeaweedFS adds 127.0.0.1 to what it is told, for its own gRPC."""
HIDDEN = frozenset({Access.AUTH_REQUIRED, Access.UNKNOWN})
NEVER_COUNTED = frozenset({"zookeeper-protected", "pouchdb-protected", "ollama", "litellm-open", "mcp"})
"""Whoever is let in sees names there, and no figures."""


class Everything:
    """The lab with every server of this machine."""

    def __init__(self, lab: Lab, raised: list[StartResult]) -> None:
        self.lab = lab
        self.raised = {one.store.name: one for one in raised}

    def server(self, store: LabStore) -> RunningServer:
        one = self.raised[store.name]
        if one.skipped and one.error is not None:
            pytest.skip(one.error.diagnostics())
        assert one.error is None, one.error.diagnostics()
        assert one.server is not None
        return one.server


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    lab = Lab(tmp_path_factory.mktemp("everything"))
    try:
        yield Everything(lab, up(lab, lambda _: None, subnet=SUBNET, installed=UNPACKED))
    finally:
        with lab.locked():
            lab.stop_all()
            lab.purge()


@pytest.fixture
def store(request: pytest.FixtureRequest) -> LabStore:
    """Where it stands in this lab's subnet does not matter: its server tells."""
    found: LabStore = request.param
    return found


type Ask = Callable[..., Any]


@pytest.fixture
def probed(everything: Everything, tmp_path: Path) -> Ask:
    """``await probed(store, along)``: as ``tieback probe`` would; ``along``: with what an app names and carries."""

    async def run(store: LabStore, *, along: bool = False) -> ProbeReport:
        server = everything.server(store)
        names = tuple((service, name) for service in SERVICES for name in store.names)
        brought = ProbeHints(names, store.keys) if along else ProbeHints()
        grant = load_grant(everything.lab.grant)
        candidate = Candidate(server.address, server.port, None, Route.NAMED, (), "the test")
        with AuditLog(tmp_path / "audit.jsonl") as audit:
            return await probe_one(candidate, Dialer(grant, audit), grant, brought)

    return run


@pytest.mark.parametrize("store", DEFAULT, ids=[store.name for store in DEFAULT])
async def test_anonymous_access_matches_the_label(everything: Everything, probed: Ask, store: LabStore) -> None:
    report = await probed(store)
    server = everything.server(store)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, store.product, store.access), report
    # Some products tell nobody their version; none may be told wrong.
    assert server.version.startswith(report.version)
    assert (report.tls is not None) is store.tls
    if store.access not in HIDDEN:
        compare(everything, store, report)


NAMED = [store for store in DEFAULT if store.named_access is not None]


@pytest.mark.parametrize("store", NAMED, ids=[store.name for store in NAMED])
async def test_access_with_names_and_keys_from_the_app_matches_the_label(
    everything: Everything, probed: Ask, store: LabStore
) -> None:
    report = await probed(store, along=True)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, store.product, store.named_access), report
    if store.named_access not in HIDDEN:
        compare(everything, store, report)


def compare(everything: Everything, store: LabStore, report: ProbeReport) -> None:
    """Label, live count and report agree on every container; and the report knows none with records beside them."""
    server, loader = everything.server(store), loader_of(store.server)
    assert loader is not None
    found = {one.path: one for one in report.containers if not one.system}
    for holding in store.holdings:
        live = loader.count(store, server, holding)
        assert live == holding.records
        if store.name in NEVER_COUNTED:
            assert holding.path in found
            assert found[holding.path].records is None
            continue
        if report.access is Access.ANY_USER:
            # Only a real role would be shown them.
            continue
        figure = found[holding.path].records
        assert figure is not None
        match figure.quality:
            case Quality.EXACT:
                assert figure.value == live
            case Quality.ESTIMATE:
                assert abs(figure.value - live) <= live * ESTIMATE
            case Quality.LOWER_BOUND:
                assert 0 < figure.value <= live
    known = {holding.path for holding in store.holdings}
    inner = {path[:-1] for path in found}
    others = [one for path, one in found.items() if path not in known | inner and one.records is not None]
    assert [one.path for one in others if one.records and one.records.value] == []


JUDGED = [store for store in DEFAULT if store.access in (Access.OPEN, Access.OPEN_EMPTY)]


@pytest.mark.parametrize("store", JUDGED, ids=[store.name for store in JUDGED])
async def test_ransom_and_wiping_are_judged_as_labelled(probed: Ask, store: LabStore) -> None:
    report = await probed(store)
    assert RansomSigns().judge(report.containers).verdict is store.ransom


def test_truth_file_lists_every_running_store(everything: Everything) -> None:
    truth: dict[str, Any] = msgspec.json.decode(everything.lab.truth.read_bytes())["stores"]
    running = {name for name, one in everything.raised.items() if one.server is not None}
    assert set(truth) == running
    assert all(one["port"] == everything.raised[name].server.port for name, one in truth.items())  # type: ignore[union-attr]


def test_nothing_listens_beyond_loopback(everything: Everything) -> None:
    """Neither a server nor what it started listens on a wildcard address, over IPv4 or IPv6."""
    allowed = f"{NETWORK.rpartition('.0.0')[0]}.{SUBNET}."
    for name, one in everything.raised.items():
        if one.server is None:
            continue
        for pid in family(one.server.pid):
            for place in listening(pid):
                assert place.startswith(("127.0.0.1:", allowed) if name in PLAIN_LOOPBACK_TOO else allowed), (
                    name,
                    place,
                )


def test_down_leaves_no_process(tmp_path: Path) -> None:
    """Also of those that start others: a broker with its port mapper, a back end with its database, Samba's helpers."""
    lab = Lab(tmp_path / "lab")
    names = ("rabbitmq-protected", "parse", "smb", "mariadb-open")
    try:
        raised = up(lab, lambda _: None, names, subnet=free_subnet())
        pids = {pid for one in raised if one.server for pid in family(one.server.pid)}
        beside = [path.read_bytes() for path in lab.directory.glob("stores/*/*/process.json")]
        pids |= {msgspec.json.decode(record)["process"]["pid"] for record in beside}
        if not pids:
            pytest.skip("none of these servers is installed here")
    finally:
        with lab.locked():
            _, failed = lab.stop_all()
            lab.purge()
    assert failed == []
    gone(pids)


def gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 10
    while (left := [pid for pid in pids if stamp(pid) is not None]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def family(leader: int) -> list[int]:
    """The processes of the server's session (setsid(2)): it, and what it started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == leader and stamp(int(path.parent.name)) is not None:
            found.append(int(path.parent.name))
    return found
