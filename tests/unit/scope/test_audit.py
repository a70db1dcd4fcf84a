"""The audit log's chain: whole, edited, cut, and written by several at once."""

import hashlib
import json
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.errors import WorkspaceError
from tieback.scope.audit import MAX_LINE, AuditLog
from tieback.scope.audit_check import verify


def write(path: Path, count: int = 5) -> list[bytes]:
    with AuditLog(path) as log:
        for number in range(count):
            log.append("connect", {"target": f"127.0.0.1:{number}", "é": "ü\n"})
    return path.read_bytes().splitlines(keepends=True)


def test_a_line_reads_as_promised(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "audit.jsonl"
    lines = write(path, 2)
    first, second = (json.loads(line) for line in lines)
    assert list(first) == ["seq", "time", "event", "fields", "prev", "hash"]
    assert (first["seq"], first["prev"], second["prev"]) == (1, "0" * 64, first["hash"])
    body = lines[0].rstrip(b"\n")[: -len(b',"hash":""}') - 64] + b"}"
    assert hashlib.sha256(body).hexdigest() == first["hash"]
    assert path.stat().st_mode & 0o077 == 0


def test_whole_logs(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path)
    lines = write(path)
    verdict = verify(path)
    assert (verdict.ok, verdict.lines, verdict.head) == (True, 10, json.loads(lines[-1])["hash"])
    empty = tmp_path / "empty"
    empty.touch()
    verdict = verify(empty)
    assert (verdict.ok, verdict.bad_line, verdict.head) == (False, None, "")
    assert verdict.why == "the log is empty: nothing was logged, or everything was removed"


def edit(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b"127.0.0.1", b"127.0.0.9"), *lines[3:]]


def forge(lines: list[bytes]) -> list[bytes]:
    body = lines[2].replace(b"127.0.0.1", b"127.0.0.9").rstrip(b"\n")[: -len(b',"hash":""}') - 64] + b"}"
    line = body[:-1] + b',"hash":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'
    return [*lines[:2], line, *lines[3:]]


@pytest.mark.parametrize(
    ("change", "bad", "says"),
    [
        (edit, 3, "was edited"),
        (forge, 4, "does not follow"),
        (lambda lines: [*lines[:2], *lines[3:]], 3, "deleted or moved"),
        (lambda lines: lines[1:], 1, "deleted or moved"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2, "deleted or moved"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4, "inserted, moved or replaced"),
        (lambda lines: [*lines[:3], b"\n", *lines[3:]], 4, "not a line"),
        (lambda lines: [*lines[:3], b"{}\n", *lines[3:]], 4, "not a line"),
        (lambda lines: [*lines, b"{}\n"], 6, "not a line"),
        (lambda lines: [*lines, b"x" * 40000], 6, "longer than"),
        (lambda lines: [b"\xff\xfe" * 60, *lines], 1, "longer than|not a line|edited"),
    ],
)
def test_changes_show(tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], bad: int, says: str) -> None:
    path = tmp_path / "a"
    lines = write(path)
    path.write_bytes(b"".join(change(lines)))
    verdict = verify(path)
    assert (verdict.ok, verdict.cut, verdict.bad_line, verdict.lines) == (False, False, bad, bad - 1)
    assert any(word in verdict.why for word in says.split("|")), verdict.why


@pytest.mark.parametrize("keep", [1, 30, -2])
@pytest.mark.parametrize("whole", [0, 3])
def test_a_cut_line_is_named_one_and_can_be_gone_on_after(tmp_path: Path, keep: int, whole: int) -> None:
    path = tmp_path / "a"
    lines = write(path)
    path.write_bytes(b"".join(lines[:whole]) + lines[whole][:keep])
    verdict = verify(path)
    assert (verdict.ok, verdict.cut, verdict.bad_line, verdict.lines) == (False, True, whole + 1, whole)
    write(path, 1)
    verdict = verify(path)
    assert (verdict.ok, verdict.lines, verdict.recovered) == (True, whole + 2, 1)
    # The remains are vouched for as they were: they cannot be changed either.
    path.write_bytes(
        path.read_bytes().replace(lines[whole][:keep] + b"\n", b"{\n", 1) if keep > 1 else b"".join(edit(lines))
    )
    assert not verify(path).ok


@pytest.mark.parametrize("content", [b"not ours\n", b"not ours", b'{"seq":1}\n', b"\x00" * 70000])
def test_file_that_is_not_an_audit_log_is_not_written(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with AuditLog(path) as log, pytest.raises(WorkspaceError, match="audit log"):
        log.append("x", {})
    assert path.read_bytes() == content


def test_an_edited_tail_is_not_gone_on_after(tmp_path: Path) -> None:
    path = tmp_path / "a"
    lines = write(path)
    path.write_bytes(b"".join([*lines[:4], lines[4].replace(b"127", b"128")]))
    with AuditLog(path) as log, pytest.raises(WorkspaceError, match="invalid"):
        log.append("x", {})


def test_two_writers_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with AuditLog(path) as one, AuditLog(path) as two:
        for number in range(10):
            (one if number % 3 else two).append("x", {"n": number})
    assert verify(path).lines == 10


def test_processes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    program = (
        "import sys; from pathlib import Path; from tieback.scope.audit import AuditLog\n"
        "with AuditLog(Path(sys.argv[1])) as log:\n    for n in range(100): log.append('x', {'n': n})"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    verdict = verify(path)
    assert (verdict.ok, verdict.lines) == (True, 200)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "x" * 10**6},
        {f"key{n}": "x" * 300 for n in range(500)},
        {"list": ["x" * 300] * 10**4},
        {"bad": "\ud800\x00\u2028"},
    ],
)
def test_lines_are_bounded(tmp_path: Path, fields: dict[str, object]) -> None:
    path = tmp_path / "a"
    with AuditLog(path) as log:
        log.append("x", fields)
    assert path.stat().st_size <= MAX_LINE
    assert verify(path).ok


@given(
    st.dictionaries(st.text(max_size=10), st.text(max_size=400) | st.integers(-(2**40), 2**40) | st.lists(st.text()))
)
@settings(max_examples=examples(50), deadline=None)
def test_any_fields_make_a_good_line(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("audit") / "a"
    with AuditLog(path) as log:
        log.append("x", fields)
        log.append("y", {})
    assert verify(path).lines == 2


@given(st.binary(max_size=400))
@settings(max_examples=examples(50), deadline=None)
def test_any_bytes_get_a_verdict(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("audit") / "a"
    path.write_bytes(data)
    assert not verify(path).ok


def test_verification_streams(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * (32 * 1024**2))
    tracemalloc.start()
    verify(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024**2


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        AuditLog(tmp_path)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        verify(tmp_path / "none")


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with AuditLog(path) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, hard))
        try:
            with pytest.raises(WorkspaceError, match="cannot be written"):
                log.append("x", {})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == before
        log.append("x", {})
    assert verify(path).lines == 6
