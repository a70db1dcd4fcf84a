"""The documents: every path that they name exists, every link resolves, every example runs."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from itertools import product, takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import typer

from tests.each import each
from tests.unit.probes import conftest as probes_conftest
from tests.unit.report.conftest import the_hostile_report, the_report
from tieback.cli.lazy import load_all
from tieback.cli.main import build
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.inventory import open as inventories
from tieback.intake.traffic import open as openers
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.patterns import CloudRules
from tieback.recognise.rules import RuleFiles

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
BASES = (ROOT, ROOT / "src" / "tieback", ROOT / "tests")
"""Paths are relative to one of these."""
GENERATED = {"docs/benchmarks/last-run.md"}
"""Written by `make bench`, not committed."""
TOP = {path.name for base in BASES for path in base.iterdir() if path.name not in {".cache", "build"}}
TYPES = {"added", "changed", "fixed", "removed"}
"""Types of changelog fragments."""
PLACEHOLDER = re.compile(r"NAME|COMMAND|NNNN|ISSUE|EXAMPLE|\.\.\.")


def _expanded(path: str) -> Iterator[str]:
    """``a/{b,c}.py`` is two paths."""
    parts = re.split(r"\{([^}]*)\}", path)
    choices = [part.split(",") if number % 2 else [part] for number, part in enumerate(parts)]
    return ("".join(parts) for parts in product(*choices))


def paths(text: str) -> Iterator[str]:
    """Paths of the repository in backticks, outside code blocks; of those with a placeholder, the folder."""
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", text)):
        for word in span.split():
            looks = re.fullmatch(r"[A-Za-z0-9_.{},*/-]+", word) and ("/" in word or word.endswith((".py", ".toml")))
            if looks and word[0] != "." and word.split("/")[0] in TOP:
                yield from map(_folder, _expanded(word))


def _folder(path: str) -> str:
    """The path, or of one with a placeholder the folder above it."""
    parts = takewhile(lambda part: not PLACEHOLDER.search(part), path.split("/"))
    return "/".join(parts)


@each("document", DOCUMENTS, ids=lambda path: path.name)
def test_paths_exist(document: Path) -> None:
    missing = {path for path in paths(document.read_text()) if not any(list(base.glob(path)) for base in BASES if path)}
    assert missing - GENERATED == set()


@each("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_resolve(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", document.read_text())
    ours = {(document.parent / link if link else document, anchor) for link, anchor in links if "://" not in link}
    assert {path for path, _ in ours if not path.exists()} == set()
    pages = {(path, anchor) for path, anchor in ours if anchor and path.suffix == ".md"}
    assert {(path.name, anchor) for path, anchor in pages if anchor not in _anchors(path)} == set()


def _anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands() -> Iterator[str]:
    """Each command line of tieback in the code blocks of the documents, without its comment and what follows it."""
    for document in DOCUMENTS:
        for block in re.findall(r"(?ms)^ *```\w*\n(.*?)^ *```", document.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                command = re.sub(r"\s(#|[0-9]*>|&|\||--grant \"\$).*", "", line.strip().removeprefix("$ "))
                if command.startswith("tieback "):
                    yield command


@cache
def _command() -> Any:
    return load_all(typer.main.get_command(build()))


@each("line", sorted(set(commands())))
def test_commands_of_the_documents_exist(line: str) -> None:
    command = _command()
    args = shlex.split(line)[1:]
    while args and args[0] in getattr(command, "commands", ()):
        command = command.commands[args.pop(0)]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert not hasattr(command, "commands") or not args or args[0].startswith("-"), f"no command {args[0]}"
    assert {arg for arg in args if arg.startswith("-")} <= known


BLOCK = re.compile(r"(?ms)^```(python|toml)\n# (\S+)( \(part\))?\n(.*?)^```")
EXAMPLES = {path: (text, bool(part)) for _, path, part, text in BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text())}


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import a block of CONTRIBUTING.md as the module that its first line names."""

    def load(path: str) -> ModuleType:
        name = ".".join(Path(path.removeprefix("src/")).with_suffix("").parts)
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(EXAMPLES[path][0], path, "exec"), module.__dict__)
        return module

    return load


def test_the_probe_of_the_example(example: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    probe = example("src/tieback/probes/stores/exampledb.py").ExampledbProbe()
    monkeypatch.setattr(probes_conftest, "PROBES", (probe,))
    pages = msgspec.toml.decode(EXAMPLES["tests/unit/probes/pages/exampledb.toml"][0], type=probes_conftest.Pages)
    monkeypatch.setattr(probes_conftest.Web, "pages", lambda *_: pages)
    web, expect = probes_conftest.Web(), pages.expect
    played = web.ask("exampledb")
    (people,) = played.result.containers
    assert (played.result.access, played.result.version) == (expect.access, expect.version)
    assert people.records is not None
    assert {people.name: people.records.value} == expect.records
    assert {people.name: [field.name for field in people.fields]} == expect.fields
    assert len(played.sent) == expect.requests
    tests = example("tests/unit/probes/stores/test_exampledb.py")
    for change, access in tests.STATES:
        tests.test_access_state_by_server_answers(web, change, access)


def test_the_traffic_reader_of_the_example(
    example: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = example("src/tieback/intake/traffic/exampleproxy.py")
    monkeypatch.setattr(openers, "OPENERS", (module.opener, *openers.OPENERS))

    def read(data: bytes) -> tuple[list[SampledFlow], list[Problem]]:
        (tmp_path / "log").write_bytes(data)
        with closing(open_traffic(tmp_path / "log")) as opened:
            return list(opened.flows()), opened.problems

    tests = example("tests/unit/intake/traffic/test_exampleproxy.py")
    tests.test_a_line_is_a_flow(read)
    tests.test_a_damaged_line_costs_only_itself(read)


def test_the_app_reader_of_the_example(example: Callable[[str], ModuleType]) -> None:
    example("src/tieback/intake/apps/examplekit.py")
    tests = example("tests/unit/intake/apps/test_examplekit.py")
    (table,) = [mark for mark in tests.test_where_strings_begin.pytestmark if mark.name == "parametrize"]
    for strings, starts in table.args[1]:
        tests.test_where_strings_begin(strings, starts)
    tests.test_never_raises()


def test_the_inventory_reader_of_the_example(
    example: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = example("src/tieback/intake/inventory/examplemdm.py")
    ours = inventories.importers()
    monkeypatch.setattr(inventories, "importers", lambda: (module.ExampleMdm(), *ours))
    example("tests/unit/intake/inventory/test_examplemdm.py").test_apps_of_a_device(tmp_path)


def test_the_report_format_of_the_example(example: Callable[[str], ModuleType]) -> None:
    example("src/tieback/report/formats/lines.py")
    tests = example("tests/unit/report/formats/test_lines.py")
    tests.test_one_line_per_finding(the_report())
    tests.test_hostile_text_stays_on_its_line(the_hostile_report())


def test_the_recognition_rule_of_the_example() -> None:
    text, part = EXAMPLES["src/tieback/recognise/cloud.toml"]
    assert part
    head, rest = (ROOT / "src" / "tieback" / "recognise" / "cloud.toml").read_text().split("\n[[host]]", 1)
    rules = RuleFiles()
    rules.cloud = CloudRules(f"{head}\n{text}\n[[host]]{rest}".encode())
    (rule,) = rules.cloud.below("storage.examplecloud.test")
    extractor = EndpointExtractor(rules)
    for text, value in (*rule.match, *((text, "") for text in rule.avoid)):
        artifact = Artifact("f", (Buffer("f", BufferKind.TEXT, text.encode()),))
        found = [one.endpoint.value for one in extractor.extract(artifact) if isinstance(one, Sighting)]
        assert (value in found) if value else not any(one.startswith("examplecloud:") for one in found)


def test_the_parts_of_files_compile() -> None:
    for path, (text, part) in EXAMPLES.items():
        if part and path.endswith(".py"):
            compile(text, path, "exec")
            assert (ROOT / path).exists()


def test_changelog_names_the_issue_of_each_fragment() -> None:
    fragments = [path for path in (ROOT / "changelog.d").glob("*.md") if path.name != "template.md"]
    assert {path.name for path in fragments if path.name.split(".")[-2] not in TYPES} == set()
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9", "--dir", str(ROOT)]
    draft = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    issues = sorted(issue for issues in re.findall(r"(?m)^- .* \((#.*)\)$", draft) for issue in issues.split(", "))
    assert issues == sorted(f"#{path.name.split('.')[0]}" for path in fragments)
