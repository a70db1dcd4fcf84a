"""Stores come up side by side; one that fails is named and the others go on."""

from pathlib import Path

import msgspec
import pytest

from tieback.lab import up as up_module
from tieback.lab.interface import StartContext
from tieback.lab.process import ProcessStamp, RunningServer
from tieback.lab.programs import MissingProgramError
from tieback.lab.state import Lab, LabServer
from tieback.lab.store import LabStore
from tieback.lab.up import StartResult, up
from tieback.model.errors import LabError
from tieback.scope.grant import load_grant


class Stage:
    """Stands in for the servers: remembers what was started, stopped and filled."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.broken: dict[str, Exception] = {}
        self.unfillable: dict[str, Exception] = {}

    def start(self, place: StartContext) -> RunningServer:
        store = place.store
        if store.name in self.broken:
            raise self.broken[store.name]
        self.started.append(store.name)
        nobody = ProcessStamp(1, 1, "/x")
        return RunningServer(store.product, "1", store.address, store.port, nobody, emulation=False, directory="/x")

    def fill(self, store: LabStore, server: RunningServer, directory: Path) -> bool:
        if store.name in self.unfillable:
            raise self.unfillable[store.name]
        return True

    def stop(self, server: RunningServer) -> bool:
        self.stopped.append(server.product)
        return True


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(up_module, "_start", stage.start)
    monkeypatch.setattr(up_module, "fill", stage.fill)
    monkeypatch.setattr(up_module, "stop", stage.stop)
    monkeypatch.setattr(up_module, "is_running", lambda _: True)
    return stage


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path / "lab")


def bring(lab: Lab, *names: str, demo: bool = False) -> dict[str, StartResult]:
    told: list[StartResult] = []
    raised = up(lab, told.append, names, demo=demo)
    assert {one.store.name for one in told} == {one.store.name for one in raised}
    return {one.store.name: one for one in raised}


def test_everything_comes_up(lab: Lab, stage: Stage) -> None:
    raised = bring(lab, demo=True)
    assert sorted(raised) == sorted(stage.started) == ["fieldhand", "tillroll", "workhub", "workhub-api"]
    assert all(one.loaded and not one.error for one in raised.values())
    assert lab.entries()["workhub"].records == 3500
    truth = msgspec.json.decode(lab.truth.read_bytes())
    assert truth["stores"]["workhub"]["records"] == 3500
    assert truth["stores"]["fieldhand"]["emulation"] is True
    grant = load_grant(lab.grant)
    assert {rule.match for rule in grant.target} == {one.server.address for one in lab.entries().values()}


def test_a_second_run_starts_nothing(lab: Lab, stage: Stage) -> None:
    bring(lab, "tillroll")
    assert bring(lab, "tillroll")["tillroll"].already
    assert stage.started == ["tillroll"]


def test_a_store_whose_load_was_cut_short_is_filled_without_a_new_start(lab: Lab, stage: Stage) -> None:
    bring(lab, "tillroll")
    lab.remember("tillroll", LabServer(lab.entries()["tillroll"].server))
    again = bring(lab, "tillroll")["tillroll"]
    assert again.loaded
    assert not again.already
    assert stage.started == ["tillroll"]


def test_failed_server_is_reported_and_the_others_start(lab: Lab, stage: Stage) -> None:
    stage.broken["workhub"] = LabError("the port is in use", where="127.77.0.20:27017")
    raised = bring(lab, demo=True)
    failed = {name: one.error.diagnostics() for name, one in raised.items() if one.error}
    assert failed == {"workhub": "127.77.0.20:27017: the port is in use"}
    assert sorted(lab.entries()) == ["fieldhand", "tillroll", "workhub-api"]
    assert "workhub" not in msgspec.json.decode(lab.truth.read_bytes())["stores"]


@pytest.mark.parametrize("failure", [LabError("lost"), OSError(28, "No space left on device")])
def test_a_store_that_cannot_be_filled_is_stopped(lab: Lab, stage: Stage, failure: Exception) -> None:
    stage.unfillable["tillroll"] = failure
    error = bring(lab, "tillroll")["tillroll"].error
    assert error is not None
    assert ("lost" in error.what) or ("No space left" in error.what)
    assert stage.stopped == ["postgresql"]
    assert lab.entries() == {}


def test_missing_server_is_skipped_unless_requested(lab: Lab, stage: Stage) -> None:
    missing = MissingProgramError("memcached is not installed here", advice="Install Debian: memcached")
    stage.broken = dict.fromkeys(("memcached-open", "memcached-protected", "memcached-tls"), missing)
    all_of_them = bring(lab)
    assert all_of_them["memcached-open"].skipped
    assert all_of_them["memcached-open"].error is missing
    assert all_of_them["memcached-empty"].error is None
    assert not bring(lab, "memcached-open")["memcached-open"].skipped
    assert not bring(lab, "memcached")["memcached-tls"].skipped


def test_odd_ports_are_high_and_stay_those_of_the_lab(lab: Lab, stage: Stage) -> None:
    raised = up(lab, lambda _: None, ("memcached", "tillroll"), odd_ports=True)
    ports = {one.store.name: one.server.port for one in raised if one.server}
    assert len(ports) == 5
    assert all(20_000 <= port < 30_000 for port in ports.values())
    again = up(lab, lambda _: None, ("memcached", "tillroll"))
    assert {one.store.name: one.server.port for one in again if one.server} == ports
    truth = msgspec.json.decode(lab.truth.read_bytes())
    assert truth["stores"]["tillroll"]["port"] == ports["tillroll"]


def test_an_unknown_name_starts_nothing(lab: Lab, stage: Stage) -> None:
    with pytest.raises(LabError, match="no such store"):
        bring(lab, "tillroll", "nobody")
    assert stage.started == []
