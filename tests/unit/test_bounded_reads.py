"""No file is read whole without a limit, except those in a list here, each with its reason.

A repository, an archive or another tool may have written any file of a workspace, an import or a cache. Files of the
package itself are known. The lab reads what its own processes wrote.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import tieback
from tieback.model.small_file import read_small

SOURCE = Path(tieback.__file__).parent
WHOLE = {"read_bytes", "read_text", "read", "readline", "readlines"}
"""Methods that read to the end of a file or a line if they get no limit. A hash reads in blocks."""
OF_THE_PACKAGE = (
    "files(", "__file__", "distribution(", "entry.read_bytes", "folder.joinpath", "file.read_text", "/proc/",
    "files.joinpath",
)  # fmt: skip
"""In the expression of a file that was installed with tieback, or that the kernel makes."""
ALLOWED = {
    # file of the package, function: why it needs no limit
    "backends/datasets.py _rdap": "a private copy, whose size `add` checked",
    "backends/datasets.py _read": "a private copy, whose size `add` checked",
    "backends/datasets.py _wrong": "a table of the user's data folder, compared with one that is made again",
    "backends/datasets.py rdap": "a table of the user's data folder, made by tieback from an import with a limit",
    "backends/datasets.py table": "a table of the user's data folder, made by tieback from an import with a limit",
    "cases/letters/bounded.py main": "the parent process writes it",
    "engine/plugin_child.py main": "the parent process writes it",
    "intake/capture/authority_page.py contents": "the certificate that the proxy made",
    "intake/capture/device.py trusted_path": "the certificate that the proxy made",
    "pipeline/capture/live.py tell_way_in": "the certificate that the proxy made",
    "pipeline/jobs/child.py main": "the parent process writes it",
    "pipeline/jobs/processes.py process_identity": "a file of /proc",
    "probes/stores/rsync/listing.py read_listing": "a reader of bytes in memory",
    "scope/connection.py _flush": "the buffer of a TLS connection in memory",
    "scope/connection.py _flush_now": "the buffer of a TLS connection in memory",
    "storage/lake/lake.py read": "Parquet with a seal, of one part that a caller needs whole",
}


def iter_whole_reads() -> Iterator[tuple[str, int, str]]:
    """File and function, line, and text of each call that reads without a limit."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("lab/"):
            continue
        source = path.read_text(encoding="utf-8")
        if ".read" not in source:
            continue
        for function, call in calls(ast.parse(source), "module"):
            target = call.func
            if not isinstance(target, ast.Attribute) or target.attr not in WHOLE:
                continue
            limited = call.args and target.attr in ("read", "readline", "readlines")
            text = ast.unparse(call)
            if not limited and not any(known in text for known in OF_THE_PACKAGE):
                yield f"{name} {function}", call.lineno, text


@cache
def whole_reads() -> tuple[tuple[str, int, str], ...]:
    return tuple(iter_whole_reads())


def calls(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from calls(child, child.name if named else function)  # type: ignore[attr-defined]


def test_every_whole_read_has_a_limit_or_a_reason() -> None:
    found = [(where, line, text) for where, line, text in whole_reads() if where not in ALLOWED]
    assert found == []


def test_no_reason_is_left_over() -> None:
    assert ALLOWED.keys() - {where for where, _, _ in whole_reads()} == set()


@pytest.mark.parametrize(("size", "read"), [(0, True), (10, True), (11, False)])
def test_a_small_file_has_a_limit(tmp_path: Path, size: int, read: bool) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * size)
    if read:
        assert read_small(path, 10) == b"x" * size
    else:
        with pytest.raises(OSError, match="File too large"):
            read_small(path, 10)
