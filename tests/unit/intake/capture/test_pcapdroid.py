"""PCAPdroid by its intents, against an emulation after its documentation: not yet verified on a device."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.intake.capture.conftest import PACKAGE
from tests.unit.intake.capture.droid import KEY, Droid
from tieback.intake.capture import pcapdroid as module
from tieback.intake.capture.device import DeviceError, undo_all
from tieback.intake.capture.journal import UndoJournal
from tieback.intake.capture.pcapdroid import FOLDER, PCAPDROID, Pcapdroid, PcapdroidPlan, start_extras

PLAN = PcapdroidPlan("tieback-20261128T120000Z", (PACKAGE,))
DECRYPTED = PcapdroidPlan("tieback-20261128T120000Z", (PACKAGE,), decrypt=True, key=KEY)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.001)
    monkeypatch.setattr(module, "CONSENT_SECONDS", 0.05)


@pytest.fixture
def journal(tmp_path: Path) -> UndoJournal:
    return UndoJournal.create(tmp_path / "undo")


def test_settings_of_a_capture() -> None:
    assert start_extras(PcapdroidPlan("run")) == [
        ("action", "start"),
        ("pcap_dump_mode", "pcap_file"),
        ("pcap_name", "run.pcap"),
        ("dump_extensions", "true"),
        ("max_dump_size", "1073741824"),
    ]


def test_settings_of_a_decrypted_capture() -> None:
    extras = dict(start_extras(DECRYPTED))
    assert (extras["app_filter"], extras["tls_decryption"], extras["block_quic"]) == (PACKAGE, "true", "to_decrypt")
    assert extras["sslkeylog_name"] == "tieback-20261128T120000Z.keylog"
    assert json.loads(extras["decryption_rules"]) == [{"type": "APP", "value": PACKAGE}]


def test_a_capture_from_start_to_end(journal: UndoJournal, tmp_path: Path) -> None:
    droid = Droid(b"pcap", b"CLIENT_RANDOM", confirms=False)
    run = Pcapdroid(droid, journal, DECRYPTED)
    run.start(lambda: False)
    assert run.running()
    assert run.stop() == ""
    assert run.fetch(tmp_path / "run.pcap", tmp_path / "run.keylog") == ""
    assert ((tmp_path / "run.pcap").read_bytes(), (tmp_path / "run.keylog").read_bytes()) == (b"pcap", b"CLIENT_RANDOM")
    droid.asked.clear()
    assert undo_all(journal, {droid.serial: droid}) == []
    assert droid.asked == [
        f"am force-stop {PCAPDROID}",
        f"rm -f {DECRYPTED.keylog}",
        f"rm -f {DECRYPTED.pcap}",
    ]
    assert droid.files == {}
    journal.close()


def test_a_capture_that_nobody_confirms_is_an_error_without_the_key(journal: UndoJournal) -> None:
    droid = Droid(confirms=False)
    with pytest.raises(DeviceError, match="did not start within") as raised:
        Pcapdroid(droid, journal, PcapdroidPlan("run", key="another-key")).start(lambda: False)
    assert "another-key" not in raised.value.diagnostics()
    journal.close()


@pytest.mark.parametrize(
    ("plan", "version", "says"),
    [
        (PLAN, 0, "PCAPdroid is not installed"),
        (PLAN, 78, "version code 78, and 79 is needed"),
        (DECRYPTED, 88, "version code 88, and 89 is needed"),
    ],
)
def test_a_pcapdroid_that_cannot_do_it(journal: UndoJournal, plan: PcapdroidPlan, version: int, says: str) -> None:
    droid = Droid(version=version)
    with pytest.raises(DeviceError, match=says):
        Pcapdroid(droid, journal, plan).start(lambda: False)
    assert journal.steps == []
    assert not droid.running
    journal.close()


def test_a_capture_of_the_user_is_left_alone(journal: UndoJournal) -> None:
    droid = Droid()
    droid.running = True
    with pytest.raises(DeviceError, match="is capturing already"):
        Pcapdroid(droid, journal, PLAN).start(lambda: False)
    assert journal.steps == []
    assert droid.running
    journal.close()


def test_a_stop_that_is_not_confirmed_ends_pcapdroid_and_is_reported(journal: UndoJournal) -> None:
    droid = Droid(b"pcap")
    run = Pcapdroid(droid, journal, PLAN)
    run.start(lambda: False)
    droid.obeys_stop = False
    assert "did not stop" in run.stop()
    assert not droid.running
    journal.close()


def test_a_run_that_is_stopped_before_it_starts(journal: UndoJournal) -> None:
    with pytest.raises(DeviceError, match="was stopped before"):
        Pcapdroid(Droid(confirms=False), journal, PLAN).start(lambda: True)
    journal.close()


def test_no_capture_is_an_error_and_no_key_log_a_sentence(journal: UndoJournal, tmp_path: Path) -> None:
    droid = Droid()
    run = Pcapdroid(droid, journal, DECRYPTED)
    with pytest.raises(DeviceError, match="has written no capture"):
        run.fetch(tmp_path / "a", tmp_path / "b")
    droid.files[DECRYPTED.pcap] = b"pcap"
    assert "wrote no key log" in run.fetch(tmp_path / "c", tmp_path / "d")
    journal.close()


@pytest.mark.parametrize("size", ["99999999", "-1", "9" * 4000, "\u0663", "1 2", "\x1b[2J7"])
def test_a_device_that_lies_about_a_size(journal: UndoJournal, tmp_path: Path, size: str) -> None:
    class Liar(Droid):
        def run(self, words, seconds=60.0):  # type: ignore[no-untyped-def]
            answer = super().run(words, seconds)
            return type(answer)(0, size) if words[0] == "stat" else answer

    droid = Liar()
    droid.files[PLAN.pcap] = b"pcap"
    found = Pcapdroid(droid, journal, PLAN).fetch(tmp_path / "run.pcap", None)
    assert found == ("99,999,995 bytes of the capture could not be copied." if size == "99999999" else "")
    journal.close()


def test_a_file_without_end_is_refused(journal: UndoJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PCAP", 10)
    monkeypatch.setattr(module, "_SPARE", 10)
    droid = Droid()
    droid.files[PLAN.pcap] = b"x" * 21
    with pytest.raises(DeviceError, match="more than 20 bytes"):
        Pcapdroid(droid, journal, PLAN).fetch(tmp_path / "run.pcap", None)
    journal.close()


def test_names_that_a_device_lists_are_never_used(journal: UndoJournal, tmp_path: Path) -> None:
    droid = Droid(b"pcap")
    droid.files[f"{FOLDER}/../../../etc/passwd"] = b"root"
    run = Pcapdroid(droid, journal, PLAN)
    run.start(lambda: False)
    run.stop()
    run.fetch(tmp_path / "run.pcap", None)
    assert [command for command in droid.asked if command.startswith("pull ")] == [f"pull {PLAN.pcap}"]
    assert not any(command.startswith("ls ") for command in droid.asked)
    journal.close()


def test_a_refusal_does_not_print_the_key(journal: UndoJournal) -> None:
    class Refusing(Droid):
        def run(self, words, seconds=60.0):  # type: ignore[no-untyped-def]
            answer = super().run(words, seconds)
            text = f"\x1b]0;Error: no permission {'x' * 164} {KEY}\n"
            return type(answer)(1, text) if "api_key" in words else answer

    with pytest.raises(DeviceError, match="refused a request") as raised:
        Pcapdroid(Refusing(), journal, DECRYPTED).start(lambda: False)
    assert KEY[:4] not in raised.value.diagnostics()
    assert "\x1b" not in raised.value.diagnostics()
    journal.close()


@given(st.text(max_size=70))
def test_names_and_keys_of_other_characters_are_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    journal = UndoJournal.create(tmp_path_factory.mktemp("undo"))
    for plan in (PcapdroidPlan(f"a/{text}"), PcapdroidPlan("a", key=f"a {text}")):
        with pytest.raises(DeviceError):
            Pcapdroid(Droid(), journal, plan)
    journal.close()
