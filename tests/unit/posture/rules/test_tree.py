"""JSON and YAML with lines."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import MAX_NODES, ConfigNode, read_json, read_yaml, read_yaml_documents

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


LAUGHS = "a: &a0 [x]\n" + "".join(f"b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(8))
"""Eight lists of nine references each: 43 million values, were they followed."""


def plain(node: ConfigNode) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value


@given(JSON, st.sampled_from([None, 1]))
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | None) -> None:
    assert plain(read_json(RulesText("f", json.dumps(value, indent=indent)))) == value


def test_lines_and_keys() -> None:
    root = read_json(RulesText("f", '{\n "a": {\n  "b": [\n1,\n2]}}'))
    found = root.get("a", "b")
    assert found is not None
    assert (found.line, [item.line for item in found.each()]) == (3, [4, 5])
    assert root.get("a", "c") is None


def test_dotted_and_nested_keys_are_equivalent() -> None:
    for text in ("a.b.c: on", "a:\n  b.c: on", "a:\n  b:\n    c: on"):
        found = read_yaml(RulesText("f", text)).get("a", "b", "c")
        assert found is not None
        assert found.on


def test_comments_and_line_breaks_are_accepted_if_the_format_allows_them() -> None:
    text = '// c\n{ /* c */ "a": "x\ny", // c\n}'
    assert plain(read_json(RulesText("f", text), loose=True)) == {"a": "x\ny"}
    with pytest.raises(InputError, match=r"f:1:1"):
        read_json(RulesText("f", text))


@each(
    ("text", "where"),
    [
        ("", "f:1:1"), ("{", "f:1:2"), ('{"a" 1}', "f:1:6"), ("[1,]", "f:1:4"), ("[1 2]", "f:1:4"),
        ("{'a': 1}", "f:1:2"),        ("[1]\nx", "f:2:1"), ('"\\x"', "f:1:1"), ("[" * 200, "f:1:102"), ("nul", "f:1:1"),
    ],
)  # fmt: skip
def test_json_that_is_none(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        read_json(RulesText("f", text))
    assert error.value.where == where


def test_yaml_values_and_lines() -> None:
    root = read_yaml(RulesText("f", "a: 1\nb: [x, 'true', true, ~]\n"))
    assert plain(root) == {"a": 1, "b": ["x", "true", True, None]}
    found = root.get("b")
    assert found is not None
    assert (found.line, found.texts()) == (2, ["x", "true", "True", "None"])


def test_documents_of_one_file_have_lines_of_the_file() -> None:
    found = read_yaml_documents(RulesText("f", "a: 1\n---\n---\nb:\n  c: 2\n...\n"))
    assert [dict(one.items()).keys() for one in found] == [{"a"}, {"b"}]
    node = found[1].get("b", "c")
    assert node is not None
    assert (node.value, node.line) == (2, 5)
    assert read_yaml_documents(RulesText("f", "")) == []
    with pytest.raises(InputError):
        read_yaml(RulesText("f", "a: 1\n---\nb: 2\n"))


@pytest.mark.parametrize(
    "text",
    [
        "---\na: 1\n" * MAX_NODES,
        "---\n" * (2 * MAX_NODES),
        "a: &a [" + "x," * 1000 + "]\nb: [" + "*a," * 1000 + "]\n---\nc: [" + "*a," * 10 + "]\n",
        "a: 1\n---\n" + "[" * 5000,
    ],
    ids=["many", "many empty", "aliases", "deep"],
)
def test_documents_together_have_the_limits_of_one(text: str) -> None:
    with pytest.raises(InputError):
        read_yaml_documents(RulesText("f", text))


@each(
    "text",
    [
        "a: &a [*a]",
        LAUGHS,
        "[" * 500,
        "a: [",
        "a:\n\t- b",
        "!!python/object/apply:os.system ['x']: y: z",
        "\x01",
    ],
)
def test_yaml_that_is_none_or_without_end(text: str) -> None:
    with pytest.raises(InputError, match=r"^f:\d+"):
        read_yaml(RulesText("f", text))


@given(st.text(max_size=60))
def test_any_text_never_raises_another_error(text: str) -> None:
    for read in (read_json, read_yaml, read_yaml_documents):
        try:
            read(RulesText("f", text))
        except InputError:
            continue
