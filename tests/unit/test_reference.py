"""The reference pages: what the code has is documented, and the committed pages are those that the code writes."""

import ast
import json
import re
import runpy
from functools import cache
from typing import Any

import pytest
import typer
from tools.reference import documents
from tools.reference.api import METHODS
from tools.reference.commands import walk
from tools.reference.document import keys_without_text
from tools.reference.recognition import FILES, LISTED, entries
from tools.reference.text import field_texts, links, plain, table

from tests.each import each
from tests.unit.test_documents import ROOT
from tieback.assess.rules import load_rules
from tieback.cli.formats import OLD_NAMES
from tieback.cli.lazy import load_all
from tieback.cli.main import build
from tieback.cli.process import INTERRUPTED
from tieback.cli.report import FORMATS
from tieback.cli.settings import options_of
from tieback.cli.terminal import ExitCode
from tieback.probes import PROBES
from tieback.report.schema import lines_schema, report_schema

REFERENCE = ROOT / "docs/reference"
INTERNAL = {"TIEBACK_LAB_STORE": "set by the lab for its own processes"}


def text(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@cache
def written() -> dict[str, str]:
    """What the tool writes now."""
    found: dict[str, str] = runpy.run_path(str(ROOT / "tools/write-reference"))["pages"]()
    return found


@cache
def root() -> Any:
    return load_all(typer.main.get_command(build()))


def test_the_committed_pages_are_current() -> None:
    old = [path for path, made in written().items() if not (ROOT / path).is_file() or (ROOT / path).read_text() != made]
    assert old == [], "run: python tools/write-reference"
    assert {str(path.relative_to(ROOT)) for path in (REFERENCE / "commands").iterdir()} <= set(written())


def visible() -> list[tuple[tuple[str, ...], Any]]:
    return [(path, command) for path, command in walk(root()) if path]


@each(("path", "command"), visible(), ids=lambda value: "-".join(value) if isinstance(value, tuple) else "")
def test_every_command_and_option_is_documented(path: tuple[str, ...], command: Any) -> None:
    page = text(f"commands/{path[0]}.md")
    part = page if len(path) == 1 else page.partition(f"## tieback {' '.join(path)}\n")[2]
    assert part, "no section"
    own = part.partition("\n## ")[0]
    examples = "".join(re.findall(r"(?s)```sh\n(.*?)```", own))
    assert f"tieback {' '.join(path)}" in examples or hasattr(command, "commands"), "no example"
    for parameter in command.params:
        if not getattr(parameter, "hidden", False) and parameter.name != "help":
            assert parameter.help, f"{parameter.name} has no help"
            name = (
                parameter.opts[0]
                if parameter.param_type_name == "option"
                else parameter.metavar or parameter.name.upper()
            )
            assert f"`{name}`".replace("|", "\\|") in own
    assert f"commands/{path[0]}.md" in text("commands.md")


def test_every_setting_is_documented() -> None:
    names = {name for path, command in walk(root()) if path for name in options_of(command)}
    assert {name for name in names if f"\n| `{name}` |" not in text("settings.md")} == set()


def test_every_exit_code_has_a_meaning() -> None:
    rows = dict(re.findall(r"(?m)^\| (\d+) \| .* \| (.+) \|$", text("exit-codes.md")))
    assert {str(int(code)) for code in ExitCode} <= set(rows)
    for page in ("README.md", "docs/howto/ci.md"):
        codes = set(re.findall(r"(?m)^\| (\d+) \|", (ROOT / page).read_text()))
        assert codes == {str(int(code)) for code in ExitCode} | {str(INTERRUPTED)}, page


def test_every_environment_variable_is_documented() -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/tieback").rglob("*.py"))
    names = {name for name in re.findall(r"\bTIEBACK_[A-Z_]*[A-Z]\b", source) if name not in INTERNAL}
    documents = "".join(path.read_text() for path in (ROOT / "docs").rglob("*.md") if "adr" not in path.parts)
    assert {name for name in names if name not in documents} == set()


def test_every_finding_rule_is_documented_with_its_advice() -> None:
    page = text("findings.md")
    rules = load_rules()
    assert {name for name in rules if f"\n## {name}\n" not in page} == set()
    for name, rule in rules.items():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert all(plain(advice) in section for product, advice in rule.advice.items() if product != "same_as"), name


def test_every_probe_is_documented() -> None:
    sends, stores = text("what-tieback-sends.md"), text("stores.md")
    for probe in PROBES:
        assert f"\n## {probe.meta.name}\n" in sends
        assert probe.meta.name == "web" or f"| `{probe.meta.name}` |" in stores


def test_every_key_of_the_report_is_documented() -> None:
    page = text("report-keys.md")
    schema = report_schema()
    for name, one in [("The document", schema), *schema["$defs"].items()]:
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        missing = [key for key in one.get("properties", one.get("enum", {})) if key and f"\n| `{key}` |" not in section]
        assert missing == [], name
    assert all(one["properties"]["schema"]["const"] in page for one in lines_schema()["oneOf"])


def test_every_key_of_the_report_has_a_text() -> None:
    assert keys_without_text() == [], "write a docstring below the field"


def kinds_of_commands() -> set[str]:
    """The kinds that the source of the commands names: the words in the first argument of each ``encode``."""
    found = set()
    for path in (ROOT / "src/tieback/cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "encode":
                found |= {str(one.value) for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
    return found


def test_every_document_that_a_command_prints_is_documented() -> None:
    # tests/unit/cli/conftest.py compares the keys of each document that is printed there.
    kinds = {one.name for one in documents.kinds()}
    assert kinds_of_commands() - kinds == set(), "add it to tools/reference/documents.toml"
    source = "".join(path.read_text() for path in (ROOT / "src/tieback").rglob("*.py"))
    assert {name for name in kinds if f'"{name}"' not in source and f"tieback/{name}/" not in source} == set()
    page = text("json-documents.md")
    for one in documents.kinds():
        section = page.partition(f"\n## Document {one.name}\n")[2].partition("\n## ")[0]
        assert [key.name for key in one.keys if f"\n| `{key.name}` |" not in section] == [], one.name


def test_the_commands_of_documents_exist() -> None:
    there = {" ".join(path) for path, _ in walk(root())}
    named = {command.split(" --")[0] for one in documents.kinds() for command in one.commands}
    assert named - there == {"case evidence verify"}  # a word of `case evidence`


def test_every_key_of_a_document_has_a_text() -> None:
    assert documents.keys_without_text() == [], "write a docstring below the field"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"schema": "tieback/workspace-domains/1", "workspace": "w", "domains": []}, ""),
        ({"schema": "tieback/workspace-domains/1", "workspace": "w"}, "printed without domains"),
        ({"schema": "tieback/workspace-domains/1", "workspace": "w", "domains": [], "x": 1}, "has no key x"),
        ({"schema": "tieback/unheard/1"}, "has no [unheard]"),
        ({"schema": "tieback/report-head/1"}, ""),
    ],
)
def test_a_key_without_documentation_is_found(document: dict[str, Any], problem: str) -> None:
    found = documents.undocumented(document)
    assert len(found) == bool(problem)
    assert problem in "".join(found)


def test_every_recognition_rule_is_documented() -> None:
    page = text("recognition-rules.md") + text("recognition-names.md")
    lists = {(file, name) for file in FILES for name in entries(file)}
    assert lists == LISTED
    keys = ("product", "reason", "name", "what", "kind", "port", "grade", "driver", "suffix", "method", "scheme")
    for file, name in lists:
        for one in entries(file)[name]:
            words = [str(one[key]) for key in keys if one.get(key)]
            assert [word for word in words if word not in page and plain(word) not in page] == [], (file, name)


def test_every_request_of_the_api_is_documented() -> None:
    document = json.loads(text("schemas/openapi.json"))
    page = text("rest-api.md").replace("\\", "")
    routes = [(method, path) for path, methods in document["paths"].items() for method in METHODS if method in methods]
    assert len(routes) > 50
    assert [one for one in routes if f"### {one[0].upper()} {one[1]}\n" not in page] == []


def test_every_report_format_is_documented() -> None:
    page, howto = text("report-formats.md"), (ROOT / "docs/howto/reports.md").read_text()
    assert [name for name in FORMATS if f"| `{name}` |" not in page] == []
    assert [name for name in FORMATS if f"| `{name}` |" not in howto] == []
    assert [name for name in OLD_NAMES if f"| `{name}` |" in page + howto] == [], "names that the help does not list"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("a *b* _c_ <d> [e]", r"a \*b\* \_c\_ \<d> \[e]"),
        ("use ``--a|b`` now", r"use `--a\|b` now"),
        ("one\n  two", "one two"),
    ],
)
def test_texts_of_the_code_have_no_effect_as_markdown(given: str, made: str) -> None:
    assert plain(given).replace("\\]", "]") == made


def test_table_has_one_line_per_row() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |"


def test_texts_below_fields_are_found_in_base_classes_too() -> None:
    assert field_texts()["ExitCode"]["DONE"].startswith("Done")


@each(
    ("source", "made"),
    [
        ("https://a.test/keys: the prefix", "<https://a.test/keys>: the prefix"),
        ("https://a.test/b, https://c.test/d.", "<https://a.test/b>, <https://c.test/d>."),
        ("https://a.test:8080/b; page 2", "<https://a.test:8080/b>; page 2"),
    ],
)
def test_punctuation_behind_a_link_is_no_part_of_it(source: str, made: str) -> None:
    assert links(source) == made


def test_a_class_of_the_model_wins_over_another_one_of_its_name() -> None:
    """``recognise.scripts`` has a ``Candidate``, and other packages have a ``Problem`` and a ``Container``."""
    page = written()["docs/reference/report-keys.md"]
    for row in (
        "| `service` | string or null | Product that the evidence implies, or `None`. |",
        "| `kind` | string | `database`, `index`, `collection`, `table`, `keyspace`. |",
        "| `what` | string | One clause for the user. |",
    ):
        assert row in page
