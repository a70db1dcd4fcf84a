"""A scan says what an earlier run of the workspace has done: apps, captures, and targets of the run that it resumes."""

import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.inline_engine import InlineEngine
from tests.unit.pipeline.graph_workspace import APPS, har
from tieback.model.errors import StoppedError
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.analyse import ANALYSIS_VERSION
from tieback.pipeline.probing import probe_run
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.pipeline.taken_over import TakenOver, taken_over
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.tables.inputs import Inputs, RunInput


@contextmanager
def quiet(_name: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def scan(folder: Path, *inputs: Path) -> TakenOver:
    with run_scan(ScanRequest(inputs, None, folder / "ws", engine=InlineEngine()), quiet) as done:
        return done.taken_over


def test_a_scan_counts_the_apps_and_captures_that_were_read_before(tmp_path: Path) -> None:
    capture = har(tmp_path)
    assert scan(tmp_path, APPS / "workhub.apk", capture).text == ""
    # A copy of an app is one app.
    copy = tmp_path / "copy.apk"
    copy.write_bytes((APPS / "workhub.apk").read_bytes())
    again = scan(tmp_path, APPS / "workhub.apk", copy, APPS / "fieldhand.apk", capture)
    assert again.text == "taken over from an earlier run, and not read again: 1 of 2 apps and 1 of 1 capture"
    assert scan(tmp_path, APPS / "fieldhand.apk").text.endswith("not read again: 1 of 1 app")


def test_an_input_that_failed_is_not_taken_over(tmp_path: Path) -> None:
    inputs = Inputs(RunInput(f"{n}.apk", str(n), ANALYSIS_VERSION, "crashed" if n == 2 else "") for n in range(3))
    inputs.add(RunInput("a.har", "h", f"{TRAFFIC_ANALYSIS}+rules.1"))
    before = taken_over(inputs, Counter({ANALYSIS_VERSION: 1}))
    assert (before.apps, before.of_apps, before.captures, before.of_captures) == (1, 2, 1, 1)


def test_a_resumed_run_counts_the_targets_that_it_has_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.apk", "w") as archive:
        archive.writestr("assets/www/app.js", 'fetch("http://es.fieldhand.test:9200/");')
        archive.writestr("classes.dex", b"")
    target = (TargetRule("127.0.0.0/8", "any", Depth.ENUMERATE),)
    hosts: dict[str, str | tuple[str, ...]] = {"es.fieldhand.test": "127.0.0.1"}
    grant = Grant("Security office", "security@example.org", date(2999, 1, 1), target=target, hosts=hosts)
    wanted = ScanRequest((tmp_path / "a.apk",), grant, tmp_path / "ws", engine=InlineEngine())
    stop = True

    async def probe_all(candidates: Iterator[object], *_: object) -> AsyncIterator[tuple[object, ProbeReport]]:
        for candidate in candidates:
            yield candidate, ProbeReport("es.fieldhand.test:9200", Outcome.OK, Access.AUTH_REQUIRED)
        if stop:
            raise StoppedError("the stop file exists")

    monkeypatch.setattr(probe_run, "probe_all", probe_all)
    with pytest.raises(StoppedError), run_scan(wanted, quiet):
        pass
    stop = False
    with run_scan(wanted, quiet) as done:
        assert done.taken_over.targets == 1
        assert done.taken_over.text.endswith("1 of 1 app; resuming: 1 target was probed before the stop")
