"""The unit of work never prints how its content is reached."""

from pathlib import Path

from tieback.model.unit import Unit, UnitEnd, UnitState, files_unit


def test_repr_leaves_out_access() -> None:
    unit = Unit("ab" * 32, "apps-1", "s3://bucket/a.apk", 12, access="https://signed.test/?signature=secret")
    assert "secret" not in repr(unit)
    assert "secret" not in repr(UnitEnd(unit, UnitState.DONE))
    assert "s3://bucket/a.apk" in repr(unit)


def test_files_that_are_read_as_one_are_all_named() -> None:
    unit = files_unit("ab" * 32, "traffic-1", [Path("z/conn.log"), Path("z/http.log")], 12)
    assert unit.source == "z/conn.log, http.log"
    assert unit.files == (Path("z/conn.log"), Path("z/http.log"))
    many = files_unit("ab" * 32, "traffic-1", [Path(f"z/{number}.log") for number in range(10)], 12)
    assert many.source.endswith(", 7.log and 2 more")
