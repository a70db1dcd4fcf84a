import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.probes.wire.columns import MAX_PARTS, columns

TABLE = [
    # what, documents, columns
    ("plain", [{"a": "x"}, {"a": "y"}], {"a": ["x", "y"]}),
    ("numbers and truth values", [{"a": 1, "b": 1.5, "c": True}], {"a": ["1"], "b": ["1.5"], "c": ["true"]}),
    ("a field that a document lacks", [{"a": "x"}, {}, {"a": "z"}], {"a": ["x", "", "z"]}),
    ("nested", [{"in": {"deep": {"a": "x"}}}], {"in.deep.a": ["x"]}),
    ("a list of texts", [{"a": ["x", "y"]}], {"a": ["x\ny"]}),
    ("a list of documents", [{"a": [{"b": "x"}, {"b": "y"}]}], {"a.b": ["x"]}),
    ("null, binary, empty", [{"a": None, "b": b"x", "c": "", "d": []}], {}),
    ("no documents", ["x", 1, None, ["y"]], {}),
]


@pytest.mark.parametrize(("documents", "found"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_columns(documents: list[object], found: dict[str, list[str]]) -> None:
    assert columns(documents, characters=10, most=10) == found


def test_bounds() -> None:
    deep: object = "x"
    for _ in range(50):
        deep = {"a": deep}
    assert columns([deep], characters=10, most=10) == {}
    wide = [{f"f{n}": "y" * 99 for n in range(99)}]
    found = columns(wide, characters=10, most=7)
    assert (len(found), {len(value) for values in found.values() for value in values}) == (7, {10})
    assert columns([{"a": ["x"] * 999}], characters=99, most=1) == {"a": ["\n".join("x" * MAX_PARTS)]}


PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.lists(JSON, max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_document_is_bounded(documents: list[object]) -> None:
    found = columns(documents, characters=8, most=5)
    assert len(found) <= 5
    assert all(len(values) <= len(documents) and all(len(v) <= 8 for v in values) for values in found.values())
