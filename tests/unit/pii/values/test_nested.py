import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.pii.values.nested import MAX_LEAVES, leaves


def test_paths_and_leaves() -> None:
    documents = ['{"a": {"b": ["x", 1, true, null]}}', '{"a": {"b": "y"}}', "no json", "[" * 100_000]
    assert leaves(documents) == {"a.b": ["x", "1", "y"]}


def test_bounds() -> None:
    wide = json.dumps({f"k{n}": "v" for n in range(500)})
    deep = "{}"
    for _ in range(30):
        deep = json.dumps({"d": [deep, 1]}) if deep == "{}" else '{"d": ' + deep + "}"
    found = leaves([wide] * 1000)
    assert len(found) <= 48
    assert sum(map(len, found.values())) <= MAX_LEAVES
    assert leaves([deep]) == {}
    assert leaves(['"' + "x" * 100_000 + '"']) == {}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_text_raises(documents: list[str]) -> None:
    assert isinstance(leaves(documents), dict)
