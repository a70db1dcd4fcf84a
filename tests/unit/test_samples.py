"""Sample data outside the repository: named by one setting, verified by one manifest."""

import hashlib
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import samples
from tests.lab.file_host import file_host
from tests.samples import ROOT, Sample, address, fetch, manifest, problems

SECRET = b"an app"
ONE = Sample("apps/a.apk", hashlib.sha256(SECRET).hexdigest(), "github:o/n@c0ffee/dir/a b.apk", "")


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A manifest of one sample, and the folder where it belongs."""
    file = tmp_path / "samples.tsv"
    file.write_text("path\tsha256\torigin\tlicence\n" + "\t".join(ONE) + "\n")
    monkeypatch.setattr(samples, "MANIFEST", file)
    monkeypatch.setenv(samples.VARIABLE, str(tmp_path))
    problems.cache_clear()
    return tmp_path


def test_the_manifest_is_complete() -> None:
    rows = list(manifest())
    assert [row.path for row in rows] == sorted({row.path for row in rows})
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{64}", row.sha256), row
        assert row.origin, row
        assert row.path.startswith(("apps/", "captures/", "pii/")), row
    assert all(row.origin.startswith("github:") for row in rows if row.path.startswith("apps/"))


def test_without_the_data_the_reason_says_how_to_get_it(one: Path) -> None:
    assert not samples.have("apps")
    with pytest.raises(pytest.skip.Exception, match=r"no sample apps in .*/apps: set TIEBACK_SAMPLES, or see"):
        samples.verified("apps")


@pytest.mark.parametrize(
    ("content", "problem"), [(SECRET, ""), (b"another app", "has another content"), (None, "is missing")]
)
def test_a_sample_is_verified(one: Path, content: bytes | None, problem: str) -> None:
    (one / "apps").mkdir()
    if content is not None:
        (one / "apps" / "a.apk").write_bytes(content)
    if not problem:
        assert samples.verified("apps") == one / "apps"
        return
    with pytest.raises(pytest.fail.Exception, match=problem):
        samples.verified("apps")


def test_what_has_a_public_origin_is_fetched(one: Path) -> None:
    with file_host({"/o/n/c0ffee/dir/a%20b.apk": SECRET, "/o/n/c0ffee/dir/a b.apk": SECRET}) as host:
        assert urlsplit(address(ONE, host.url)).path == "/o/n/c0ffee/dir/a%20b.apk"
        assert fetch(one, host.url) == []
        assert (one / "apps" / "a.apk").read_bytes() == SECRET
        (one / "apps" / "a.apk").unlink()
        host.files = dict.fromkeys(host.files, b"another app")
        (line,) = fetch(one, host.url)
    assert "has another content" in line
    assert not (one / "apps" / "a.apk").exists()


def test_no_other_file_names_the_folder() -> None:
    """``tests/samples.py`` is the only place that knows where the data lies."""
    where = [path for room in ("tests", "bench", "tools") for path in (ROOT / room).rglob("*.py")]
    named = re.compile(r"shared/data|\"shared\"\s*/|shared\" / \"data")
    found = {str(path.relative_to(ROOT)) for path in where if named.search(path.read_text(encoding="utf-8"))}
    assert found <= {"tests/samples.py", "tests/unit/test_samples.py"}


def test_the_program_says_what_is_missing(one: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert samples.main() == 1
    assert "apps/a.apk is missing" in capsys.readouterr().out
    shutil.rmtree(one / "apps", ignore_errors=True)
