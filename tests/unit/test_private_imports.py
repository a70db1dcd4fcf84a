"""The package imports only public names of libraries: a release of one may rename the others at any time."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "tieback"


def private_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if any(part.startswith("_") for part in name.split(".")))


def test_no_private_name_of_a_library_is_imported() -> None:
    files = sorted(SOURCE.rglob("*.py"))
    found = [
        f"{file.relative_to(SOURCE)}: {name}"
        for file in files
        for name in private_imports(ast.parse(file.read_text()))
        if not name.startswith(("tieback.", "__future__"))
    ]
    assert len(files) > 100
    assert found == []


def test_a_private_name_is_found() -> None:
    tree = ast.parse("import a._b\nfrom c import _d\nfrom e._f import g\nfrom h import i\nimport j")
    assert list(private_imports(tree)) == ["a._b", "c._d", "e._f.g"]
