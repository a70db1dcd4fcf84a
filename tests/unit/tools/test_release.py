"""``make release``: what it refuses, the changelog, the version, and what an archive may contain."""

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from tools.releasing import build, contents, tree
from tools.releasing.run import ReleaseError, clean_environment, run

from tests.each import each

ROOT = Path(__file__).parents[3]
EPOCH = 1_795_000_000
"""A second of 2026-11-18 (UTC)."""
TEMPLATE = (ROOT / "changelog.d" / "template.md").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
SETTINGS = PROJECT.partition("[tool.towncrier]")[2].partition("[tool.uv]")[0]
OTHER = '[[package]]\nname = "other"\nversion = "0.2.0.dev0"\n\n'
IMAGE = "ghcr.io/OWNER/tieback:0.2.0"
OLD = "# Changelog\n\n<!-- towncrier release notes start -->\n\n## 0.1.0 (2026-11-27)\n\nFirst release.\n"
FILES = {
    "pyproject.toml": f'[project]\nname = "tieback"\nversion = "0.2.0.dev0"\n\n[tool.towncrier]{SETTINGS}',
    "src/tieback/__init__.py": '__version__ = "0.2.0.dev0"\n',
    "uv.lock": f'{OTHER}[[package]]\nname = "tieback"\nversion = "0.2.0.dev0"\n',
    "CHANGELOG.md": OLD,
    "changelog.d/template.md": TEMPLATE,
    "changelog.d/28.stable-order.added.md": "Zebras are reported.\n",
    "changelog.d/27.apps.fixed.md": "Apps are read.\n",
    "changelog.d/9.apes.added.md": "Apes are reported.\n",
    "docs/howto/ci.md": (
        f"{IMAGE} {IMAGE}\nuses: OWNER/tieback@v0.1.0 # action\n  rev: v0.1.0\nghcr.io/OWNER/tieback@sha256:DIGEST\n"
    ),
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone with one commit, which has what a release changes."""
    for name, text in FILES.items():
        path = tmp_path / "clone" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    root = tmp_path / "clone"
    run("git", "init", "--quiet", cwd=root)
    run("git", "config", "user.email", "a@example.test", cwd=root)
    run("git", "config", "user.name", "A", cwd=root)
    run("git", "add", "--all", cwd=root)
    run("git", "commit", "--quiet", "--message", "Begin", cwd=root)
    return root


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, repository: Path) -> ModuleType:
    """``tools/release``, on that clone."""
    loader = SourceFileLoader("release_tool", str(ROOT / "tools" / "release"))
    spec = spec_from_loader("release_tool", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", repository)
    return module


@pytest.mark.parametrize("version", ["0.2.0", "1.0.0", "0.3.0rc1", "10.20.30a2"])
def test_versions_of_releases(version: str) -> None:
    assert tree.VERSION.fullmatch(version)
    tree.check_version(version)


@each("version", ["", "0.2", "v0.2.0", "0.2.0.dev0", "0.2.0+local", "01.2.3", "0.2.0; rm -r x", "0.2.0\n"])
def test_other_texts_are_refused_as_a_version(version: str) -> None:
    with pytest.raises(ReleaseError, match="is not a version such as"):
        tree.check_version(version)


def test_a_changed_tree_is_refused(tool: ModuleType, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "new.txt").write_text("x")
    assert tool.main(["0.2.0", "--untested"]) == 1
    shown = capsys.readouterr().err
    assert "The tree has 1 changed files. Commit or remove them first:" in shown
    assert "?? new.txt" in shown
    assert not (repository / "dist").exists()


def test_a_commit_without_tests_is_refused(
    tool: ModuleType, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool.main(["0.2.0"]) == 1
    assert "Nothing shows that `make lint` and `make test` passed on" in capsys.readouterr().err
    commit = run("git", "rev-parse", "HEAD", cwd=repository).strip()
    noted = repository / ".cache" / "passed" / commit
    noted.parent.mkdir(parents=True)
    noted.write_text("lint 2026-11-28T10:00:00Z Linux x86_64 Python 3.13\n")
    with pytest.raises(ReleaseError, match="`make test` passed"):
        tool.evidence(commit, "", untested=False)
    noted.write_text(noted.read_text() + "test 2026-11-28T10:20:00Z Linux x86_64 Python 3.13\n")
    assert tool.evidence(commit, "", untested=False)["tested"] is True
    assert tool.evidence("0" * 40, "https://ci.example.test/1", untested=False)["evidence"] == [
        "https://ci.example.test/1"
    ]
    assert tool.evidence(commit, "", untested=True) == {"tested": False, "evidence": []}


def test_a_release_commit_needs_every_step(tool: ModuleType) -> None:
    for left_out in ("--untested", "--no-install"):
        with pytest.raises(SystemExit) as ended:
            tool.main(["0.2.0", "--commit", left_out])
        assert ended.value.code == 2


def test_a_release_commit_has_version_changelog_and_tag(tool: ModuleType, repository: Path) -> None:
    tool.commit_release("0.2.0", EPOCH, Path(sys.executable))
    assert run("git", "log", "-1", "--format=%s", cwd=repository) == "Release 0.2.0\n"
    assert run("git", "tag", "--points-at", "HEAD", cwd=repository) == "v0.2.0\n"
    changed = run("git", "diff", "--name-only", "HEAD~", cwd=repository).split()
    removed = ["changelog.d/27.apps.fixed.md", "changelog.d/28.stable-order.added.md", "changelog.d/9.apes.added.md"]
    assert changed == [
        "CHANGELOG.md",
        *removed,
        "docs/howto/ci.md",
        "pyproject.toml",
        "src/tieback/__init__.py",
        "uv.lock",
    ]
    tree.clean_commit(repository)
    assert tree.prepare(repository, "0.2.0", EPOCH, Path(sys.executable)).startswith("### Added"), "built from the tag"


@pytest.fixture
def passed(repository: Path) -> Path:
    """``tools/passed`` in the clone."""
    for name in ("tools/passed", ".python-version", ".gitignore"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_bytes((ROOT / name).read_bytes())
    (repository / "tools/passed").chmod(0o755)
    run("git", "add", "--all", cwd=repository)
    run("git", "commit", "--quiet", "--message", "Add a tool", cwd=repository)
    return repository / "tools" / "passed"


@pytest.mark.parametrize("broken", ["", "changed before", "changed after", "committed between", "selected"])
def test_only_a_run_on_the_committed_files_is_noted(repository: Path, passed: Path, broken: str) -> None:
    commit = run("git", "rev-parse", "HEAD", cwd=repository).strip()
    other = repository / "other.txt"
    environment = clean_environment() | ({"PYTEST_ADDOPTS": "-k x"} if broken == "selected" else {})
    if broken == "changed before":
        other.write_text("x")
    subprocess.run([passed, "begin", "test"], check=True, env=environment)
    if broken == "changed before":
        other.unlink()
    elif broken == "changed after":
        other.write_text("x")
    elif broken == "committed between":
        run("git", "commit", "--quiet", "--allow-empty", "--message", "More", cwd=repository)
    subprocess.run([passed, "end", "test"], check=True, env=environment)
    noted = sorted(path.name for path in (repository / ".cache" / "passed").glob("?" * 40))
    assert noted == ([] if broken else [commit])
    if not broken:
        assert (repository / ".cache" / "passed" / commit).read_text().startswith("test 2")


def test_the_makefile_notes_lint_and_test() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for what in ("lint", "test"):
        recipe = text.partition(f"\n{what}: ")[2].partition("\n\n")[0].splitlines()
        assert recipe[1] == f"\t@tools/passed begin {what}"
        assert recipe[-1] == f"\t@tools/passed end {what}"


def test_changelog_and_version_are_written(repository: Path) -> None:
    notes = tree.prepare(repository, "0.2.0", EPOCH, Path(sys.executable))
    assert notes == (
        "### Added\n\n- Apes are reported. (#9)\n- Zebras are reported. (#28)\n\n### Fixed\n\n- Apps are read. (#27)"
    )
    text = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.index("## 0.2.0 (2026-11-18)") < text.index("## 0.1.0 (2026-11-27)")
    assert tree.fragments(repository) == []
    assert tree.version_of(repository) == "0.2.0"
    assert (repository / "src/tieback/__init__.py").read_text() == '__version__ = "0.2.0"\n'
    assert (repository / "uv.lock").read_text().count('version = "0.2.0.dev0"') == 1, "that of the other package"
    again = tree.prepare(repository, "0.2.0", EPOCH + 9_000_000, Path(sys.executable))
    assert again == notes, "the commit of the tag stays as it is"


def test_every_example_gets_the_version(repository: Path) -> None:
    tree.set_version(repository, "0.3.0rc1")
    page = (repository / "docs/howto/ci.md").read_text()
    assert page.count("tieback:0.3.0rc1") == 2
    assert "uses: OWNER/tieback@v0.3.0rc1 #" in page
    assert "rev: v0.3.0rc1\n" in page
    assert "tieback@sha256:DIGEST" in page


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("CHANGELOG.md", "0.1.0", "0.2.0", "CHANGELOG.md has 0.2.0, but changelog.d has 3 more changes"),
        ("pyproject.toml", 'version = "0.2.0.dev0"', "dynamic = []", "pyproject.toml has 0 lines with the version"),
        ("docs/howto/ci.md", FILES["docs/howto/ci.md"], "none\n", "docs/howto/ci.md does not name a version"),
    ],
)
def test_a_tree_that_does_not_fit_is_refused(repository: Path, name: str, old: str, new: str, problem: str) -> None:
    change(repository / name, old, new)
    with pytest.raises(ReleaseError, match=problem):
        tree.prepare(repository, "0.2.0", EPOCH, Path(sys.executable))


def test_a_release_without_changes_is_refused(repository: Path) -> None:
    for path in tree.fragments(repository):
        path.unlink()
    with pytest.raises(ReleaseError, match="nothing to release"):
        tree.prepare(repository, "0.2.0", EPOCH, Path(sys.executable))


def test_a_dry_run_exports_the_commit(repository: Path, tmp_path: Path) -> None:
    commit, epoch = tree.clean_commit(repository)
    tree.export(repository, commit, tmp_path / "copy")
    assert contents.tree_files(tmp_path / "copy") == set(FILES)
    assert epoch > EPOCH - 10**8
    tree.prepare(tmp_path / "copy", "0.2.0", epoch, Path(sys.executable))
    assert tree.clean_commit(repository) == (commit, epoch), "the clone has no change"


def test_the_places_of_this_tree_exist() -> None:
    """Each place with a version is there once, and all name the same version."""
    version = tree.version_of(ROOT).partition(".dev")[0]
    for name in tree.EXAMPLE_PLACES:
        found = {one[1] for one in tree.EXAMPLE.findall((ROOT / name).read_text(encoding="utf-8"))}
        assert found == {version}, name


METADATA = (
    "Metadata-Version: 2.4\nName: tieback\nVersion: 0.2.0\nLicense-Expression: Apache-2.0\nRequires-Python: >=3.12\n"
)
ABOUT = "tieback-0.2.0.dist-info"


def wheel_of(folder: Path, changed: dict[str, bytes | None]) -> tuple[Path, Path]:
    """A tree, and a wheel as it should be, except for ``changed``; ``None`` leaves a file out."""
    source = folder / "tree"
    for name, text in {"src/tieback/a.py": b"a", "src/tieback/b.toml": b"b", "LICENSE": b"L", "NOTICE": b"N"}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(text)
    entries: dict[str, bytes | None] = {"tieback/a.py": b"a", "tieback/b.toml": b"b"}
    entries |= {
        f"{ABOUT}/licenses/LICENSE": b"L",
        f"{ABOUT}/licenses/NOTICE": b"N",
        f"{ABOUT}/METADATA": METADATA.encode(),
    }
    entries |= {f"{ABOUT}/{name}": b"" for name in ("WHEEL", "RECORD", "entry_points.txt")}
    entries |= changed
    wheel = folder / "tieback-0.2.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in entries.items():
            if data is not None:
                archive.writestr(name, data)
    return wheel, source


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"tieback/b.toml": None}, ["wheel: 1 files are missing: tieback/b.toml"]),
        ({f"{ABOUT}/licenses/NOTICE": None}, [f"wheel: 1 files are missing: {ABOUT}/licenses/NOTICE"]),
        ({f"{ABOUT}/licenses/LICENSE": b"M"}, [f"wheel: {ABOUT}/licenses/LICENSE is another text"]),
        (
            {"tests/test_a.py": b""},
            ["wheel: 1 files do not belong there: tests/test_a.py", "wheel: tests/test_a.py is a test"],
        ),
        (
            {"tieback/sealed/x": b""},
            ["wheel: 1 files do not belong there: tieback/sealed/x", "wheel: tieback/sealed/x"],
        ),
        (
            {"tieback/a.pyc": b""},
            ["wheel: 1 files do not belong there: tieback/a.pyc", "wheel: tieback/a.pyc"],
        ),
        ({f"{ABOUT}/METADATA": METADATA.replace("0.2.0", "0.2.1").encode()}, ["wheel: Version is 0.2.1"]),
        ({f"{ABOUT}/METADATA": METADATA.replace("Apache-2.0", "MIT").encode()}, ["wheel: License-Expression is MIT"]),
    ],
)
def test_the_contents_of_a_wheel(tmp_path: Path, changed: dict[str, bytes | None], wrong: list[str]) -> None:
    wheel, source = wheel_of(tmp_path, changed)
    assert contents.check_wheel(wheel, source, "0.2.0") == wrong


def test_a_large_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents.MOST_BYTES, "wheel", 1000)
    wheel, source = wheel_of(tmp_path, {})
    assert contents.check_wheel(wheel, source, "0.2.0") == [f"wheel: {wheel.stat().st_size:,} bytes, above 1,000"]


@pytest.mark.parametrize(
    ("extra", "wrong"),
    [
        ([], []),
        (["tieback-0.2.0/.cache/x"], ["sdist: 1 files do not belong there: .cache/x", "sdist: .cache/x"]),
        (
            ["etc/passwd"],
            ["sdist: etc/passwd is outside tieback-0.2.0/", "sdist: 1 files do not belong there: etc/passwd"],
        ),
    ],
)
def test_the_contents_of_an_sdist(tmp_path: Path, extra: list[str], wrong: list[str]) -> None:
    source = tmp_path / "tree"
    source.mkdir()
    (source / "README.md").write_text("x")
    sdist = tmp_path / "tieback-0.2.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        for name in ("tieback-0.2.0/README.md", "tieback-0.2.0/PKG-INFO", *extra):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    assert contents.check_sdist(sdist, source, "0.2.0") == wrong


def test_builds_that_differ_are_explained(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, _ = wheel_of(tmp_path / "a", {})
    other, _ = wheel_of(tmp_path / "b", {"tieback/b.toml": b"c"})
    assert build.difference(one, other) == f"{one.name}: tieback/b.toml"
    settings = [environment for _, _, environment in build.DIFFERENCES]
    assert len({path for path, _, _ in build.DIFFERENCES}) == len({umask for _, umask, _ in build.DIFFERENCES}) == 2
    assert all(len({setting[name] for setting in settings}) == 2 for name in ("TZ", "LC_ALL", "PYTHONHASHSEED"))


def test_the_sums_are_those_of_the_files(tool: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "b").write_bytes(b"b")
    (folder / "a").write_bytes(b"")
    sums = tool.write_sums(folder).read_text()
    assert sums.splitlines()[0] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a"
    run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder)
    (folder / "b").write_bytes(b"c")
    with pytest.raises(ReleaseError, match="b: FAILED"):
        run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder)


def test_settings_of_the_checkout_do_not_reach_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "TIEBACK_CACHE"):
        monkeypatch.setenv(name, "/nowhere")
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "TIEBACK_CACHE"} & set(clean_environment())


def test_a_program_that_fails_ends_the_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"failed:\nno"):
        run(sys.executable, "-c", "import sys; sys.exit('no')", cwd=tmp_path)
    with pytest.raises(ReleaseError, match="no-such-program is missing"):
        run("no-such-program", cwd=tmp_path)


def test_old_data_is_named(tool: ModuleType) -> None:
    found = tool.old_data(ROOT)
    command = [sys.executable, str(ROOT / "tools" / "refresh-data"), "--json"]
    rows = [json.loads(line) for line in subprocess.run(command, capture_output=True, check=False).stdout.splitlines()]
    assert found == [f"{row['source']} ({row['date']})" for row in rows if row["old"]]
