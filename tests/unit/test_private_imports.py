"""The package imports only public names of libraries: a release of one may rename the others at any time."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "tieback"
_IMPORT = re.compile(r"^[ \t]*(?:from|import)\b[^\n(]*(?:\([^)]*\))?[^\n]*", re.MULTILINE)
_PRIVATE = re.compile(r"\b_(?!_future__)")


def private_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if any(part.startswith("_") for part in name.split(".")))


def may_import_one(text: str) -> bool:
    """Whether it is worth the time to parse the file."""
    return any(_PRIVATE.search(line[0]) for line in _IMPORT.finditer(text))


def test_no_private_name_of_a_library_is_imported() -> None:
    files = {file: file.read_text() for file in sorted(SOURCE.rglob("*.py"))}
    found = [
        f"{file.relative_to(SOURCE)}: {name}"
        for file, text in files.items()
        if may_import_one(text)
        for name in private_imports(ast.parse(text))
        if not name.startswith(("tieback.", "__future__"))
    ]
    assert len(files) > 100
    assert found == []


def test_a_private_name_is_found() -> None:
    private = ["import a._b\n", "from c import _d\n", "from e._f import g\n", "from k import (\n    l,\n    _m,\n)\n"]
    public = ["from h import i\n", "import j\n", "from n import (\n    o,\n)\n_p = 1\n", "from __future__ import q\n"]
    tree = ast.parse("".join(private + public[:3]))
    assert list(private_imports(tree)) == ["a._b", "c._d", "e._f.g", "k._m"]
    assert all(may_import_one(f"x = 1\nif x:\n    {text}".replace("\n    l", "\n        l")) for text in private)
    assert not any(map(may_import_one, public))
