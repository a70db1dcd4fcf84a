"""XML cut into records."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.xml_records import XmlElement, iter_xml_elements
from tieback.model.errors import InputError


def cut(folder: Path, text: str | bytes) -> list[XmlElement]:
    path = folder / "x.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(iter_xml_elements(InventorySource(path), frozenset({"app"})))


def test_records_as_trees(tmp_path: Path) -> None:
    first, second = cut(tmp_path, "<r><app><n> A &amp; B </n><l><i>1</i><i>2</i></l></app><x/><app/></r>")
    assert first.get("n") == "A & B"
    assert [node.text for node in first.all("l", "i")] == ["1", "2"]
    assert (first.get("none", "deep"), second.get("n")) == ("", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<r><app>", "not valid XML"),
        ("<r></x>", "not valid XML"),
        ('<!DOCTYPE r [<!ENTITY a "x">]><r><app>&a;</app></r>', "entity definitions"),
        ("<a>" * 100, "nested too deep"),
        ('<?xml version="1.0" encoding="none"?><r/>', "not valid XML|unknown character encoding"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        cut(tmp_path, text)


@pytest.mark.parametrize(
    "inside", ["x" * 3_000_000, "<i>y</i>" * 60_000, "<i>" + "z" * 1_500_000 + "</i>" + "z" * 900_000]
)
def test_a_record_that_is_too_large_is_refused(tmp_path: Path, inside: str) -> None:
    with pytest.raises(InputError, match=r"longer than 2 MiB|more than 50,000 elements"):
        cut(tmp_path, f"<r><app>{inside}</app></r>")


def test_records_do_not_add_up(tmp_path: Path) -> None:
    assert len(cut(tmp_path, "<r>" + ("<app>" + "x" * 900_000 + "</app>") * 4 + "</r>")) == 4


@given(st.binary(max_size=300))
def test_any_bytes_are_records_or_one_error(tmp_path: Path, data: bytes) -> None:
    try:
        cut(tmp_path, data)
    except InputError as error:
        assert "\n" not in error.diagnostics()  # noqa: PT017 - either is right
