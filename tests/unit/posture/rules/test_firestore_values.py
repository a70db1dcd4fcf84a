"""Functions and methods of known values; ``cases/firestore.tsv`` has those of whole rules."""

from tests.each import each
from tieback.posture.rules.firestore_values import FUNCTIONS, method_of
from tieback.posture.rules.logic import CHOSEN, ERROR, OWN, STORED, Distinct, Moment, NamedValues, Span, Value


@each(
    ("name", "arguments", "expected"),
    [
        ("int", ["12"], 12),
        ("int", ["x"], ERROR),
        ("int", [OWN], STORED),
        ("float", ["1.5"], 1.5),
        ("bool", ["yes"], ERROR),
        ("math.sqrt", [-1], ERROR),
        ("math.pow", [10, 999], STORED),
        ("math.abs", [CHOSEN], CHOSEN),
        ("math.abs", ["a"], ERROR),
        ("duration.value", [1, "year"], ERROR),
        ("timestamp.date", [2022, 13, 1], ERROR),
        ("path", ["/a/b"], ["a", "b"]),
    ],
)
def test_functions(name: str, arguments: list[Value], expected: Value) -> None:
    found = FUNCTIONS[name](arguments)
    assert (found, type(found)) == (expected, type(expected))


@each(
    ("of", "name", "arguments", "expected"),
    [
        (Moment(0), "year", [], 1970),
        (Moment(1e30), "year", [], ERROR),
        (Span(1500), "seconds", [], 1),
        ("a.b", "split", ["[.]"], ["a", "b"]),
        ("a.b", "split", ["."], STORED),
        ("aXb", "replace", ["X", "-"], "a-b"),
        ("aXb", "replace", ["X+", "-"], STORED),
        (["a", CHOSEN], "size", [], CHOSEN),
        (["a", "b"], "removeAll", [["b"]], ["a"]),
        (NamedValues({"a": 1}, ERROR), "get", [["a", "b"], 0], 0),
        (None, "size", [], ERROR),
        (True, "size", [], ERROR),
    ],
)
def test_methods(of: Value, name: str, arguments: list[Value], expected: Value) -> None:
    assert method_of(of, name, arguments) == expected


def test_a_set_has_each_item_once() -> None:
    found = method_of(["a", "b", "a"], "toSet", [])
    assert isinstance(found, Distinct)
    assert list(found) == ["a", "b"]
