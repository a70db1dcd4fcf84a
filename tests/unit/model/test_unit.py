"""The unit of work never prints how its content is reached."""

from tieback.model.unit import Unit, UnitEnd, UnitState


def test_repr_leaves_out_access() -> None:
    unit = Unit("ab" * 32, "apps-1", "s3://bucket/a.apk", 12, access="https://signed.test/?signature=secret")
    assert "secret" not in repr(unit)
    assert "secret" not in repr(UnitEnd(unit, UnitState.DONE))
    assert "s3://bucket/a.apk" in repr(unit)
