import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.pii.values.nested import MAX_LEAVES, may_be_document, read_leaves


def test_paths_and_leaves() -> None:
    documents = ['{"a": {"b": ["x", 1, true, null]}}', '{"a": {"b": "y"}}', "no json", "[" * 100_000]
    assert read_leaves(documents) == {"a.b": ["x", "1", "y"]}


def test_pairs_queries_and_flat_markup() -> None:
    assert read_leaves(["name=Ada; mail=ada@navy.test;x=1"]) == {"name": ["Ada"], "mail": ["ada@navy.test"], "x": ["1"]}
    assert read_leaves(["?mail=ada%40navy.test&q=a+b&tags[]=1"]) == {
        "mail": ["ada@navy.test"],
        "q": ["a b"],
        "tags[]": ["1"],
    }
    assert read_leaves(['<p><mail id="1">ada@navy.test</mail><b>x</b></p>']) == {"mail": ["ada@navy.test"], "b": ["x"]}
    assert read_leaves(["a == b; c", "x=1", "SGVsbG8=", "a=b=c;d", "<" * 10_000, "a=" * 20_000]) == {}


def test_what_is_worth_a_try() -> None:
    assert all(map(may_be_document, ('{"a":1}', "[1]", "<a>b</a>", "a=1&b=2", "a=1;b=2")))
    assert not any(map(may_be_document, ("", "{", "a", "SGVsbG8=", "a&b")))


def test_bounds() -> None:
    wide = json.dumps({f"k{n}": "v" for n in range(500)})
    deep = "{}"
    for _ in range(30):
        deep = json.dumps({"d": [deep, 1]}) if deep == "{}" else '{"d": ' + deep + "}"
    found = read_leaves([wide] * 1000)
    assert len(found) <= 48
    assert sum(map(len, found.values())) <= MAX_LEAVES
    assert read_leaves([deep]) == {}
    assert read_leaves(['"' + "x" * 100_000 + '"']) == {}


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_text_raises(documents: list[str]) -> None:
    assert isinstance(read_leaves(documents), dict)
