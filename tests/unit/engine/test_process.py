from collections.abc import Iterator

import pytest

from tests.engine.works import FAST, Behave, unit
from tieback.engine.messages import (
    Message,
    OutOfMemory,
    PublishDone,
    PublishFailed,
    PublishStarted,
    UnitFinished,
    UnitStarted,
    WorkerReady,
)
from tieback.engine.process import WorkerProcess
from tieback.engine.tasks import Task


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess(Behave(), FAST)
    yield worker
    worker.end()
    worker.shut_down()


def test_worker_reports_each_step_of_a_batch(worker: WorkerProcess) -> None:
    worker.send_batch(Task((unit("a"), unit("bad"))))
    heard: list[object] = []
    while not isinstance(message := worker.read_message(), PublishDone):
        assert message is not None
        assert worker.is_expected(message)
        worker.record_message(message)
        heard.append(type(message))
    assert worker.is_expected(message)
    assert heard == [WorkerReady, UnitStarted, UnitFinished, UnitStarted, UnitFinished, PublishStarted]
    assert [end.problem for end in worker.ends] == ["", "not an app. Give an APK"]


@pytest.mark.parametrize(
    "script",
    [
        [UnitStarted(0)],  # before it is ready
        [WorkerReady(0), WorkerReady(0)],
        [WorkerReady(0), UnitFinished(0, 0.0)],
        [WorkerReady(0), UnitStarted(1)],
        [WorkerReady(0), UnitStarted(0), UnitStarted(1)],
        [WorkerReady(0), UnitStarted(0), UnitFinished(1, 0.0)],
        [WorkerReady(0), UnitStarted(0), PublishStarted()],
        [WorkerReady(0), UnitStarted(0), UnitFinished(0, 0.0), PublishStarted()],
        [WorkerReady(0), PublishDone("forged")],
        [WorkerReady(0), PublishFailed("forged")],
        [OutOfMemory()],
    ],
)
def test_a_worker_that_a_hostile_input_took_over_cannot_end_other_units(
    script: list[Message], worker: WorkerProcess
) -> None:
    worker.task = Task((unit("a"), unit("b")))
    *before, last = script
    for message in before:
        assert worker.is_expected(message)
        worker.record_message(message)
    assert not worker.is_expected(last)


def test_an_idle_worker_leaves_when_its_pipe_closes() -> None:
    worker = WorkerProcess(Behave(), FAST)
    worker.shut_down()
    worker.wait()
    assert worker.end() == "ended its worker process (exit status 0)"


def test_killed_worker_reports_its_signal(worker: WorkerProcess) -> None:
    assert isinstance(worker.read_message(), WorkerReady)
    assert worker.end() == "ended its worker process (SIGKILL)"
    assert worker.read_message() is None
