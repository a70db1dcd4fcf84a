"""Objects and fields."""

from tests.unit.recognise.dataflow.walk.programs import walker_of
from tieback.recognise.dataflow.methods.values import InstanceValue, Need, TextValue
from tieback.recognise.dataflow.walk.objects import instance_get, instance_put, new_instance, static_get, static_put
from tieback.recognise.dataflow.walk.walker import Walker

HOST = TextValue("api.shop.test")


def begun(units: list[int]) -> tuple[Walker, int]:
    """A walk at these units of the benchmark, and the identity of the field with index 5."""
    walk = walker_of("cases.dex")
    walk.enter(units, 0, -1)
    return walk, walk.app.field(0, 5)


def test_a_field_of_a_known_object() -> None:
    units = [0x1059, 5, 0x1254, 5]  # v0 into the field of v1; the field of v1 into v2
    walk, field = begun(units)
    walk.registers = {0: HOST, 1: walk.allocate(InstanceValue("La;", {}))}
    assert instance_put(walk, 0, units[0]) == 2
    assert walk.contents(walk.registers[1]) == InstanceValue("La;", {field: HOST})
    assert instance_get(walk, 2, units[2]) == 4
    assert walk.registers[2] == HOST
    assert walk.stored == {}


def test_a_field_of_an_unknown_object() -> None:
    units = [0x1059, 5, 0x1254, 5]
    walk, field = begun(units)
    walk.registers = {0: HOST}
    instance_put(walk, 0, units[0])
    assert walk.stored == {field: [HOST]}
    instance_get(walk, 2, units[2])
    found = walk.registers[2]
    assert isinstance(found, TextValue)
    assert found.needs == (Need("field", field),)


def test_a_static_field() -> None:
    units = [0x0069, 5, 0x0062, 0xFFFF]
    walk, field = begun(units)
    walk.registers = {0: HOST}
    assert static_put(walk, 0, units[0]) == 2
    assert walk.stored == {field: [HOST]}
    assert static_get(walk, 2, units[2]) == 4
    assert 0 not in walk.registers, "no such field"


def test_a_new_object() -> None:
    walk, _ = begun([0x0022, 0])
    dex = walk.app.files[0]
    for name, contents in [
        (b"Ljava/lang/StringBuilder;", TextValue("")),
        (b"Lflow/abstract2A;", InstanceValue("Lflow/abstract2A;", {})),
        (b"Ljava/lang/Object;", None),
    ]:
        walk.units = [0x0022, dex.type_of(name)]
        assert new_instance(walk, 0, 0x0022) == 2
        assert walk.contents(walk.registers.get(0)) == contents
