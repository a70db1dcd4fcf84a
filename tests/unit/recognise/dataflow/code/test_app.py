"""Classes, methods and fields of the files of an app together."""

from pathlib import Path

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.walk.shapes import renamed

FLOW = Path(__file__).parents[5] / "bench" / "flow"
APP = AppCode([DexFile((FLOW / f"{name}.dex").read_bytes()) for name in ("cases", "second")])


def method(owner: str, name: str, kinds: str) -> int:
    return APP.identity(MemberRef(f"Lflow/{owner};", name, kinds))


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
