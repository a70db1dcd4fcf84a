"""Units that two parts hold stand in one afterwards, and the rest of both stays."""

from pathlib import Path

import pytest

from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table
from tieback.storage.recovery import recover, remove_units, stored_units
from tieback.storage.workspace import Workspace

A, B, C = (Unit(name * 64, "v1", f"{name}.apk", 1) for name in "abc")


def publish(lake: Lake, part: str, *units: Unit) -> None:
    rows = rows_table("problems", [(unit.key, unit.version, 0, unit.source, "", None) for unit in units])
    lake.publish(part, {"problems": rows}, units)


def sources(lake: Lake) -> list[str]:
    return list(lake.query("SELECT what FROM problems ORDER BY what")["what"].to_pylist())


@pytest.mark.parametrize(
    ("names", "left"), [([A], ["b.apk", "c.apk"]), ([A, C], ["b.apk"]), ([], ["a.apk", "b.apk", "c.apk"])]
)
def test_a_part_is_made_over(names: list[Unit], left: list[str], tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    publish(lake, "p", A, B, C)
    remove_units(lake, "p", {(unit.key, unit.version) for unit in names})
    assert sources(lake) == left
    assert [one.source for one in stored_units(lake, "p")] == left
    assert list((tmp_path / "drafts").iterdir()) == []


def test_a_part_without_units_goes(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    publish(lake, "p", A)
    remove_units(lake, "p", {(A.key, A.version)})
    assert lake.parts() == set()


@pytest.mark.parametrize("known", ["p", "q", ""], ids=["first entered", "second entered", "neither entered"])
def test_recovery_keeps_each_unit_once(known: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        publish(workspace.lake, "p", A, B)
        publish(workspace.lake, "q", B, C)
        if known:
            workspace.ledger.finish([UnitEnd(B, UnitState.DONE, part=known)])
        assert recover(workspace.lake, workspace.ledger).repeated == 1
        assert sources(workspace.lake) == ["a.apk", "b.apk", "c.apk"]
        for unit in (A, B, C):
            row = workspace.ledger.unit(unit.key, unit.version)
            assert row is not None
            assert row.part is not None
            assert unit.source in [one.source for one in stored_units(workspace.lake, row.part)]
        assert recover(workspace.lake, workspace.ledger).repeated == 0


def test_a_kill_between_the_steps_has_the_units_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(tmp_path) as workspace:
        publish(workspace.lake, "p", A, B)
        recover(workspace.lake, workspace.ledger)
        publish(workspace.lake, "q", B, C)

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Lake, "publish", killed)
            with pytest.raises(KeyboardInterrupt):
                recover(workspace.lake, workspace.ledger)
        again = recover(workspace.lake, workspace.ledger)
        assert (again.drafts, again.lost, again.repeated) == (1, 1, 0)
        assert workspace.ledger.claim([A, B, C], "next", 60) == [C]
        assert sources(workspace.lake) == ["a.apk", "b.apk"]
