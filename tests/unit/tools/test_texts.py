"""tools/texts.py: which sentences it finds, with their lines and categories."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _texts() -> ModuleType:
    spec = spec_from_file_location("texts", ROOT / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["texts"] = module  # its data classes look themselves up
    spec.loader.exec_module(module)
    return module


TEXTS = _texts()


def _written(root: Path, name: str, text: str) -> list[tuple[int, str, str]]:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return [(one.line, one.category, one.text) for one in TEXTS.sentences(root, TEXTS.CATEGORIES)]


COMMAND = '''"""Commands."""

import typer

app = typer.Typer(help="All about apps.")


@app.command()
def show(name: str = typer.Option(help="Which one.")) -> None:
    """Show one app. It is read
    from the lake.

    Example: tieback app show x
    """
    if not name:
        raise UsageError("no name", where=name, advice="Pass one")
    raise _OwnError(f"{name} is unknown")


def _inner() -> str:
    """Not public."""
    return "SELECT a FROM b WHERE c is the d of e"


class _OwnError(UsageError):
    pass


class UsageError(TiebackError):
    pass
'''


def test_help_errors_and_docstrings_of_a_command(tmp_path: Path) -> None:
    assert _written(tmp_path, "src/tieback/cli/app.py", COMMAND) == [
        (1, "docstring", "Commands."),
        (5, "help", "All about apps."),
        (9, "help", "Which one."),
        (10, "help", "Show one app."),
        (10, "help", "It is read from the lake."),
        (16, "error", "Pass one"),
        (16, "error", "no name"),
        (17, "error", "{name} is unknown"),
    ]


def test_output_is_what_is_printed_or_reads_as_prose(tmp_path: Path) -> None:
    module = """
import x
x.print(Text(f"{count} found"))
x.log("key", "a/b/c")
WHY = "the table is empty, or not visible"
QUERY = "SELECT the name FROM a table where it is of the user"
"""
    assert _written(tmp_path, "src/tieback/report/one.py", module) == [
        (5, "output", "the table is empty, or not visible"),
    ]
    (tmp_path / "src/tieback/report/one.py").unlink()
    printed = 'console.print(Text(f"{count} stores found"))\n'
    assert _written(tmp_path, "src/tieback/report/two.py", printed) == [(1, "output", "{count} stores found")]


def test_fields_of_a_public_class_are_docstrings_and_private_ones_are_not(tmp_path: Path) -> None:
    module = 'class A:\n    x: int\n    """Its x."""\n\n\nclass _B:\n    y: int\n    """Its y."""\n'
    assert _written(tmp_path, "src/tieback/model/a.py", module) == [(3, "docstring", "Its x.")]


def test_titles_and_advice_of_rules(tmp_path: Path) -> None:
    rules = (
        '# A comment.\n[open]\ntitle = "Store is open"\ncwe = "CWE-306"\n[open.advice]\nredis = "Close it. Check it."\n'
    )
    assert _written(tmp_path, "src/tieback/assess/rules.toml", rules) == [
        (3, "finding", "Store is open"),
        (6, "finding", "Close it."),
        (6, "finding", "Check it."),
    ]


def test_letters_of_both_kinds(tmp_path: Path) -> None:
    letter = (
        '[a]\ntext = """\nDear Sir,\n\nwe {{ \'found\' if x else \'find\' }} {% if y %}it.{% endif %} Close it.\n"""\n'
    )
    found = _written(tmp_path, "src/tieback/cases/letters/en.toml", letter)
    assert found == [(3, "letter", "Dear Sir,"), (5, "letter", "we found it."), (5, "letter", "Close it.")]
    assert (3, "letter-other", "Dear Sir,") in _written(tmp_path, "src/tieback/cases/letters/de.toml", letter)


def test_template_text_without_markup(tmp_path: Path) -> None:
    page = "<style>a { b }</style>\n<h1>{{ title }} of the run</h1>\n<p>Each store\n<b>counts</b> once.</p>\n"
    assert _written(tmp_path, "src/tieback/report/page.html.j2", page) == [
        (2, "template", "{title} of the run"),
        (3, "template", "Each store counts once."),
    ]


PAGE = """# Title

First sentence of [a link](x.md). Second one, e.g. this
over two lines.

- an item
- another: `code. With a stop`

```sh
tieback scan x   # one line per app
```

    indented code

| name of column | other column of it |
| --- | --- |
| short | a cell that is long enough for prose |
"""


def test_sentences_of_markdown() -> None:
    assert list(TEXTS.markdown(PAGE)) == [
        (1, "Title"),
        (3, "First sentence of a link."),
        (3, "Second one, e.g. this over two lines."),
        (6, "an item"),
        (7, "another: `code. With a stop`"),
        (10, "one line per app"),
        (17, "a cell that is long enough for prose"),
    ]


def test_titles_of_adrs_and_no_benchmarks(tmp_path: Path) -> None:
    _written(tmp_path, "docs/benchmarks/run.md", "# Run of a day\n")
    assert _written(tmp_path, "docs/adr/0001-a.md", "# A title\n\nText.\n") == [
        (1, "adr", "A title"),
        (3, "docs", "Text."),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two words.", 2),
        ("Run `tieback scan x --grant y` now", 3),
        ("{count of it} stores - seen", 3),
        ("see https://example.org/a b", 3),
    ],
)
def test_words_of_a_sentence(text: str, words: int) -> None:
    assert TEXTS.Sentence("a", 1, "docs", text).words == words


@pytest.mark.more
def test_every_category_of_users_is_found_in_the_repository() -> None:
    found = TEXTS.sentences(ROOT)
    assert {one.category for one in found} == set(TEXTS.USER_VISIBLE)
    for one in found[::50]:
        assert 1 <= one.line <= len((ROOT / one.file).read_text().splitlines())
