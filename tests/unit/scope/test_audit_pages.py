"""The audit log from its end: each line once, whatever the size of a page and of a block."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.scope import audit_pages
from tieback.scope.audit import AuditLog
from tieback.scope.audit_pages import last_lines

LINES = 40


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    with AuditLog(path) as writer:
        for number in range(LINES):
            writer.append("connect", {"target": f"host-{number % 4}:{number}", "text": "x" * number * 7})
    return path


@pytest.mark.parametrize("block", [1, 7, 300, 1 << 20])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_every_line_once(log: Path, monkeypatch: pytest.MonkeyPatch, block: int, limit: int) -> None:
    monkeypatch.setattr(audit_pages, "BLOCK", block)
    seen: list[int] = []
    before: int | None = None
    while True:
        page = last_lines(log, before=before, limit=limit)
        seen += [line.seq for line in page.lines]
        if page.before is None:
            break
        assert before is None or page.before < before
        before = page.before
    assert seen == list(range(LINES, 0, -1))


def test_a_filter_and_a_bound(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = last_lines(log, limit=100, target="host-3:")
    assert [line.seq for line in page.lines] == list(range(LINES, 0, -4))
    monkeypatch.setattr(audit_pages, "MAX_READ", 1)
    first = last_lines(log, limit=100, target="none")
    assert (first.lines, first.before is not None) == ((), True)


def test_a_missing_log_is_empty(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none", limit=5) == audit_pages.AuditPage((), 0, None)


@given(st.binary(max_size=200), st.integers(-5, 300))
def test_any_bytes_never_raises(tmp_path_factory: pytest.TempPathFactory, data: bytes, before: int) -> None:
    path = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    path.write_bytes(data)
    assert last_lines(path, before=before, limit=5).lines == ()
