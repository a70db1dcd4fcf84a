"""Values of resources in code: arrays, integers, and the text that a layout gives to a view."""

from pathlib import Path

from tests.each import each
from tests.unit.recognise.resource_files import Number, layout, table
from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.resources import Resources
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.walk.settings import AppSettings
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = (Path(__file__).parent / "dex" / "layouts.dex").read_bytes()
TABLE = table(
    {
        "string": {"broker": "broker.shop.test"},
        "array": {"nodes": ["node-a.shop.test", 0x7F010000, "node-b.shop.test"]},
        "integer": {"port": Number(9191)},
    }
)
LAYOUT = layout(
    ("EditText", {"id": 0x7F0A0001, "text": "192.168.9.5"}),
    ("EditText", {"text": "192.168.9.6"}),
    ("EditText", {"id": 0x7F0A0002, "text": "192.168.9.7"}),
)


def found(*layouts: bytes) -> set[str]:
    pieces = [
        read_dex("classes.dex", DEX)[0],
        Resources("resources.arsc", TABLE).artifact(),
        *(read_binary_xml(f"res/layout/a{number}.xml", data) for number, data in enumerate(layouts)),
    ]
    return {one.endpoint.value for one in AppSearch(RuleFiles()).finds(pieces) if isinstance(one, Sighting)}


def test_arrays_integers_and_texts_of_views_become_addresses() -> None:
    assert found(LAYOUT) == {
        "http://192.168.9.5:8080/led",
        "http://node-a.shop.test:8080/led",
        "http://broker.shop.test:8080/led",
        "http://node-b.shop.test:8080/led",
        "broker.shop.test:9191",
        "https://other.shop.test",
        "192.168.9.9:1883",
    }


def test_only_the_input_field_whose_text_is_contacted_has_an_address() -> None:
    """The text of the layout comes first, and no code contacts what is in the other field."""
    values = found(
        layout(("EditText", {"id": 0x7F0A0011, "text": "broker.shop.test"}), ("EditText", {"id": 0x7F0A0012}))
    )
    assert "broker.shop.test:1883" in values
    assert not [value for value in values | found() if "10.9.9.9" in value]
    assert "192.168.9.9:1883" in found()


def test_each_layout_gives_the_view_a_text() -> None:
    wide = layout(("EditText", {"id": 0x7F0A0001, "text": 0x7F010000}), ("TextView", {"text": "192.168.9.8"}))
    values = found(LAYOUT, wide)
    assert {"http://192.168.9.5:8080/led", "http://broker.shop.test:8080/led"} <= values
    assert not [value for value in values if "192.168.9.8" in value]


def test_without_the_layout_nothing_is_known_of_the_view() -> None:
    assert not [value for value in found() if "192.168.9.5" in value]


@each(("identifier", "texts"), [(0x7F0A0001, ("192.168.9.5",)), (0x7F0A0003, ()), (0, ())])
def test_the_texts_of_a_view(identifier: int, texts: tuple[str, ...]) -> None:
    settings = AppSettings()
    settings.see(read_binary_xml("res/layout/a.xml", LAYOUT))
    assert settings.view_texts(identifier) == texts
