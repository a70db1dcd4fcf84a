"""What fields hold, and that a second value makes them unknown."""

from pathlib import Path

from tieback.recognise.dataflow.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.fields import FieldConstants
from tieback.recognise.dataflow.values import TextValue

FILE = DexFile((Path(__file__).parent / "dex" / "fields.dex").read_bytes())
NAMES = {FILE.string(member.name): index for index in range(5) if (member := FILE.field(index)) is not None}


def test_initial_values() -> None:
    fields = FieldConstants(FILE)
    base = fields.known(NAMES["BASE"])
    assert isinstance(base, TextValue)
    assert base.text == "https://static.shop.test/api"
    assert fields.known(NAMES["PORT"]) == 7575
    assert fields.known(NAMES["HOST"]) is None
    assert fields.known(1 << 15) is None


def test_a_class_is_initialised_once_and_in_time() -> None:
    fields = FieldConstants(FILE)
    walked: list[CodeItem] = []
    fields.walk = walked.append
    for _ in range(2):
        fields.known(NAMES["HOST"])
    assert [FILE.method_name(FILE.method_of(code)) for code in walked] == ["Ltest/shop/Config;-><clinit>"]


def test_a_second_value_makes_a_field_unknown() -> None:
    fields = FieldConstants(FILE)
    fields.put(3, TextValue("a"))
    fields.put(3, TextValue("a"))
    assert fields.known(3) == TextValue("a")
    fields.put(3, TextValue("b"))
    fields.put(3, TextValue("a"))
    assert fields.known(3) is None
