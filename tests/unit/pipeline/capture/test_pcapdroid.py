"""A run with PCAPdroid, against an emulation: its file is read, with its key log, and everything is undone."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.intake.capture.conftest import PACKAGE
from tests.unit.intake.capture.droid import KEY, Droid
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_attribution import trailer
from tests.unit.intake.traffic.tls_exchange import exchange
from tieback.intake.capture import pcapdroid as driver
from tieback.intake.capture.device import DeviceError
from tieback.intake.capture.journal import UndoJournal
from tieback.intake.capture.pcapdroid import PCAPDROID
from tieback.intake.traffic.open import open_traffic
from tieback.model.capture import LiveRun
from tieback.model.errors import UsageError
from tieback.model.flow import Flow
from tieback.pipeline.capture.device import DevicePlan
from tieback.pipeline.capture.live import CaptureRequest
from tieback.pipeline.capture.pcapdroid import PcapdroidRequest, run_pcapdroid

BODY = b'{"email":"jane.roe@example.org"}'
REQUEST = b"POST /v1/users HTTP/1.1\r\nHost: api.test\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
RESPONSE = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_POLL_SECONDS", 0.001)
    monkeypatch.setattr(driver, "CONSENT_SECONDS", 0.05)


def pcap_of(uid: int = 10123) -> bytes:
    """A capture as PCAPdroid writes it: each packet with a trailer."""
    packets = wire.talk(REQUEST, RESPONSE, port=80)
    return wire.pcap([(when, data + trailer(uid, b"Workhub")) for when, data in packets])


class Recording:
    """A run of half a second, without a proxy."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.told: list[str] = []

    def __call__(self, droid: Droid, key: str = KEY, seconds: float = 0.3, **more: Any) -> tuple[list[Flow], LiveRun]:
        run = CaptureRequest(
            workspace=self.folder / "workspace",
            state=self.folder / "state",
            seconds=seconds,
            device=DevicePlan("adb:", PACKAGE),
            **more,
        )
        ends = run_pcapdroid(
            PcapdroidRequest(run, key), stopped=lambda: False, tell=self.told.append, connect=lambda _: droid
        )
        *flows, document = list(ends)
        assert isinstance(document, LiveRun)
        assert list((self.folder / "state" / "undo").iterdir()) == []
        return [one for one in flows if isinstance(one, Flow)], document


@pytest.fixture
def record(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


def test_flows_have_their_app_and_are_kept_like_those_of_a_proxy(record: Recording) -> None:
    droid = Droid(pcap_of())
    [flow], document = record(droid)
    assert (flow.protocol, flow.detail, flow.encrypted) == ("http", "POST /v1/users 201", False)
    assert flow.app is not None
    assert (flow.app.name, flow.app.bundle_id, flow.app.uid) == ("Workhub", PACKAGE, 10123)
    assert {leak.pii_class for leak in flow.leaks} == {"email"}
    assert (document.mode, document.app, document.flows, document.path) == ("pcapdroid", PACKAGE, 1, flow.path)
    opened = open_traffic(Path(document.path))
    assert [seen.flow for seen in opened.flows()] == [flow]
    assert [problem.what for problem in opened.problems] == list(document.blind_spots)
    opened.close()
    assert droid.files == {}
    assert f"started {PACKAGE} on {droid.serial}" in record.told
    assert not any("confirm" in text for text in record.told)


def test_without_a_key_a_person_is_told_what_to_confirm(record: Recording) -> None:
    record(Droid(pcap_of()), key="")
    assert any(text.startswith("confirm the request of PCAPdroid") for text in record.told)


def test_flows_of_other_apps_are_left_out(record: Recording) -> None:
    flows, document = record(Droid(pcap_of(10200)))
    assert (flows, document.others) == ([], 1)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tls_is_opened_with_the_key_log_of_the_device(record: Recording, tmp_path: Path) -> None:
    packets, keys = exchange(tmp_path, [(REQUEST, RESPONSE)])
    droid = Droid(wire.pcap(packets), keys.read_bytes())
    [flow], document = record(droid, keylog=tmp_path / "mine.keylog", save=tmp_path / "mine.pcap")
    assert (flow.protocol, flow.detail, flow.encrypted) == ("http", "POST /v1/users 201", True)
    assert (tmp_path / "mine.keylog").read_bytes() == keys.read_bytes()
    assert document.flows == 1
    assert droid.extras["tls_decryption"] == "true"


@pytest.mark.parametrize("keylog", [b"", b"no key log\n"])
def test_a_key_log_that_is_none_is_reported_and_the_rest_is_read(
    record: Recording, tmp_path: Path, keylog: bytes
) -> None:
    flows, document = record(Droid(pcap_of(), keylog), keylog=tmp_path / "mine.keylog")
    assert len(flows) == 1
    assert any("not decrypted" in text for text in document.blind_spots)


@pytest.mark.parametrize("pcap", [b"\xff" * 100, pcap_of()[:60], b"\x1b[2J"])
def test_a_file_that_is_no_capture_is_a_blind_spot(record: Recording, pcap: bytes) -> None:
    flows, document = record(Droid(pcap))
    assert flows == []
    assert any(text.startswith("The capture was not read completely") for text in document.blind_spots)


def test_a_pcapdroid_that_ends_early_ends_the_run(record: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.pipeline.capture.pcapdroid._LOOK_SECONDS", 0.01)
    droid = Droid(pcap_of())

    start = droid._intent

    def record_at_once(extras: dict[str, str]) -> None:
        start(extras)
        droid.files[f"{driver.FOLDER}/{droid.extras['pcap_name']}"] = droid.pcap

    monkeypatch.setattr(droid, "_intent", record_at_once)
    looks = iter([False, True, True, True])

    def running(_: object) -> bool:
        return next(looks, False)

    monkeypatch.setattr(driver.Pcapdroid, "running", running)
    flows, document = record(droid, seconds=600.0)
    assert len(flows) == 1
    assert "PCAPdroid ended its capture before the run ended." in document.blind_spots


def test_what_a_killed_run_left_is_undone_by_the_next(record: Recording, tmp_path: Path) -> None:
    droid = Droid(pcap_of())
    journal = UndoJournal.create(tmp_path / "state" / "undo")
    plan = driver.PcapdroidPlan("tieback-1")
    driver.Pcapdroid(droid, journal, plan).start(lambda: False)
    droid.files[plan.pcap] = b"left"
    os.close(journal._descriptor)  # as the kernel does for a killed process
    record(droid)
    assert f"am force-stop {PCAPDROID}" in droid.asked
    assert plan.pcap not in droid.files
    assert any("changes of an earlier run undone: 2 of 2" in text for text in record.told)


def test_a_device_that_is_lost_is_one_error(record: Recording) -> None:
    droid = Droid(pcap_of())
    droid.fails = {"pull "}
    with pytest.raises(DeviceError, match="not reached"):
        record(droid)


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"device": None}, "no device named"), ({"keylog": "there"}, "exists"), ({"save": "there"}, "exists")],
)
def test_wrong_requests_change_nothing(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    (tmp_path / "there").touch()
    words: dict[str, Any] = {"device": DevicePlan("adb:")} | {
        name: tmp_path / value if value else None for name, value in changed.items()
    }
    run = CaptureRequest(workspace=tmp_path / "workspace", state=tmp_path / "state", **words)
    with pytest.raises(UsageError, match=says):
        list(run_pcapdroid(PcapdroidRequest(run), stopped=lambda: False, tell=print, connect=lambda _: Droid()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]
