import time
from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.scope.grant import is_same_grant
from tieback.storage.ledger.ledger import Ledger


def test_runs_of_the_same_second_sort_by_time(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    at = iter(1_700_000_000 + part / 1000 for part in (0, 1, 20, 300, 999, 1001))
    monkeypatch.setattr("tieback.storage.ledger.ledger.time.time", lambda: next(at))
    begun = [ledger.start_run([]) for _ in range(6)]
    assert begun == sorted(begun)
    assert [one.id for one in ledger.list_runs()] == begun[::-1]
    assert {len(run) for run in begun} == {len("20231114T221320Z-00000000")}


def test_runs(ledger: Ledger) -> None:
    assert ledger.latest_run() is None
    run = ledger.start_run(["scan", "a.apk", "\udcff.apk"], "authorised_by = 'me'\n")
    assert ledger.latest_run() is None  # not ended yet
    ledger.end_run(run)
    latest = ledger.latest_run()
    assert latest is not None
    assert latest.args == ("scan", "a.apk", "\\udcff.apk")
    assert latest.grant_sha256 is not None
    assert ledger.grant_text(latest.grant_sha256) == "authorised_by = 'me'\n"
    later = ledger.start_run([])
    ledger.end_run(later)
    assert later > run
    assert [one.id for one in ledger.list_runs()] == [later, run]
    assert ledger.find_run(run) == latest
    ledger.discard_run(later)
    assert ledger.list_runs() == [latest]
    assert ledger.latest_run() == latest
    assert ledger.find_run(later) is None


def test_a_run_of_a_wrong_clock_hides_no_later_run(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = "tieback.storage.ledger.ledger.time.time"
    now = time.time()
    monkeypatch.setattr(clock, lambda: now + 200 * 86_400)
    future = ledger.start_run([])
    ledger.end_run(future)
    monkeypatch.setattr(clock, lambda: now)
    assert (ledger.latest_run() or ledger.list_runs()[-1]).id == future  # it is alone
    later = ledger.start_run([])
    ledger.end_run(later)
    latest = ledger.latest_run()
    assert latest is not None
    assert latest.id == later
    assert {one.id for one in ledger.list_runs()} == {future, later}


def test_only_the_same_run_is_resumed_and_only_where_it_did_not_end(ledger: Ledger) -> None:
    assert ledger.resume_run(["a.apk"]) is None
    run = ledger.start_run(["a.apk"], "grant")
    assert ledger.resume_run(["a.apk"], "grant") == run
    assert ledger.resume_run(["a.apk"], "another grant") is None
    assert ledger.resume_run(["a.apk"]) is None
    assert ledger.resume_run(["b.apk"], "grant") is None
    ledger.end_run(run)
    assert ledger.resume_run(["a.apk"], "grant") is None


def test_a_run_is_resumed_if_only_the_comments_of_its_grant_differ(ledger: Ledger) -> None:
    values = 'authorised_by = "Office"\ncontact = "sec@example.test"\nnot_after = 2099-01-01\n'
    run = ledger.start_run(["a.apk"], "# Comment of version 0.1.\n" + values)
    assert ledger.resume_run(["a.apk"], values) is None
    assert ledger.resume_run(["a.apk"], values, is_same_grant) == run
    assert ledger.resume_run(["a.apk"], values + "dns = true\n", is_same_grant) is None
    assert ledger.resume_run(["a.apk"], None, is_same_grant) is None


def test_missing_directory_is_reported(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no permission to read or write"):
        Ledger.open(tmp_path / "none" / "ledger.db")
