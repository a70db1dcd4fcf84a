from pathlib import Path

import pytest

from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.folder import UnpackedFolder
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.smali import folder
from tieback.intake.apps.smali.folder import DecodedEntries
from tieback.model.sighting import UnreadKind
from tieback.recognise.dataflow.dex.dexfile import DexFile

CLASS = """.class public La/{name};
.super Ljava/lang/Object;
.method public static a()Ljava/lang/String;
    .registers 1
    const-string v0, "https://{name}.test/"
    return-object v0
.end method
"""


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "AndroidManifest.xml").write_text('<manifest package="test.x"><application/></manifest>')
    (tmp_path / "apktool.yml").write_text("version: 2.7.0\n")
    for place, name in (("smali/a", "A"), ("smali/a", "B"), ("smali_classes2/a", "C")):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / f"{name}.smali").write_text(CLASS.replace("{name}", name))
    return tmp_path


def walked(top: Path) -> tuple[dict[str, tuple[BufferKind, bytes]], list[tuple[str, str, UnreadKind | None]]]:
    with open_app(top) as package:
        found = {
            one.file: (one.buffers[0].kind, bytes(one.buffers[0].data)) for one in package.artifacts() if one.buffers
        }
        return found, [(one.what, one.where, one.unread) for one in package.problems]


def test_each_folder_is_a_dex_file_and_its_texts_are_not_searched(top: Path) -> None:
    found, problems = walked(top)
    assert problems == []
    assert {name for name in found if name.startswith("smali")} == {"smali", "smali_classes2"}
    kind, data = found["smali"]
    assert kind is BufferKind.DEX
    dex = DexFile(data)
    assert [dex.descriptor(int(kind)) for kind in dex.classes["type"]] == ["La/A;", "La/B;"]
    assert b"https://C.test/" in found["smali_classes2"][1]


def test_a_place_in_a_dex_file_is_one_in_a_smali_file(top: Path) -> None:
    """A person opens the smali file: the DEX file is nowhere."""
    found, _ = walked(top)
    with open_app(top) as package:
        for name, file in (("A", "smali"), ("B", "smali"), ("C", "smali_classes2")):
            text = f"{name}.test/".encode()
            smali = f"{file}/a/{name}.smali"
            place = package.place(file, found[file][1].index(text))
            assert place == (smali, (top / smali).read_bytes().index(text))
        for other in (("smali", 3), ("smali", 10**9), ("smali.part2", 40), ("AndroidManifest.xml", 0), ("smali", None)):
            assert package.place(*other) == other


def test_a_class_that_cannot_be_read_stays_a_text(top: Path) -> None:
    (top / "smali" / "a" / "A.smali").write_text("https://text.test/\n")
    (top / "smali" / "a" / "D.smali").write_bytes(b"\xff\xfe\x80")
    found, problems = walked(top)
    assert found["smali/a/A.smali"] == (BufferKind.TEXT, b"https://text.test/\n")
    assert len(DexFile(found["smali"][1]).classes) == 1
    assert problems == [
        (
            "2 smali files are only searched as text, because their classes cannot be read",
            "smali/a/A.smali",
            UnreadKind.UNREADABLE,
        )
    ]


def test_methods_that_cannot_be_read_are_counted(top: Path) -> None:
    path = top / "smali" / "a" / "A.smali"
    path.write_text(path.read_text().replace("return-object v0", "return-everything v0"))
    found, problems = walked(top)
    assert len(DexFile(found["smali"][1]).classes) == 2
    assert found["smali/a/A.smali"][0] is BufferKind.TEXT
    assert "smali/a/B.smali" not in found
    assert problems == [("the code of 1 method in smali cannot be read", "smali/a/A.smali", UnreadKind.UNREADABLE)]


def test_what_does_not_fit_is_searched_as_text(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_BYTES", 2 * len(CLASS) - 10)
    found, problems = walked(top)
    assert "smali_classes2/a/C.smali" in found
    assert [(where, unread) for _, where, unread in problems] == [("smali_classes2/a/C.smali", UnreadKind.LIMIT)]


def test_classes_that_do_not_fit_into_one_file_begin_another(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.intake.apps.smali.pool.MAX_INDEX", 3)
    found, problems = walked(top)
    assert problems == []
    assert {"smali", "smali.part2"} <= found.keys()
    assert [len(DexFile(found[name][1]).classes) for name in ("smali", "smali.part2")] == [1, 1]


def test_no_text_is_left_out_when_there_are_too_many_files(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.intake.apps.smali.pool.MAX_INDEX", 3)
    monkeypatch.setattr(folder, "MAX_PARTS", 1)
    found, problems = walked(top)
    assert found["smali/a/B.smali"][0] is BufferKind.TEXT
    assert [where for _, where, _ in problems] == ["smali/a/B.smali"]


def test_entries_can_be_read_in_any_order(top: Path) -> None:
    source = DecodedEntries(UnpackedFolder(top, PackageProblems(), budget_for(0)))
    text = next(entry for entry in source.entries if entry.name == "smali/a/B.smali")
    assert (source.peek(text, 10), source.read(text)) == (b"", b"")
    made = source.find("smali")
    assert made is not None
    assert source.peek(made, 4) == b"dex\n"
    assert len(source.read(made, 50)) == 50
