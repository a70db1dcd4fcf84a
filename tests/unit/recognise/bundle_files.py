"""Resource tables and XML of app bundles as aapt2 writes them, for tests of references between resources."""

from collections.abc import Mapping, Sequence

from tests.unit.intake.conftest import pb_attribute, pb_field, pb_node, pb_reference, pb_string, pb_varint
from tests.unit.recognise.resource_files import ANDROID, Number, Types, Value


def bundle_table(types: Types) -> bytes:
    """A table of one package (0x7f) with these types (0x01 and so on) and their entries, by name."""
    body = pb_field(1, pb_field(1, 0x7F)) + pb_field(2, "test.shop")
    for number, (kind, entries) in enumerate(types.items(), start=1):
        packed = pb_field(1, pb_field(1, number)) + pb_field(2, kind)
        for place, (name, one) in enumerate(entries.items()):
            head = pb_field(1, pb_field(1, place)) + pb_field(2, name)
            if isinstance(one, str | int):
                value = pb_field(4, _item(one, is_file=kind in ("raw", "layout", "xml")))
            else:
                elements = b"".join(pb_field(1, pb_field(3, _item(item))) for item in one)
                value = pb_field(5, pb_field(4, elements))
            packed += pb_field(3, head + pb_field(6, pb_field(1, b"") + pb_field(2, value)))
        body += pb_field(3, packed)
    return pb_field(2, body)


def _item(one: Value, *, is_file: bool = False) -> bytes:
    if isinstance(one, Number):
        return pb_field(7, pb_field(6, int(one)))
    if isinstance(one, int):
        return pb_reference(one)
    return pb_field(5, pb_field(1, one)) if is_file else pb_string(one)


def bundle_layout(*elements: tuple[str, Mapping[str, Value]], text: str = "") -> bytes:
    """An XML file: an element ``root`` with a text, and elements in it with attributes."""
    inner = [bundle_node(*one) for one in elements]
    return pb_node("root", [], [*([pb_field(2, text)] if text else []), *inner])


def bundle_node(name: str, attributes: Mapping[str, Value], inner: Sequence[bytes] = ()) -> bytes:
    """An element with attributes and other elements."""
    return pb_node(name, [_attribute(*one) for one in attributes.items()], list(inner))


def _attribute(name: str, value: Value) -> bytes:
    written = pb_attribute(name, value if isinstance(value, str) else f"@{value:#x}", _item(value))
    identifier = ANDROID.get(name)
    return written + (pb_varint(5 << 3) + pb_varint(identifier) if identifier else b"")
