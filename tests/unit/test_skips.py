"""A skip that the list does not name fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import Allowed, Skip, allowed, lines, reason_of, tolerated, unexpected

ROOT = Path(__file__).parents[2]
ENTRY = Allowed("tests/a.py::*", "needs *", "because")


@pytest.mark.parametrize(
    ("skip", "expected"),
    [
        (Skip("tests/a.py::test_x[1]", "needs root"), True),
        (Skip("tests/b.py::test_x", "needs root"), False),
        (Skip("tests/a.py::test_x", "wants root"), False),
    ],
)
def test_an_entry_covers_test_and_reason(skip: Skip, expected: bool) -> None:
    assert unexpected([skip], [ENTRY]) == ([] if expected else [skip])


def test_every_entry_of_the_list_says_why() -> None:
    for entry in allowed():
        assert len(entry.why) > 10, entry
        assert entry.test.startswith("tests/"), entry
        assert entry.reason.strip("*"), entry


def test_a_misspelt_key_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text('[[skip]]\ntest = "a"\nreasons = "b"\nwhy = "c"\n')
    with pytest.raises(TypeError):
        allowed(path)


def test_skips_are_summed_up_by_reason() -> None:
    assert lines([Skip("a", "no root"), Skip("b", "no root"), Skip("c", "no disk")]) == [
        "1 x no disk (c)",
        "2 x no root (a)",
    ]


@pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("1", True)])
def test_whether_skips_are_tolerated(value: str, expected: bool) -> None:
    assert tolerated({"TIEBACK_ALLOW_SKIPS": value}) is expected


def test_reasons() -> None:
    assert reason_of(("a.py", 3, "Skipped: no root")) == "no root"
    assert reason_of("no root") == "no root"


@pytest.mark.parametrize(
    ("words", "variable", "code", "where"),
    [
        ([], "", 1, "test"),
        pytest.param(["-n", "1"], "", 1, "module", marks=pytest.mark.more),
        pytest.param(["-n", "1"], "1", 0, "test", marks=pytest.mark.more),
        ([], "1", 0, "module"),
    ],
)
def test_a_run_with_an_unexpected_skip_fails(
    tmp_path: Path, words: list[str], variable: str, code: int, where: str
) -> None:
    uses = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.conftest import *\n"
    (tmp_path / "conftest.py").write_text(uses)
    skip = 'pytest.skip("no such server", allow_module_level=True)'
    body = f"    {skip}" if where == "test" else f"    pass\n{skip}"
    (tmp_path / "test_it.py").write_text(f"import pytest\ndef test_it():\n{body}\ndef test_other():\n    pass\n")
    (tmp_path / "test_fine.py").write_text("def test_fine():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, *words, tmp_path],
        env=os.environ | {"TIEBACK_ALLOW_SKIPS": variable, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert "1 x no such server (test_it.py" in done.stdout
    assert ("unexpected skips" in done.stdout) is (code == 1)
