"""Names of the code in texts: references in docstrings exist, and help texts contain no identifier."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.each import each
from tieback.cli.lazy import load_all
from tieback.cli.main import build

SOURCE = Path(__file__).parents[2] / "src" / "tieback"
FILES = sorted(SOURCE.rglob("*.py"))
TOP = {path.stem for path in SOURCE.iterdir() if path.is_dir() or path.suffix == ".py"} - {"__init__", "__main__"}
REFERENCE = re.compile(r"``((?:tieback\.)?([a-z]\w*)(?:\.\w+)+)(?:\(\))?``")
DATA = {"csv", "html", "ics", "json", "jsonl", "md", "ndjson", "parquet", "pdf", "py", "toml", "tsv"}
"""Suffixes that make a dotted name a file name."""
FILES_OF_OTHERS = {"posture/rules/firestore.py: storage.rules"}
"""File names of other products that look like a module of ours."""
PRODUCTS = {"OpenFirebase", "ScoutSuite", "PocketBase"}
"""Products whose reader has the product's name."""
IDENTIFIER = re.compile(r"\b(?:[a-z]+_[a-z_]+|[A-Z][a-z]+[A-Z]\w*)\b")


DEFINITION = re.compile(r"^ *(?:class|def|async def) (\w+)", re.MULTILINE)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _texts(path: Path) -> Iterator[str]:
    """Docstrings, and the string literals below fields, of a file that has a reference."""
    source = path.read_text()
    for node in ast.walk(ast.parse(source)) if REFERENCE.search(source) else ():
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def _members(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """The names that statements define, and the body of each class."""
    names: dict[str, list[ast.stmt]] = {}
    for node in body:
        match node:
            case ast.ClassDef():
                names[node.name] = node.body
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                names[node.name] = []
                if node.name == "__init__":
                    attributes = [one for one in ast.walk(node) if isinstance(one, ast.Attribute)]
                    names |= {one.attr: [] for one in attributes if isinstance(one.ctx, ast.Store)}
            case ast.Assign() | ast.AnnAssign() | ast.TypeAlias():
                names |= {one.id: [] for one in ast.walk(node) if isinstance(one, ast.Name)}
            case ast.ImportFrom() | ast.Import():
                names |= {alias.asname or alias.name: [] for alias in node.names}
            case _:
                pass
    return names


def exists(reference: str) -> bool:
    """True if ``package.module.Name`` is a package, a module, or a name in it."""
    here, parts = SOURCE, reference.removeprefix("tieback.").split(".")
    while parts and (here / parts[0]).is_dir():
        here /= parts.pop(0)
    if parts and (here / f"{parts[0]}.py").is_file():
        here /= f"{parts.pop(0)}.py"
    else:
        here /= "__init__.py"
    body = _tree(here).body if here.is_file() else []
    for part in parts:
        names = _members(body)
        if part not in names:
            return False
        body = names[part]
    return True


@each(
    ("reference", "expected"),
    [
        ("scope.dialer", True),
        ("scope.dialer.Dialer", True),
        ("tieback.scope.dialer.Dialer.permit", True),
        ("model.probe.Access.OPEN", True),
        ("storage", True),
        ("scope.turns", False),
        ("scope.dialer.Nothing", False),
        ("scope.dialer.Dialer.nothing", False),
    ],
)
def test_references_are_resolved(reference: str, expected: bool) -> None:
    assert exists(reference) is expected


@pytest.mark.parametrize("package", sorted(TOP))
def test_references_in_docstrings_exist(package: str) -> None:
    unknown = {
        f"{path.relative_to(SOURCE)}: {reference}"
        for path in FILES
        if path.relative_to(SOURCE).parts[0].removesuffix(".py") == package
        for text in _texts(path)
        for reference, first in REFERENCE.findall(text)
        if first in TOP and reference.rpartition(".")[2] not in DATA and not exists(reference)
    }
    assert unknown - FILES_OF_OTHERS == set()


def _helps(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each command or option with its help text."""
    yield name, command.help or ""
    for parameter in command.params:
        yield f"{name} {parameter.opts[0]}", getattr(parameter, "help", None) or ""
    for child, below in getattr(command, "commands", {}).items():
        yield from _helps(below, f"{name} {child}")


def test_no_word_of_a_help_text_is_taken_for_markup() -> None:
    """Rich hides a word in square brackets that is not escaped, such as a table of a configuration file."""
    helps = _helps(load_all(typer.main.get_command(build())), "tieback")
    assert [(name, word) for name, text in helps for word in re.findall(r"(?<!\\)\[/?[a-z]\w*\]", text)] == []


def test_help_contains_no_identifier() -> None:
    defined = {name for path in FILES for name in DEFINITION.findall(path.read_text())}
    helps = _helps(load_all(typer.main.get_command(build())), "tieback")
    assert [
        (name, word) for name, text in helps for word in IDENTIFIER.findall(text) if word in defined - PRODUCTS
    ] == []
