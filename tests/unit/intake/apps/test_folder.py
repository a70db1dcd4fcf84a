import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.folder import UnpackedFolder, files, is_unpacked
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import Problem, UnreadKind

type Build = Callable[..., bytes]
URL = b"https://api.test/v1"


def lay(top: Path, names: dict[str, bytes]) -> Path:
    for name, content in names.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content)
    return top


def test_an_unzipped_app_is_one_app(build: Build, tmp_path: Path) -> None:
    inner = build("zipped", [("x.js", URL)])
    content = {
        "AndroidManifest.xml": build("manifest", "test.x"),
        "classes.dex": build("dex", [URL]),
        "assets/www/a.js": URL,
        "assets/b.zip": inner,
    }
    with open_app(lay(tmp_path / "app", content)) as package:
        assert package.app is not None
        assert package.app.bundle_id == "test.x"
        assert len(package.app.sha256) == 64
        found = [artifact.file for artifact in package.artifacts()]
    assert found == ["AndroidManifest.xml", "classes.dex", "assets/b.zip!x.js", "assets/www/a.js"]


def test_links_and_pipes_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    top = lay(tmp_path / "app", {"a.txt": b"text"})
    (top / "link").symlink_to(secret)
    (top / "up").symlink_to(tmp_path)
    os.mkfifo(top / "pipe")
    folder = UnpackedFolder(top, PackageProblems(), budget_for(0))
    assert [entry.name for entry in folder.entries] == ["a.txt"]


def test_what_a_folder_passes_over_is_a_problem_with_a_kind(tmp_path: Path) -> None:
    top = lay(tmp_path / "app", {"AndroidManifest.xml": b"", "assets/a.js": URL})
    (tmp_path / "classes.dex").write_bytes(URL)
    (top / "classes.dex").symlink_to(tmp_path / "classes.dex")
    (top / "again.js").symlink_to(top / "assets" / "a.js")
    (top / "assets" / "loop").symlink_to(top, target_is_directory=True)
    os.mkfifo(top / "pipe")
    deep = top.joinpath(*["d"] * 34)
    deep.mkdir(parents=True)
    problems = PackageProblems()
    UnpackedFolder(top, problems, budget_for(1 << 20))
    assert [(one.what, one.where.rpartition("/")[2], one.unread) for one in problems] == [
        ("links that lead out of the directory: 1 entry", "classes.dex", UnreadKind.UNREADABLE),
        ("not regular files: 1 entry", "pipe", None),
        ("folders that are nested too deeply: 1 entry", "d", UnreadKind.LIMIT),
    ]


def test_a_folder_inside_that_cannot_be_opened_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = lay(tmp_path / "app", {"AndroidManifest.xml": b"", "assets/a.js": URL})
    scan = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("assets"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    problems = PackageProblems()
    UnpackedFolder(top, problems, budget_for(1 << 20))
    assert problems == [Problem("folders that cannot be opened: 1 entry", "assets/", UnreadKind.DAMAGED)]


def test_a_file_that_became_something_else_is_a_problem(tmp_path: Path) -> None:
    top = lay(tmp_path / "app", {"a": b"text", "b": b"text", "c": b"text"})
    folder = UnpackedFolder(top, PackageProblems(), budget_for(0))
    for name in "abc":
        (top / name).unlink()
    (top / "b").symlink_to("/etc/hostname")
    os.mkfifo(top / "c")
    assert [folder.read(entry) for entry in folder.entries] == [b"", b"", b""]
    for entry in folder.entries:
        with folder.open_nested(entry) as view:
            assert view[:] == b""
    assert {problem.where for problem in folder.problems} == {"a", "b"}


def test_reading_is_bounded(tmp_path: Path) -> None:
    folder = UnpackedFolder(
        lay(tmp_path / "app", {"a": b"x" * 100, "b": b"x"}), PackageProblems(), PackageBudget(total=60)
    )
    a, b = folder.entries
    assert folder.read(a, 10) == b"x" * 10
    assert folder.peek(a, 3) == b"xxx"
    assert folder.read(a) == b"x" * 50
    assert folder.read(b) == b""
    assert folder.find("a") is a
    assert folder.signing_block() == b""


def test_names_are_safe_to_print(tmp_path: Path) -> None:
    top = lay(tmp_path / "app", {"a\x1b[2J.txt": b"x"})
    (top / os.fsdecode(b"\xff")).write_bytes(b"y")
    folder = UnpackedFolder(top, PackageProblems(), budget_for(0))
    assert [entry.name for entry in folder.entries] == ["a\\x1b[2J.txt", "\\xff"]
    assert [folder.read(entry) for entry in folder.entries] == [b"x", b"y"]


def test_files_come_in_order(tmp_path: Path) -> None:
    lay(tmp_path, {"b/c": b"", "b/a": b"1", "a": b"", "c": b""})
    assert [(name, size) for name, _, size in files(tmp_path)] == [("a", 0), ("c", 0), ("b/a", 1), ("b/c", 0)]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x", ["AndroidManifest.xml", "classes.dex"], True),
        ("x", ["AndroidManifest.xml", "apktool.yml"], True),
        ("x", ["Payload/A.app/Info.plist"], True),
        ("x", ["base/manifest/AndroidManifest.xml"], True),
        ("A.app", ["Info.plist"], True),
        ("x", ["classes.dex", "resources.arsc"], True),
        ("x", ["AndroidManifest.xml", "res/values/strings.xml", "java/A.java"], False),
        ("x", ["base.apk", "split_config.de.apk"], True),
        ("x", ["base.apk", "split_config.de.apk", "lib/arm64/liba.so"], True),
        ("x", ["base.apk", "other.apk"], False),
        ("x", ["base.apk"], False),
        ("x", ["split_a.apk", "split_b.apk"], False),
        ("x", ["classes.dex"], False),
        ("x", ["Payload/notes.txt"], False),
        ("x", [], False),
    ],
)
def test_what_counts_as_unpacked(tmp_path: Path, name: str, content: list[str], expected: bool) -> None:
    (tmp_path / name).mkdir()
    assert is_unpacked(lay(tmp_path / name, dict.fromkeys(content, b"x"))) is expected
    assert not is_unpacked(tmp_path / "none")
