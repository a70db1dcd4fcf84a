"""Exports are walked into in bounded steps, whatever their size and however they end."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.intake.reports import source as reports
from tieback.model.errors import InputError
from tieback.posture.source import Origin, PostureSource


def source(tmp_path: Path, text: str) -> PostureSource:
    path = tmp_path / "export.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return PostureSource(path)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ('{"A": [1, 2], "B": {"c": 3}, "D": "x"}', [("A", 1, 1), ("A", 1, 2), ("B", 1, {"c": 3}), ("D", 1, "x")]),
        ('{\n "A": [\n  {"x": 1},\n  {"x": 2}\n ]\n}', [("A", 3, {"x": 1}), ("A", 4, {"x": 2})]),
        ('[{"x": 1}]', [("", 1, {"x": 1})]),
        ('{"A": [1]}\n{"A": [2]}', [("A", 1, 1), ("A", 2, 2)]),
        ('results =\n{"A": [1]};', [("A", 2, 1)]),
        ('\ufeff{"A": []}', []),
        ("", []),
    ],
)
def test_members_of_objects(text: str, members: list[tuple[str, int, Any]], tmp_path: Path) -> None:
    assert list(source(tmp_path, text).members()) == members


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('[{"x": 1}, {"x": 2}]', [{"x": 1}, {"x": 2}]),
        ('{"x": 1}\n{"x": 2}\n', [{"x": 1}, {"x": 2}]),
        ('{"x": [1, {"y": "]}"}]}', [{"x": [1, {"y": "]}"}]}]),
    ],
)
def test_records_are_streamed(text: str, items: list[Any], tmp_path: Path) -> None:
    assert [value for _, value in source(tmp_path, text).items()] == items


@pytest.mark.parametrize(
    ("text", "kept", "why"),
    [
        ('{"A": [{"x": 1}, {"x": 2', [{"x": 1}], "the file ends within a value"),
        ('{"A": [{"x": 1}', [{"x": 1}], "the file ends within a list"),
        ('{"A": [{"x": 1}, nonsense]}', [{"x": 1}], "not valid JSON"),
        ('{"A": [{"x": 1}], "B', [{"x": 1}], "the file ends within a value"),
        ('{"A": [{"x": 1}] 7', [{"x": 1}], "not valid JSON"),
    ],
)
def test_truncated_file_keeps_earlier_records_with_a_problem(
    text: str, kept: list[Any], why: str, tmp_path: Path
) -> None:
    one = source(tmp_path, text)
    assert [value for _, _, value in one.members()] == kept
    assert why in one.incomplete
    assert "records kept: 1" in one.incomplete


@pytest.mark.parametrize("text", ["{", '{"A"', "[", '{"A": [{"x": 1', "nonsense", '{"A": ' + "[" * 100_000])
def test_nothing_before_the_end_is_an_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"export\.json:"):
        list(source(tmp_path, text).members())


def test_values_may_lie_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "CHUNK", 7)
    value = {"A": [{"name": f"number {n} ✓", "many": list(range(n))} for n in range(30)], "B": 12345678901234567890}
    found = list(source(tmp_path, json.dumps(value, ensure_ascii=False)).members())
    assert [one for key, _, one in found if key == "A"] == value["A"]
    assert found[-1] == ("B", 1, value["B"])


def test_an_object_without_end_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.posture.source.MAX_RECORD", 10_000)
    monkeypatch.setattr(reports, "CHUNK", 1000)
    with pytest.raises(InputError, match="a record is longer than"):
        list(source(tmp_path, '{"A": [{"x": "' + "a" * 100_000).members())


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.lists(
            st.integers() | st.text(max_size=8) | st.dictionaries(st.text(max_size=4), st.booleans(), max_size=3),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_all_lists_of_an_object_are_returned(value: dict[str, list[Any]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, list[Any]] = {}
        for key, _, one in source(Path(folder), json.dumps(value)).members():
            found.setdefault(key, []).append(one)
    assert found == {key: ones for key, ones in value.items() if ones}


def test_lone_surrogates_are_spelt_out(tmp_path: Path) -> None:
    text = r'{"A": [{"x\ud800": ["\udfff", "\ud83d\ude00", "\u00e9"]}]}'
    assert list(source(tmp_path, text).members()) == [("A", 1, {"x\\ud800": ["\\udfff", "😀", "é"]})]


def test_brackets_without_end_are_not_made_into_objects(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too many parts"):
        list(source(tmp_path, '{"A": [[' + "[]," * 500_000 + "1]]}").members())


def test_rows_of_csv(tmp_path: Path) -> None:
    one = source(tmp_path, 'A;B\n1;"two\nlines"\n1;2;3\n')
    assert list(one.rows(";")) == [(3, {"a": "1", "b": "two\nlines"})]
    assert one.skipped == 1
    assert "3 columns, expected 2" in one.first_skipped


def test_broken_csv_keeps_what_came_before(tmp_path: Path) -> None:
    one = source(tmp_path, 'a,b\n1,2\n3,"unended\n')
    assert list(one.rows()) == [(2, {"a": "1", "b": "2"})]
    assert "not valid CSV" in one.incomplete


def test_columns_must_be_distinct(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="duplicate column names"):
        list(source(tmp_path, "a,a\n1,2\n").rows())


def test_the_moment_is_the_users_or_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("{}")
    assert PostureSource(path, Origin(taken="2026-01-02T00:00:00Z")).seen == "2026-01-02T00:00:00Z"
    assert PostureSource(path).seen.endswith("Z")
    assert PostureSource(tmp_path / "none").seen == ""


def test_what_could_not_be_collected_is_counted_by_kind(tmp_path: Path) -> None:
    one = source(tmp_path, "")
    for number in range(150):
        one.note_missing(f"kind {number}")
    one.note_missing("kind 0")
    assert one.failed["kind 0"] == 2
    assert one.failed["more"] == 50
