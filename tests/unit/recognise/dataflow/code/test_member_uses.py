"""Methods that call a method, or access a field."""

from pathlib import Path

import pytest

from tieback.recognise.dataflow.code import member_uses
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.member_uses import MemberUses
from tieback.recognise.dataflow.code.members import CodeUse, MemberRef
from tieback.recognise.dataflow.dex.dexfile import DexFile

FLOW = Path(__file__).parents[5] / "bench" / "flow"
APP = AppCode([DexFile((FLOW / f"{name}.dex").read_bytes()) for name in ("cases", "second")])
USES = MemberUses(APP)


def method(owner: str, name: str, kinds: str) -> int:
    return APP.identity(MemberRef(f"Lflow/{owner};", name, kinds))


def names(uses: list[CodeUse]) -> set[str]:
    return {APP.ref(one.method.identity).shown for one in uses}


def test_callers_also_through_a_type_or_another_file() -> None:
    assert names(USES.callers(method("interface1Fixed", "get", "()Ljava/lang/String;"))) == {"Lflow/interface1;->up"}
    assert names(USES.callers(method("multidex2Lib", "base", "()Ljava/lang/String;"))) == {"Lflow/multidex2;->main"}
    assert "Lflow/task1;->main" in names(
        USES.callers(method("task1Task", "doInBackground", "([Ljava/lang/String;)Ljava/lang/String;"))
    )


@pytest.mark.parametrize(("kind", "found"), [("Ljava/lang/String;", True), ("Ljava/lang/Integer;", False)])
def test_a_result_that_is_cast_to_a_number_is_no_text(kind: str, found: bool) -> None:
    target = MemberRef("Lflow/interface1Host;", "get", "()Ljava/lang/String;")
    data = bytearray((FLOW / "cases.dex").read_bytes())
    plain = AppCode([DexFile(data)])
    (use,) = MemberUses(plain).callers(plain.identity(target), of_text=True)
    call = use.method.code.begin + 2 * use.last
    # After the call: move-result-object, and check-cast of the same register in place of what follows.
    assert data[call + 6] == 0x0C
    data[call + 8 : call + 12] = bytes((0x1F, data[call + 7])) + plain.type_of(0, kind).to_bytes(2, "little")
    app = AppCode([DexFile(data)])
    uses = MemberUses(app)
    assert bool(uses.callers(app.identity(target), of_text=True)) is found
    assert uses.callers(app.identity(target))


def test_writers_and_readers_of_a_field_of_a_superclass() -> None:
    field = APP.identity(MemberRef("Lflow/constructor3Base;", "url", "Ljava/lang/String;"))
    assert names(USES.writers(field)) == {"Lflow/constructor3Base;-><init>"}
    assert names(USES.readers(field)) == {"Lflow/constructor3Impl;->call"}


@pytest.mark.parametrize(("most", "kept"), [(1 << 30, True), (0, False)])
def test_the_code_of_large_apps_is_not_kept(monkeypatch: pytest.MonkeyPatch, most: int, kept: bool) -> None:
    monkeypatch.setattr(member_uses, "KEEP_CODE", most)
    app = AppCode([DexFile((FLOW / f"{name}.dex").read_bytes()) for name in ("cases", "second")])
    uses = MemberUses(app)
    field = app.identity(MemberRef("Lflow/constructor3Base;", "url", "Ljava/lang/String;"))
    assert [app.ref(one.method.identity).shown for one in uses.readers(field)] == ["Lflow/constructor3Impl;->call"]
    assert any(dex._code_without for dex in app.files) is kept
