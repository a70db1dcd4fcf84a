"""The reference pages: what the code has is documented, and the committed pages are those that the code writes."""

import json
import re
import runpy
from functools import cache
from typing import Any

import pytest
import typer
from tools.reference.api import METHODS
from tools.reference.commands import walk
from tools.reference.document import keys_without_text
from tools.reference.recognition import FILES, entries
from tools.reference.text import field_texts, plain, table

from tests.unit.test_documents import ROOT
from tieback.assess.rules import load_rules
from tieback.cli.lazy import load_all
from tieback.cli.main import build
from tieback.cli.settings import options_of
from tieback.cli.terminal import ExitCode
from tieback.probes import PROBES
from tieback.report import renderers
from tieback.report.schema import lines_schema, report_schema

REFERENCE = ROOT / "docs/reference"
NOT_LISTED = {
    ("credentials", "known"): "fingerprints of published examples, which are not credentials",
    ("credentials", "userinfo"): "a form of the user in a URL; docs/reference/credentials.md has it",
    ("services", "jdbc"): "names of drivers of the schemes",
    ("services", "suffix"): "hosts of services that the rules of clouds name too",
    ("services", "before"): "words before a URL of an MCP server",
    ("not_backends", "request"): "downloads; docs/understand/recognition.md explains them",
    ("not_backends", "place"): "files of licences; docs/understand/recognition.md explains them",
}
"""Lists of rules without a table of their own, and why."""
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


@pytest.mark.parametrize(
    ("path", "command"), visible(), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
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
        assert codes == {str(int(code)) for code in ExitCode}, page


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


def test_every_recognition_rule_is_documented() -> None:
    page = text("recognition-rules.md")
    for file in FILES:
        for name, rules in entries(file).items():
            if (file, name) not in NOT_LISTED:
                words = [plain(str(one.get("product") or one.get("reason") or one.get("name") or "")) for one in rules]
                assert [word for word in words if word not in page and word.replace("\\", "") not in page] == []
                kinds = [str(one[key]) for one in rules for key in ("kind", "port", "grade") if key in one]
                assert [kind for kind in kinds if kind not in page and plain(kind) not in page] == []


def test_every_request_of_the_api_is_documented() -> None:
    document = json.loads(text("schemas/openapi.json"))
    page = text("rest-api.md").replace("\\", "")
    routes = [(method, path) for path, methods in document["paths"].items() for method in METHODS if method in methods]
    assert len(routes) > 50
    assert [one for one in routes if f"### {one[0].upper()} {one[1]}\n" not in page] == []


def test_every_report_format_is_documented() -> None:
    page, howto = text("report-formats.md"), (ROOT / "docs/howto/reports.md").read_text()
    assert [one.meta.name for one in renderers() if f"| `{one.meta.name}` |" not in page] == []
    assert [one.meta.name for one in renderers() if f"`{one.meta.name}`" not in howto] == []


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
