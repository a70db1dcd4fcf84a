"""``tieback capture --apps``: options, the table, the lines, the exit codes, and the next command."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.intake.traffic.test_documents import FLOW
from tieback.cli import capture_batch as module
from tieback.model.capture import LiveRun
from tieback.model.capture_batch import BatchApp, BatchState, CaptureBatch
from tieback.model.document import encode
from tieback.pipeline.capture.batch import BatchRequest

pytest.importorskip("mitmproxy")
DONE, FAILED, INTERRUPTED = BatchState.DONE, BatchState.FAILED, BatchState.INTERRUPTED


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Certificates of tests lie in their own folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    path = tmp_path / "apps.txt"
    path.write_text("com.one.app\ncom.two.app\n")
    return path


class Batch:
    """An emulated batch that ends with these states."""

    def __init__(self, tmp_path: Path) -> None:
        self.states = [DONE, DONE]
        self.stopped = False
        self.requests: list[BatchRequest] = []
        self.capture = tmp_path / "one.flows"
        self.capture.write_bytes(encode("flow", FLOW) + b"\n")

    def __call__(self, request: BatchRequest, *, stopped: Callable[[], bool], **_: Any) -> Iterator[Any]:
        self.requests.append(request)
        path = str(self.capture)
        yield FLOW
        yield LiveRun(path, "regular", "", "com.one.app", 1.0, 2.0, 1, 0, 0)
        found = [
            BatchApp(
                entry.app,
                entry.package,
                one,
                "" if one is DONE else "it [broke]",
                path if one is DONE else "",
                flows=3,
                refused=1,
                fresh=False,
            )
            for entry, one in zip(request.entries, self.states, strict=True)
        ]
        yield from found
        if self.stopped:
            stopped.request(2, None)  # type: ignore[attr-defined]
        done = self.states.count(DONE)
        yield CaptureBatch(
            "apps.txt",
            done,
            self.states.count(FAILED),
            self.states.count(INTERRUPTED),
            0,
            tuple(found),
            "ws/captures/batch.csv" if done else "",
            "stopped by the user" if self.stopped else "",
        )


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Batch:
    found = Batch(tmp_path)
    monkeypatch.setattr(module, "run_batch", found)
    return found


WORDS = ("--seconds", "5", "--device", "adb:x", "--monkey", "9", "--seed", "4", "--listen", ":0")


def test_the_table_and_the_next_commands(run: Run, batch: Batch, apps: Path) -> None:
    batch.states = [DONE, FAILED]
    ended = run("capture", "--apps", apps, *WORDS)
    assert ended.code == 3
    head, one, *_, two = ended.out.splitlines()
    assert head.split() == ["app", "state", "flows", "rejected", "capture", "note"]
    assert one.split()[:4] == ["com.one.app", "done", "3", "1"]
    assert "was" in one.split()  # installed before; the note is folded at this width
    assert "com.two.app  failed" in ended.out
    assert "[broke]" in two
    assert "com.one.app: done, 3 flows" in ended.err
    assert "2 apps: 1 done, 1 failed, 0 interrupted, 0 not started" in ended.err
    assert "tieback: com.two.app: it [broke]" in ended.err
    assert "to run the failed apps again, add --retry-failed" in ended.err
    assert "to resume" not in ended.err
    assert "tieback scan -w .tieback --manifest ws/captures/batch.csv" in ended.err
    (request,) = batch.requests
    assert (request.device, request.monkey, request.seed) == ("adb:x", 9, 4)
    assert (request.capture.device, request.capture.port, request.retry_failed, request.restart) == (
        None,
        0,
        False,
        False,
    )


def test_lines_end_with_the_batch_and_the_report_shows_its_captures(run: Run, batch: Batch, apps: Path) -> None:
    ended = run("capture", "--apps", apps, *WORDS, "--format", "json", "--retry-failed", "--restart")
    assert ended.code == 0
    documents = [json.loads(line) for line in ended.out.splitlines()]
    assert [one["schema"] for one in documents] == ["tieback/capture/1", "tieback/capture_batch/1"]
    assert [app["state"] for app in documents[1]["apps"]] == ["done", "done"]
    assert (batch.requests[0].retry_failed, batch.requests[0].restart) == (True, True)
    report = json.loads(run("report", "--format", "json").out)
    assert [server["host"] for server in report["servers"]] == [FLOW.server.name or FLOW.server.ip]


@pytest.mark.parametrize(
    ("states", "stopped", "code"),
    [
        ([DONE, DONE], False, 0),
        ([DONE, DONE], True, 0),
        ([DONE, FAILED], False, 3),
        ([DONE, INTERRUPTED], True, 130),
        ([FAILED, INTERRUPTED], False, 4),
    ],
)
def test_exit_codes(run: Run, batch: Batch, apps: Path, states: list[BatchState], stopped: bool, code: int) -> None:
    batch.states, batch.stopped = states, stopped
    ended = run("capture", "--apps", apps, *WORDS)
    assert ended.code == code
    assert ("to resume, run the same command again" in ended.err) == (INTERRUPTED in states)
    assert ("the batch ended early: stopped by the user" in ended.err) == stopped


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--only", "com.x.y"), "are for one app"),
        (("--install", "x.apk"), "are for one app"),
        (("--save", "x.mitm"), "are for one app"),
        ((), "nothing ends the run of com.one.app"),
        (("--seconds", "5"), "nothing starts com.one.app"),
        (("--seconds", "5", "--device", "adb:", "--mode", "socks5"), "cannot route a device"),
    ],
)
def test_what_cannot_be_a_batch(run: Run, apps: Path, words: tuple[str, ...], says: str) -> None:
    ended = run("capture", "--apps", apps, *words)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


@pytest.mark.parametrize("word", ["--retry-failed", "--restart"])
def test_options_of_a_batch_need_a_list(run: Run, word: str) -> None:
    ended = run("capture", word)
    assert (ended.code, "no list of apps" in ended.err) == (2, True)


def test_a_list_that_is_missing_or_wrong(run: Run, tmp_path: Path) -> None:
    assert run("capture", "--apps", tmp_path / "none").code == 4
    (tmp_path / "list").write_text("com.one.app\n???\n")
    ended = run("capture", "--apps", tmp_path / "list")
    assert (ended.code, f"{tmp_path / 'list'}:2" in ended.err) == (2, True)
