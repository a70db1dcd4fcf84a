"""``verify-device`` with a device that answers from a transcript, and a proxy that has seen a few flows.

No device was at hand: what these tests prove is the judging, the undo, and that a result names nothing private.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.lab.capturing import certificate
from tests.unit.intake.capture.conftest import PACKAGE, Phone
from tests.unit.intake.capture.droid import Droid
from tests.unit.pipeline.capture.conftest import Frida
from tests.unit.pipeline.capture.test_flows import CLIENT, ends, http
from tieback.intake.capture import pcapdroid as driver
from tieback.intake.capture.device import CommandResult, DeviceError
from tieback.intake.capture.interface import Observation, ProxyListening, ProxyMode, TlsRefusal
from tieback.model.device_result import STEPS, DeviceResult, StepOutcome, StepSource
from tieback.model.document import decode, encode
from tieback.model.errors import UsageError
from tieback.model.flow import FlowTls
from tieback.pipeline.capture import verify as module
from tieback.pipeline.capture.device import DevicePlan
from tieback.pipeline.capture.live import CaptureRequest
from tieback.pipeline.capture.shareable import MAX_TEXT, shareable
from tieback.pipeline.capture.verify import VerifyRequest, verify_device

SERIAL = "R58M123ABCD"
PROPERTIES = {
    "ro.product.manufacturer": "Emulation",
    "ro.product.model": "Phone 1",
    "ro.build.version.release": "15",
    "ro.build.version.sdk": "35",
    "ro.serialno": SERIAL,
}
TABLE = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ROW = "   0: 0100007F:9C4C 0100007F:1F90 01 00000000:00000000 02:000AE8F5 00000000 10123        0 1 2 0\n"
TLS = FlowTls("TLSv1.3", "api.workhub.test")
HTTPS = http(scheme="https", tls=TLS, ends=ends(port=443), start=2e9, end=2e9)
REFUSAL = TlsRefusal("c", ends(port=443), FlowTls("TLSv1.3", refused_by_client="bad certificate"), False, "no", 1, 2)


class Android(Phone):
    """A transcript that also keeps a setting and files, so that an undo can be seen."""

    def __init__(self, answers: dict[str, str] | None = None) -> None:
        texts = {f"getprop {name}": f"{value}\n" for name, value in PROPERTIES.items()}
        every = "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6"
        super().__init__(texts | {"cat /proc/net/tcp": TABLE, every: TABLE + ROW, "id -u": "2000\n"} | (answers or {}))
        self.serial = SERIAL
        self.setting = "null"
        self.kept: set[str] = set()
        """Starts of commands that the device accepts and does not do."""

    def run(self, words: Any, seconds: float = 60.0) -> CommandResult:
        answer = super().run(words, seconds)
        if any(self.asked[-1].startswith(start) for start in self.kept):
            return CommandResult(0, "")
        match list(words):
            case ["echo", text]:
                return CommandResult(0, self.answers.get("echo", f"{text}\n"))
            case ["false"] | ["pidof" | "pgrep", *_]:
                return CommandResult(1, "")
            case ["ls", path]:
                return CommandResult(0 if path in self.files else 1, "")
            case ["rm", "-f", path]:
                self.files.pop(path, None)
            case ["settings", "get", *_]:
                return CommandResult(0, f"{self.setting}\n")
            case ["settings", "put", _, _, value]:
                self.setting = value
            case ["settings", "delete", *_]:
                self.setting = "null"
        return answer


class Proxy:
    """A proxy that has seen a few flows, and no more come."""

    seen: tuple[Observation, ...] = ()
    folder = Path()

    def __init__(self, *_: object, **__: object) -> None:
        path = self.folder / "ca.pem"
        path.write_bytes(certificate())
        self.listening = ProxyListening("127.0.0.1", 8080, str(path), "[Interface]")
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def read(self, _seconds: float) -> list[Observation]:
        self.ended = True
        return list(self.seen)


class Trial:
    """A run of the command without its proxy."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[str] = []
        self.questions: list[str] = []
        self.state = tmp_path / "state"
        self.state.mkdir()
        monkeypatch.setattr(Proxy, "folder", tmp_path)
        monkeypatch.setattr(module, "ProxyProcess", Proxy)
        monkeypatch.setattr(module, "require_mitmproxy", lambda: None)
        self._seen: Callable[[tuple[Observation, ...]], None] = lambda seen: monkeypatch.setattr(Proxy, "seen", seen)

    def __call__(
        self,
        phone: Phone | None,
        *seen: Observation,
        answer: bool | None = True,
        mode: ProxyMode = ProxyMode.REGULAR,
        unpin: Path | None = None,
        **more: Any,
    ) -> DeviceResult:
        self._seen(seen)
        plan = DevicePlan("adb:", PACKAGE) if phone is not None else None
        run = CaptureRequest(workspace=Path(), state=self.state, mode=mode, seconds=1.0, device=plan, unpin=unpin)

        def ask(question: str) -> bool | None:
            self.questions.append(question)
            return answer

        return verify_device(
            VerifyRequest(run, **more),
            tell=self.told.append,
            ask=ask,
            connect=lambda _: phone or Phone(),
        )


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    return Trial(tmp_path, monkeypatch)


def outcomes(result: DeviceResult) -> dict[str, str]:
    return {step.step: step.outcome.value for step in result.steps}


def reason(result: DeviceResult, name: str) -> str:
    return next(step.reason for step in result.steps if step.step == name)


def test_a_device_on_which_all_steps_work(trial: Trial) -> None:
    phone = Android()
    result = trial(phone, HTTPS)
    tried = {name: outcome for name, outcome in outcomes(result).items() if outcome != "not_tried"}
    worked = ["commands", "files", "packages", "sockets", "authority", "proxy", "start", "flows", "tls", "undo"]
    assert tried == dict.fromkeys(worked, "worked") | {"owner": "failed"}
    assert (result.model, result.os_version, result.emulator) == ("Emulation Phone 1", "Android 15 (API 35)", False)
    assert [step.step for step in result.steps] == [step.name for step in STEPS]
    by_person = {step.step for step in result.steps if step.source is StepSource.PERSON}
    assert by_person == {"authority", "undo"}
    assert (phone.setting, phone.reversed, phone.files) == ("null", set(), {})
    assert list((trial.state / "undo").iterdir()) == []


def test_a_flow_during_which_only_the_app_was_connected_has_its_app(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert outcomes(trial(Android(), HTTPS))["owner"] == "worked"


def test_a_result_names_nothing_private(trial: Trial) -> None:
    phone = Android({"echo": f"{SERIAL} 192.0.2.7:5555", "getprop ro.product.model": f"Phone {SERIAL}\n"})
    phone.fails = {"settings get"}
    text = encode("device-result", trial(phone, HTTPS)).decode()
    assert SERIAL not in text
    assert PACKAGE not in text
    assert "192.0.2" not in text
    assert str(trial.state.parent) not in text
    assert decode(text, "device-result", DeviceResult).model == "Emulation Phone …"


def test_a_step_that_needs_another_is_not_tried(trial: Trial) -> None:
    result = trial(Android({"echo": "changed"}))
    assert outcomes(result)["commands"] == "failed"
    assert outcomes(result)["files"] == "not_tried"
    assert reason(result, "files") == "needs the step commands"
    assert outcomes(result)["flows"] == "not_tried"


@pytest.mark.parametrize(
    ("kept", "left"),
    [("rm -f", "the file /sdcard/Download/tieback-verify.bin"), ("settings put", "the device does not keep")],
)
def test_a_device_that_lies_about_its_undo_is_found_out(trial: Trial, kept: str, left: str) -> None:
    phone = Android()
    phone.kept = {kept}
    result = trial(phone, HTTPS)
    assert left in reason(result, "undo") + reason(result, "proxy")


def test_an_undo_that_fails_is_reported(trial: Trial) -> None:
    phone = Android()
    phone.fails = {"rm -f"}
    result = trial(phone, HTTPS)
    assert outcomes(result)["undo"] == "failed"
    assert any(text.startswith("not restored: ") for text in trial.told)


def test_without_a_person_the_steps_of_a_person_are_not_tried(trial: Trial) -> None:
    result = trial(Android(), answer=None)
    assert outcomes(result)["authority"] == "not_tried"
    assert reason(result, "authority") == "no answer of a person"
    assert outcomes(result)["undo"] == "worked"


def test_rejected_certificates_are_no_decrypted_tls(trial: Trial) -> None:
    result = trial(Android(), REFUSAL)
    assert (outcomes(result)["flows"], outcomes(result)["tls"]) == ("worked", "failed")


def test_no_tls_is_not_tried_and_no_flow_is_a_failure(trial: Trial) -> None:
    result = trial(Android(), http())
    assert (outcomes(result)["flows"], outcomes(result)["tls"]) == ("worked", "not_tried")
    result = trial(Android())
    assert (outcomes(result)["flows"], outcomes(result)["owner"]) == ("failed", "not_tried")


def test_a_tunnel_is_imported_by_a_person(trial: Trial) -> None:
    result = trial(Android(), HTTPS, mode=ProxyMode.WIREGUARD)
    assert (outcomes(result)["tunnel"], outcomes(result)["proxy"]) == ("worked", "not_tried")
    assert "Remove the CA certificate and the tunnel" in trial.questions[-1]


def test_a_device_that_is_not_android_gives_no_result(trial: Trial) -> None:
    with pytest.raises(DeviceError, match="names no model"):
        trial(Android({"getprop ro.product.model": ""}))


def test_an_emulator_is_called_one(trial: Trial) -> None:
    assert trial(Android({"getprop ro.boot.qemu": "1\n"})).emulator


def test_a_phone_without_adb(trial: Trial) -> None:
    result = trial(None, HTTPS, platform="ios", model="iPhone 15", os_version="iOS 18.5")
    worked = [name for name, outcome in outcomes(result).items() if outcome == "worked"]
    assert worked == ["authority", "setting", "flows", "tls", "undo"]
    assert (result.by_hand, result.platform, len(trial.questions)) == (True, "ios", 3)
    assert {step.step: step.source for step in result.steps}["flows"] is StepSource.MEASURED


@pytest.mark.parametrize(("answer", "flows"), [(True, "failed"), (False, "not_tried"), (None, "not_tried")])
def test_silence_is_a_failure_only_of_a_device_with_the_proxy_setting(
    trial: Trial, answer: bool | None, flows: str
) -> None:
    result = trial(None, answer=answer, model="iPhone 15", os_version="iOS 18.5")
    assert outcomes(result)["flows"] == flows
    assert ("needs the step setting" in reason(result, "flows")) == (flows == "not_tried")


def test_a_phone_without_adb_needs_a_name(trial: Trial) -> None:
    with pytest.raises(UsageError, match="model and the version"):
        trial(None)
    with pytest.raises(UsageError, match="is not a platform"):
        trial(None, platform="symbian", model="x", os_version="y")


class Recorder(Android, Droid):
    """The same with PCAPdroid."""

    def __init__(self, pcap: bytes) -> None:
        Droid.__init__(self, pcap)
        other = Android()
        self.answers, self.serial, self.setting, self.kept = other.answers, other.serial, other.setting, other.kept


@pytest.mark.parametrize(
    ("pcap", "outcome"), [(b"\xd4\xc3\xb2\xa1rest", "worked"), (b"text", "failed"), (b"", "failed")]
)
def test_pcapdroid_is_tried_on_request(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, pcap: bytes, outcome: str
) -> None:
    monkeypatch.setattr(module, "_TRIAL_SECONDS", 0.01)
    monkeypatch.setattr(driver, "_POLL_SECONDS", 0.001)
    phone = Recorder(pcap)
    result = trial(phone, HTTPS, pcapdroid=True)
    assert outcomes(result)["pcapdroid"] == outcome
    assert (outcomes(result)["undo"], phone.files, phone.running) == ("worked", {}, False)


@pytest.mark.parametrize(
    ("code", "reason_"),
    [("time.sleep(60)", "the app does not run"), ("sys.exit(1)", "Frida ended with code 1 before the run did")],
)
def test_scripts_are_tried_on_request(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, scripts: Path, frida: Frida, code: str, reason_: str
) -> None:
    monkeypatch.setattr(module, "_TRIAL_SECONDS", 2.0)
    frida(code)
    result = trial(Android(), HTTPS, unpin=scripts)
    assert outcomes(result)["unpin"] == "failed"
    assert reason_ in reason(result, "unpin")
    assert str(scripts.parent) not in reason(result, "unpin")


def test_words_that_an_app_writes_for_frida_are_not_in_the_result(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, scripts: Path, frida: Frida
) -> None:
    monkeypatch.setattr(module, "_TRIAL_SECONDS", 2.0)
    frida("print('Error: Anna Example, Main Street 5', flush=True); time.sleep(60)")
    result = trial(Android(), HTTPS, unpin=scripts)
    assert reason(result, "unpin") == "Scripts of --unpin failed; errors: 1."
    assert "Anna" not in encode("device-result", result).decode()
    assert any("Anna Example" in text for text in trial.told)


def test_an_error_in_the_middle_undoes_the_steps_and_gives_no_result(trial: Trial) -> None:
    class Stopped(Android):
        def pull(self, *_: object, **__: object) -> int:
            raise KeyboardInterrupt

    phone = Stopped()
    with pytest.raises(KeyboardInterrupt):
        trial(phone)
    assert phone.files == {}
    assert list((trial.state / "undo").iterdir()) == []


@given(st.text(max_size=500), st.text(st.characters(categories=["L", "N"]), min_size=6, max_size=20))
def test_any_text_is_short_printable_and_without_the_serial(text: str, serial: str) -> None:
    found = shareable(f"{text} {serial} {text}", [serial])
    assert len(found) <= MAX_TEXT
    assert found.isprintable()
    assert serial not in found


@each(
    "text",
    [
        "192.0.2.7",
        "192.0.2.7:5555",
        "fe80::1",
        "2001:db8::7",
        "02:00:00:aa:bb:cc",
        "a.b@example.test",
        "356938035643809",
        "35-693803-564380-9",
        "02-00-00-aa-bb-cc",
        "/home/anna/scripts/hook.js",
        "C:\\Users\\anna\\hook.js",
        "/data/app/~~a==/test.shop.app-1/base.apk",
        "test.shop.app",
        "r58m123abcd",
    ],
)
def test_addresses_and_numbers_are_left_out(text: str) -> None:
    assert shareable(f"cannot reach {text}, now", [SERIAL]) == "cannot reach …, now"


@pytest.mark.parametrize("text", ["java.lang.SecurityException", "/sdcard/Download/x.bin", "iOS 18.5", "SM-G991B 14"])
def test_what_helps_readers_stays(text: str) -> None:
    assert shareable(text) == text


def test_a_document_is_one_line_of_json(trial: Trial) -> None:
    document = encode("device-result", trial(Android({"getprop ro.product.model": "\x1b]0;x\x07Phone\n2\n"})))
    assert json.loads(document)["schema"] == "tieback/device-result/1"
    assert json.loads(document)["model"] == "Emulation ]0;x Phone 2"
    assert StepOutcome.WORKED in document.decode()
    assert str(CLIENT.ip) not in document.decode()
