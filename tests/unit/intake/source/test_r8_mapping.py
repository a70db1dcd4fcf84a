"""Mapping files of R8 and ProGuard: each kind of line, restored evidence, and hostile files."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.linear import assert_linear
from tieback.intake.source import r8_mapping
from tieback.intake.source.r8_mapping import MAX_INLINED, Mapping, OriginalMethod, class_names, read_mapping
from tieback.model.errors import InputError

HEAD = """\
# compiler: R8
# compiler_version: 8.5.10
# {"id":"com.android.tools.r8.mapping","version":"2.2"}
# pg_map_hash: SHA-256 0123
"""
CLASS = """\
org.example.Api -> a.b:
# {"id":"sourceFile","fileName":"Api.kt"}
"""


def mapping_of(folder: Path, text: str, *wanted: str) -> Mapping:
    path = folder / "mapping.txt"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, wanted or ("a.b",))


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        pytest.param("", "->m", id="no line for the method"),
        pytest.param("    void load() -> m\n", "->load", id="without ranges"),
        pytest.param("    1:4:void load(int,java.lang.String[]):20:23 -> m\n", "->load", id="R8"),
        pytest.param("    1:4:void load():20 -> m\n", "->load", id="one original line"),
        pytest.param("    void load():20:23 -> m\n", "->load", id="only original lines"),
        pytest.param("    1:4:void load() -> m\n", "->load", id="only lines of the package"),
        pytest.param("    java.lang.String host -> m\n", "->host", id="a field"),
        pytest.param("    java.lang.String host -> m\n    void load() -> m\n", "->load", id="a method before a field"),
        pytest.param("    void <init>(int) -> <init>\n    void a() -> m\n", "->a", id="constructor beside it"),
        pytest.param(
            "    1:1:void org.example.Moved.load():2:2 -> m\n", "->org.example.Moved.load", id="another class"
        ),
        pytest.param(
            "    1:4:void org.example.Hosts.first():9:9 -> m\n    1:4:void load():20 -> m\n", "->load", id="inlined"
        ),
        pytest.param(
            "    1:1:void lambda$load$0():9:9 -> m\n    1:1:void m():0:0 -> m\n"
            '    # {"id":"com.android.tools.r8.synthesized"}\n',
            "->lambda$load$0",
            id="made by the compiler",
        ),
        pytest.param("    1:1:void load():9:9 -> m\n    2:2:void save():19:19 -> m\n", "->load|save", id="two methods"),
        pytest.param(
            '    void load() -> m\n    # {"id":"com.android.tools.r8.residualsignature","signature":"()La/c;"}\n',
            "->load",
            id="another comment",
        ),
        pytest.param("    # a note\n    void load() -> m\n", "->load", id="a comment in words"),
        pytest.param("    void load() -> m\r\n", "->load", id="line ends of Windows"),
    ],
)
def test_each_kind_of_line_restores_the_method(tmp_path: Path, lines: str, restored: str) -> None:
    found = mapping_of(tmp_path, HEAD + CLASS + lines)
    assert found.unread == 0
    assert found.restore("La/b;->m: https://api.test") == f"Lorg/example/Api;{restored}: https://api.test"


def test_frames_keep_their_lines_and_inlined_methods(tmp_path: Path) -> None:
    lines = (
        "    1:4:void org.example.Hosts.inner():5:8 -> m\n    1:4:void org.example.Hosts.first():9:9 -> m\n"
        "    1:4:void load():20:23 -> m\n"
    )
    found = mapping_of(tmp_path, HEAD + CLASS + lines)
    (origin,) = found.origins("La/b;->m")
    assert origin.method == OriginalMethod("org.example.Api", "load", 20, 23)
    assert [one.label for one in origin.inlined] == ["org.example.Hosts.inner", "org.example.Hosts.first"]
    assert found.classes["a.b"].source_file == "Api.kt"


def test_only_classes_of_interest_are_kept(tmp_path: Path) -> None:
    others = "".join(f"org.example.C{at} -> c.c{at}:\n    void load() -> a\n" for at in range(50))
    found = mapping_of(tmp_path, others + CLASS)
    assert list(found.classes) == ["a.b"]


def test_names_that_the_mapping_does_not_have_stay(tmp_path: Path) -> None:
    found = mapping_of(tmp_path, CLASS)
    text = "Landroid/util/Log;->d La/b; Lx; https://L/a;b"
    assert found.restore(text) == text.replace("La/b;", "Lorg/example/Api;")


def test_a_step_of_a_chain_is_a_method_or_a_field(tmp_path: Path) -> None:
    found = mapping_of(tmp_path, CLASS + "    java.lang.String host -> m\n    void load() -> m\n    int size -> n\n")
    assert found.restore("La/b;->m", fields=True) == "Lorg/example/Api;->load|host"
    assert found.restore("La/b;->n", fields=True) == "Lorg/example/Api;->size"


def test_many_names_of_one_method_are_cut(tmp_path: Path) -> None:
    lines = "".join(f"    {at}:{at}:void load{at}():1:1 -> m\n" for at in range(1, 9))
    found = mapping_of(tmp_path, CLASS + lines)
    assert found.restore("La/b;->m") == "Lorg/example/Api;->load1|load2|load3|load4|…"


def test_lines_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    found = mapping_of(
        tmp_path, CLASS + '    no arrow here\n    # {"id":\n    void ok() -> m\norg.x.Y -> y:\n    other class\n'
    )
    assert found.unread == 2
    assert found.restore("La/b;->m") == "Lorg/example/Api;->ok"


def test_too_long_lines_are_left_out_and_the_next_is_read(tmp_path: Path) -> None:
    for size in (r8_mapping.MAX_LINE + 1, 3 * r8_mapping._PIECE):
        found = mapping_of(tmp_path, f"{CLASS}    {'x' * size}\n    void ok() -> m\n")
        assert found.unread == 1
        assert found.restore("La/b;->m") == "Lorg/example/Api;->ok"


def test_inlined_frames_and_members_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "".join(f"    1:1:void f{at}():{at}:{at} -> m\n" for at in range(1, 100))
    (origin,) = mapping_of(tmp_path, CLASS + deep).origins("La/b;->m")
    assert len(origin.inlined) == MAX_INLINED
    assert origin.method.name == "f99"
    monkeypatch.setattr(r8_mapping, "MAX_MEMBERS", 10)
    assert mapping_of(tmp_path, CLASS + deep).unread == 89


def test_a_file_without_classes_is_no_mapping(tmp_path: Path) -> None:
    for text in ("", "# only a comment\n", "PK\3\4 binary", '{"json": true}\n'):
        with pytest.raises(InputError, match="no mapping of R8 or ProGuard"):
            mapping_of(tmp_path, text)


def test_files_that_are_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path / "pipe", "not a regular"), (tmp_path, "not a regular"), (tmp_path / "no", "No such")):
        with pytest.raises(InputError, match=what):
            read_mapping(path, ["a.b"])
    monkeypatch.setattr(r8_mapping, "MAX_FILE", 1024)
    with pytest.raises(InputError, match="larger than"):
        mapping_of(tmp_path, CLASS * 100)


def test_the_cost_grows_with_the_size() -> None:
    def read(text: str) -> None:
        reader = r8_mapping._Reader(frozenset(["a.b"]))
        for line in text.encode().split(b"\n"):
            reader.add(line)
        assert reader.end().classes

    assert_linear(lambda size: CLASS + "    1:1:void load(int):2:2 -> m\n" * size, read, size=8_000)
    assert_linear(lambda size: CLASS + "    " + "1:1:a b(" * size, read, size=8_000)
    assert_linear(lambda size: CLASS + "    " + "a " * size + "-> b", read, size=20_000)


NAMES = st.text("abcZé漢$-_0", min_size=1, max_size=8)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5), st.binary(max_size=200))
def test_names_are_restored_between_any_other_lines(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], noise: bytes
) -> None:
    lines = "".join(f"    void {old}() -> {new}\n" for old, new in pairs)
    path = tmp_path_factory.getbasetemp() / "mapping.txt"
    path.write_bytes((CLASS + lines).encode() + b"zz.Other -> zz:\n" + noise)
    found = read_mapping(path, ["a.b"])
    for old, new in pairs:
        assert old in {one.method.name for one in found.origins(f"La/b;->{new}")}


@given(st.binary(max_size=2_000), st.text(max_size=100))
def test_any_bytes_never_raises(tmp_path_factory: pytest.TempPathFactory, data: bytes, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "mapping.txt"
    path.write_bytes(CLASS.encode() + data)
    found = read_mapping(path, ["a.b", *class_names(text)])
    found.restore(text)
    assert next(iter(found.classes)) == "a.b"
