"""Servers that an operator has unpacked come up, are filled, and end; here with stand-ins of the same form.

With ``TIEBACK_UNPACKED="elasticsearch=/opt/elasticsearch-8.15.0 solr=/opt/solr-9.6.1"`` the tests of
``test_lab_oracle.py`` run with real ones.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("pymongo")
pytest.importorskip("osmem_server")

from tests.examples import few
from tests.lab import unpacked
from tests.lab.ports import free_subnet
from tests.servers.test_lab_oracle import family, gone
from tieback.lab.fill import loader_of
from tieback.lab.process import is_running
from tieback.lab.state import Lab
from tieback.lab.store import ServerProgram
from tieback.lab.stores import STORES
from tieback.lab.up import up
from tieback.lab.wheels import program

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not unpacked.PYTHON.exists(), reason="there is no /usr/bin/python3"),
]

SUBNET = free_subnet()


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the servers' user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="tieback-unpacked-") as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path / "lab")
    yield lab
    with lab.locked():
        lab.stop_all()
        lab.purge()


CASES = [
    # Protected is left out where the stand-in asks for no password.
    (ServerProgram.ELASTICSEARCH, unpacked.elasticsearch, {"elasticsearch-protected"}),
    (ServerProgram.OPENSEARCH, unpacked.opensearch, set[str]()),
    (ServerProgram.SOLR, unpacked.solr, set[str]()),
    (ServerProgram.COUCHDB, unpacked.couchdb, set[str]()),
    (ServerProgram.CASSANDRA, unpacked.cassandra, set[str]()),
]


@pytest.mark.parametrize(("server", "make", "left_out"), few(CASES, 3), ids=[case[0].value for case in CASES])
def test_it_comes_up_filled_and_ends(
    folder: Path, lab: Lab, server: ServerProgram, make: Callable[[Path], Path], left_out: set[str]
) -> None:
    stores = {s.name: s for s in STORES if s.server is server and s.name not in left_out}
    installed = {server: make(folder)}
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    names = tuple(stores)
    raised = [
        one for one in up(lab, lambda _: None, names, subnet=SUBNET, installed=installed) if one.store.name in stores
    ]
    assert [one.error.diagnostics() for one in raised if one.error] == []
    loader = loader_of(server)
    assert loader is not None
    pids = set()
    for one in raised:
        assert one.server is not None
        assert is_running(one.server.process)
        pids |= set(family(one.server.pid))
        for holding in one.store.holdings:
            assert loader.count(one.store, one.server, holding) == holding.records
    assert len(pids) >= len(stores)
    with lab.locked():
        _, failed = lab.stop_all()
    assert failed == []
    gone(pids)
    # What the operator unpacked is as it was.
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.more
def test_another_mongod(lab: Lab) -> None:
    binary = program("fiftyone", "db", "bin", "mongod")
    raised = up(lab, lambda _: None, ("mongo-ransomed",), subnet=SUBNET, installed={ServerProgram.MONGOD: binary})
    errors = {one.store.name: one.error for one in raised}
    assert set(errors) == {store.name for store in STORES if store.server is ServerProgram.MONGOD}
    assert set(errors.values()) == {None}
