"""JSON cut into records, against the standard library's reader."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.inventory import source as source_module
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.errors import InputError


def cut(folder: Path, text: str | bytes, path: tuple[str, ...] = ()) -> list[Any]:
    file = folder / "x.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [record for _, record in iter_json_records(InventorySource(file), path, dict[str, Any])]


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('[{"a":1},{"a":2}]', (), [{"a": 1}, {"a": 2}]),
        ('{"a":1}\n{"a":2}\n', (), [{"a": 1}, {"a": 2}]),
        ('{"value":[{"a":1}],"next":null}', ("value",), [{"a": 1}]),
        ('{"n":12,"s":"value","value":[{"a":1},{"a":2}]}', ("value",), [{"a": 1}, {"a": 2}]),
        ('{"value":[{"a":1}]}{"value":[{"a":2}]}', ("value",), [{"a": 1}, {"a": 2}]),
        ('[{"value":[{"a":1}]},{"value":[{"a":2}]}]', ("value",), [{"a": 1}, {"a": 2}]),
        ('{"x":{"y":[{"a":1}]},"y":[{"b":1}]}', ("x", "y"), [{"a": 1}]),
        ('{"x":{"a":1}}', ("x",), [{"a": 1}]),
        ('{"value":[{"a":"}]\\"{["}]}', ("value",), [{"a": '}]"{['}]),
        ('{"value":[1,"two",null,[3],{"a":4}]}', ("value",), [{"a": 4}]),
        ('{"other":[{"value":[{"a":1}]}]}', ("value",), []),
        ("", (), []),
        ("[]", (), []),
        ("{}", ("value",), []),
        ('{"v\\u0061lue":[{"a":1}]}', ("value",), [{"a": 1}]),
    ],
)
def test_records(tmp_path: Path, text: str, path: tuple[str, ...], found: list[Any]) -> None:
    assert cut(tmp_path, text, path) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"value":[{"a":1}', "ends within"),
        ('{"value":[{"a":"x', "ends within"),
        ('[{"a":1},', "ends within"),
        ("[{a:1}]", "record 1 is not valid JSON"),
        ('{"a" 1}', "colon is missing"),
        ("{1:2}", "name is missing"),
        ("[" * 300 + "]" * 300, "nested too deep"),
        ('[{"a":[' + "{}," * 60_000 + "1]}]", "more than 100,000 parts"),
        ('[{"a":"' + "x" * 3_000_000 + '"}]', "longer than 2 MiB"),
    ],
)
def test_invalid_json_is_rejected(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        cut(tmp_path, text, ("value",) if text.startswith('{"value"') or '" 1' in text or "{1" in text else ())


def test_a_record_of_another_shape_is_left_out(tmp_path: Path) -> None:
    class Shape(msgspec.Struct):
        a: int

    path = tmp_path / "x.json"
    path.write_text('[{"a":1},{"a":"x"},{"a":3}]')
    source = InventorySource(path)
    assert [record.a for _, record in iter_json_records(source, (), Shape)] == [1, 3]
    assert (source.skipped, source.first_skipped[:9]) == (1, "record 2:")


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.dictionaries(st.text(), _values)), st.sampled_from([1, 7, 64, 4096]), st.booleans())
def test_records_are_those_of_a_whole_read(
    tmp_path: Path, wanted: list[dict[str, Any]], chunk: int, ascii_only: bool
) -> None:
    text = json.dumps({"before": {"value": 1}, "value": wanted, "after": []}, ensure_ascii=ascii_only)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_module, "CHUNK", chunk)
        assert (
            cut(tmp_path, text.encode("utf-8", "replace"), ("value",))
            == json.loads(text.encode("utf-8", "replace"))["value"]
        )


@given(st.binary(max_size=300) | st.text(alphabet='{}[]",:\\ab1 ', max_size=80).map(str.encode))
def test_any_bytes_are_records_or_one_error(tmp_path: Path, data: bytes) -> None:
    try:
        cut(tmp_path, data, ("a",))
    except InputError as error:
        assert "\n" not in error.diagnostics()  # noqa: PT017 - either is right
