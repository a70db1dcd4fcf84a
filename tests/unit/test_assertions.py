"""Every test can fail: it asserts something, expects an exception, or says in its name that it ``never_raises``."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.each import each

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
NEVER_RAISES = "never_raises"
EXPECTS = {"raises", "RaisesGroup", "fail", "warns", "deprecated_call"}
"""Of ``pytest``."""
type Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Function:
    """A function or method. Its syntax is not kept: that of all tests would fill a gigabyte."""

    name: str
    asserts: bool
    uses: frozenset[str]
    """What it calls, and its fixtures."""


@dataclass
class Module:
    """What a file of tests defines, by name; methods too."""

    functions: dict[str, list[Function]] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names of other files of the tests: where from, and their name there."""


@cache
def module(path: Path) -> Module:
    found = Module()
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.functions.setdefault(node.name, []).append(_function(node))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
            for alias in node.names:
                found.imported[alias.asname or alias.name] = (str(node.module), alias.name)
    return found


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements below, without the expressions in them, which are most of a tree."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from _statements(child)


def _function(node: Definition) -> Function:
    if any(map(_asserts, ast.walk(node))):
        return Function(node.name, asserts=True, uses=frozenset())
    inside = list(ast.walk(node))
    uses = {argument.arg for argument in node.args.args}  # fixtures
    uses |= {mark for decorator in node.decorator_list for mark in _fixtures(decorator)}
    uses |= {name for one in inside for name in _called(one)}
    return Function(node.name, asserts=False, uses=frozenset(uses))


def files_of_tests() -> list[Path]:
    return sorted(TESTS.rglob("test_*.py"))


def can_fail(function: Function, path: Path, seen: frozenset[tuple[Path, str]] = frozenset()) -> bool:
    """Whether it asserts, or calls or uses something of the tests that does."""
    return function.asserts or any(_fails(name, path, seen) for name in function.uses)


def _fails(name: str, path: Path, seen: frozenset[tuple[Path, str]]) -> bool:
    if (path, name) in seen:
        return False
    seen |= {(path, name)}
    for place, there in _definitions(name, path):
        if any(can_fail(one, place, seen) for one in module(place).functions.get(there, ())):
            return True
    return False


def _definitions(name: str, path: Path) -> Iterator[tuple[Path, str]]:
    """Where a name that is used in a file may be defined: there, where it is imported from, or in a conftest above."""
    here = module(path)
    yield path, name
    if name in here.imported:
        source, original = here.imported[name]
        yield ROOT / f"{source.replace('.', '/')}.py", original
    for source, _ in here.imported.values():  # methods of imported classes, and functions of imported modules
        if (place := ROOT / f"{source.replace('.', '/')}.py").exists():
            yield place, name
    for folder in path.parents:
        if (conftest := folder / "conftest.py").exists() and conftest != path:
            yield conftest, name
            for source, original in module(conftest).imported.values():
                if original == name:
                    yield ROOT / f"{source.replace('.', '/')}.py", original
        if folder == TESTS:
            return


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Raise) and node.exc is not None:
        return "AssertionError" in ast.dump(node.exc)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        runs_a_test = node.func.attr.startswith("test_")
        expects = isinstance(node.func.value, ast.Name) and node.func.value.id == "pytest" and node.func.attr in EXPECTS
        return runs_a_test or expects
    return isinstance(node.func, ast.Name) and node.func.id.startswith("assert_")


def _called(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node.func, ast.Attribute):
            yield node.func.attr


def _fixtures(decorator: ast.expr) -> Iterator[str]:
    """Those of ``@pytest.mark.usefixtures``."""
    if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == "usefixtures":
        yield from (argument.value for argument in decorator.args if isinstance(argument, ast.Constant))  # type: ignore[misc]


@each("path", files_of_tests(), ids=lambda path: str(path.relative_to(TESTS)))
def test_every_test_can_fail(path: Path) -> None:
    tests = [one for name, found in module(path).functions.items() if name.startswith("test_") for one in found]
    empty = [one.name for one in tests if NEVER_RAISES not in one.name and not can_fail(one, path)]
    assert empty == [], f"no assertion: assert something, or name it *{NEVER_RAISES}*"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def test_a():\n    assert 1", True),
        ("def test_a():\n    with pytest.raises(ValueError):\n        int('a')", True),
        ("def test_a():\n    assert_linear(str, len, 9)", True),
        ("def test_a():\n    int('1')", False),
        ("def check(a):\n    assert a\ndef test_a():\n    check(1)", True),
        ("def check(a):\n    return a\ndef test_a():\n    check(1)", False),
        (
            "def golden():\n    def same(a):\n        assert a\n    return same\ndef test_a(golden):\n    golden(1)",
            True,
        ),
        ("def test_a():\n    raise AssertionError", True),
        ("def test_a():\n    a = test_a\n    test_a()", False),
    ],
)
def test_what_counts_as_an_assertion(body: str, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / "test_a.py"
    path.write_text(body)
    (one,) = module(path).functions["test_a"]
    assert can_fail(one, path) is expected
