"""Classes, methods and fields of the files of an app together."""

from pathlib import Path

import pytest

from tieback.recognise.dataflow.app import AppCode, CodeUse, MemberRef
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.shapes import renamed

FLOW = Path(__file__).parents[4] / "bench" / "flow"
APP = AppCode([DexFile((FLOW / f"{name}.dex").read_bytes()) for name in ("cases", "second")])


def method(owner: str, name: str, kinds: str) -> int:
    return APP.identity(MemberRef(f"Lflow/{owner};", name, kinds))


def names(uses: list[CodeUse]) -> set[str]:
    return {APP.ref(one.method.identity).shown for one in uses}


def test_a_class_of_another_file_is_found() -> None:
    assert APP.class_of("Lflow/multidex1Const;") == (
        1,
        APP.files[1].class_row(APP.files[1].type_of(b"Lflow/multidex1Const;")),
    )
    assert APP.class_of("Ljava/lang/String;") is None
    assert APP.is_own("Lflow/multidex1;")
    assert not APP.is_own("Lkotlin/Lazy;")
    found = APP.definition(method("multidex2Lib", "base", "()Ljava/lang/String;"))
    assert found is not None
    assert found.file == 1


def test_classes_that_implement_a_type() -> None:
    assert set(APP.subclasses("Lflow/abstract2Task;")) == {"Lflow/abstract2A;", "Lflow/abstract2B;"}
    assert APP.subclasses("Lflow/interface1Host;") == ("Lflow/interface1Fixed;",)
    targets = APP.targets(method("abstract2Task", "host", "()Ljava/lang/String;"))
    assert {APP.ref(one.identity).owner for one in targets} == {"Lflow/abstract2A;", "Lflow/abstract2B;"}
    assert list(APP.ancestors("Lflow/interface1Fixed;"))[:2] == ["Lflow/interface1Fixed;", "Ljava/lang/Object;"]


def test_callers_also_through_a_type_or_another_file() -> None:
    assert names(APP.callers(method("interface1Fixed", "get", "()Ljava/lang/String;"))) == {"Lflow/interface1;->up"}
    assert names(APP.callers(method("multidex2Lib", "base", "()Ljava/lang/String;"))) == {"Lflow/multidex2;->main"}
    assert "Lflow/task1;->main" in names(
        APP.callers(method("task1Task", "doInBackground", "([Ljava/lang/String;)Ljava/lang/String;"))
    )


@pytest.mark.parametrize(("kind", "found"), [("Ljava/lang/String;", True), ("Ljava/lang/Integer;", False)])
def test_a_result_that_is_cast_to_a_number_is_no_text(kind: str, found: bool) -> None:
    target = MemberRef("Lflow/interface1Host;", "get", "()Ljava/lang/String;")
    data = bytearray((FLOW / "cases.dex").read_bytes())
    plain = AppCode([DexFile(data)])
    (use,) = plain.callers(plain.identity(target), of_text=True)
    call = use.method.code.begin + 2 * use.last
    # After the call: move-result-object, and check-cast of the same register in place of what follows.
    assert data[call + 6] == 0x0C
    data[call + 8 : call + 12] = bytes((0x1F, data[call + 7])) + plain.type_of(0, kind).to_bytes(2, "little")
    app = AppCode([DexFile(data)])
    assert bool(app.callers(app.identity(target), of_text=True)) is found
    assert app.callers(app.identity(target))


def test_writers_and_readers_of_a_field_of_a_superclass() -> None:
    field = APP.identity(MemberRef("Lflow/constructor3Base;", "url", "Ljava/lang/String;"))
    assert names(APP.writers(field)) == {"Lflow/constructor3Base;-><init>"}
    assert names(APP.readers(field)) == {"Lflow/constructor3Impl;->call"}


def test_methods_of_a_renamed_library() -> None:
    dex = APP.files[0]
    found = {(dex.method_name(one.method_index), one.method) for one in renamed(dex)}
    assert found == {
        ("Lflow/r8okhttp1a;->f", "scheme"),
        ("Lflow/r8okhttp1a;->c", "host"),
        ("Lflow/r8okhttp1a;->d", "port"),
        ("Lflow/r8okhttp1a;->g", "addPathSegment"),
        ("Lflow/r8okhttp1a;->b", "build"),
        ("Lflow/r8okhttp2q;->e", "url"),
    }


def test_one_method_of_a_class_is_the_one_among_all() -> None:
    plain, other = AppCode(APP.files), AppCode(APP.files)
    for file, dex in enumerate(APP.files):
        for row in range(len(dex.classes)):
            for (name, kind), found in plain.declared(file, row).items():
                assert other._declared_method(file, row, name, kind) == found
                assert other._declared_method(file, row, name, kind + "I") is None
                assert other._declared_method(file, row, name + "é", kind) is None
                other._declared.clear()
