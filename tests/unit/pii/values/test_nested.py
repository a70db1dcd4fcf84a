import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.pii.values.nested import MAX_LEAVES, leaves, looks_like_one


def test_paths_and_leaves() -> None:
    documents = ['{"a": {"b": ["x", 1, true, null]}}', '{"a": {"b": "y"}}', "no json", "[" * 100_000]
    assert leaves(documents) == {"a.b": ["x", "1", "y"]}


def test_pairs_queries_and_flat_markup() -> None:
    assert leaves(["name=Ada; mail=ada@navy.test;x=1"]) == {"name": ["Ada"], "mail": ["ada@navy.test"], "x": ["1"]}
    assert leaves(["?mail=ada%40navy.test&q=a+b&tags[]=1"]) == {
        "mail": ["ada@navy.test"],
        "q": ["a b"],
        "tags[]": ["1"],
    }
    assert leaves(['<p><mail id="1">ada@navy.test</mail><b>x</b></p>']) == {"mail": ["ada@navy.test"], "b": ["x"]}
    assert leaves(["a == b; c", "x=1", "SGVsbG8=", "a=b=c;d", "<" * 10_000, "a=" * 20_000]) == {}


def test_what_is_worth_a_try() -> None:
    assert all(map(looks_like_one, ('{"a":1}', "[1]", "<a>b</a>", "a=1&b=2", "a=1;b=2")))
    assert not any(map(looks_like_one, ("", "{", "a", "SGVsbG8=", "a&b")))


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
