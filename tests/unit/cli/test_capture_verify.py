"""``tieback capture verify-device``: options, files, exit codes. The steps are tested in the pipeline."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.cli import capture_verify
from tieback.model.device_result import STEPS, DeviceResult, StepOutcome, StepResult
from tieback.pipeline.capture import verify

COMMAND = "capture", "verify-device"


def result(*failed: str) -> DeviceResult:
    steps = tuple(
        StepResult(step.name, StepOutcome.FAILED if step.name in failed else StepOutcome.WORKED) for step in STEPS
    )
    return DeviceResult("0.2", "2026-11-28", "android", False, "../../A[b] 1", "Android 15", "regular", False, steps)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verify, "verify_device", lambda *_, **__: result())
    return tmp_path


def test_the_result_is_a_new_file_named_after_the_device(run: Run, here: Path) -> None:
    ended = run(*COMMAND, "--device", "adb:x")
    assert (ended.code, "result to share: device-a-b-1-android-15-regular.json" in ended.err) == (0, True)
    assert "nothing is left on the device" in ended.out
    assert run(*COMMAND).code == 0
    assert sorted(path.name for path in here.glob("device-*")) == [
        "device-a-b-1-android-15-regular-1.json",
        "device-a-b-1-android-15-regular.json",
    ]
    assert json.loads((here / "device-a-b-1-android-15-regular.json").read_text())["schema"] == (
        "tieback/device-result/1"
    )


def test_a_failed_step_is_an_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "verify_device", lambda *_, **__: result("undo"))
    ended = run(*COMMAND, "--format", "json", "--out", "r.json")
    assert (ended.code, json.loads(ended.out)["steps"][-1]["outcome"]) == (3, "failed")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--device", "manual"), "needs an address of this computer"),
        (("--device", "manual", "--listen", ":0", "--only", "com.a.b"), "these options need adb"),
        (("--out", "there.json"), "there.json exists"),
        (("--mode", "socks5"), "Invalid value"),
        (("--seconds", "0"), "Invalid value"),
        (("--listen", "x"), "not an address and a port"),
    ],
)
def test_wrong_words(run: Run, here: Path, words: tuple[str, ...], says: str) -> None:
    (here / "there.json").touch()
    ended = run(*COMMAND, *words)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert [path.name for path in here.glob("*.json")] == ["there.json"]


@pytest.mark.parametrize(("answers", "found"), [(["maybe", "Y"], True), (["no"], False), (["s"], None)])
def test_a_person_answers(monkeypatch: pytest.MonkeyPatch, answers: list[str], found: bool | None) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: answers.pop(0))
    assert capture_verify._ask("Did it work?") is found


def test_without_a_terminal_there_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert capture_verify._ask("Did it work?") is None
