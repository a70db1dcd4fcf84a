"""Each data file of the package has a source with a date, or a reason why it has none; old ones are reported."""

import json
import re
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "src" / "tieback"


def load() -> ModuleType:
    loader = SourceFileLoader("refresh_data", str(ROOT / "tools" / "refresh-data"))
    spec = spec_from_loader("refresh_data", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


TOOL = load()


def sources() -> list[Any]:
    found, wrong = TOOL.read_sources(TOOL.LIST.read_text(encoding="utf-8"), TOOL.data_files())
    assert wrong == []
    return list(found)


def ran(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "tools" / "refresh-data"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_every_data_file_has_a_source_or_a_reason() -> None:
    described = tomllib.loads(TOOL.LIST.read_text(encoding="utf-8"))
    assert len(TOOL.data_files()) > 100
    assert {name for one in sources() for name in one.files} >= {
        "backends/hosting.toml", "recognise/sdk_packages.toml", "recognise/cloud.toml", "scope/special.toml"
    }  # fmt: skip
    assert all(entry["reason"] for entry in described["own"])
    assert {one.licence for one in sources()} <= {"facts", "own", "MIT", "Apache-2.0", "CC0-1.0", "CC-BY-4.0"}


def test_no_date_is_in_the_future() -> None:
    today = datetime.now(UTC).date()
    assert [one.source for one in sources() if one.date > today] == []


def test_commands_that_refresh_exist() -> None:
    tools = {word for one in sources() for word in re.findall(r"\btools/[\w-]+", one.refresh)}
    assert tools >= {"tools/write-trackers", "tools/build-gazetteer", "tools/vendor-web"}
    assert [name for name in sorted(tools) if not (ROOT / name).exists()] == []


def test_versions_are_those_of_the_tools() -> None:
    """A tool that is set to another version needs another date in the list."""
    named = {one.source for one in sources()}
    built = (ROOT / "tools" / "build-gazetteer").read_text(encoding="utf-8")
    versions = [f"PyPI {name} {version}," for name, version in re.findall(r'"([a-z]+)==([\d.]+)"', built)]
    (tracker,) = re.findall(r'(?m)^VERSION = "(.+)"', (ROOT / "tools" / "write-trackers").read_text(encoding="utf-8"))
    versions.append(f"npm trackhar {tracker},")
    vendored = tomllib.loads((PACKAGE / "web/static/vendor/vendored.toml").read_text(encoding="utf-8"))
    versions += [f"npm {one['name']} {one['version']}," for one in vendored["package"]]
    assert len(versions) == 6
    assert [one for one in versions if not any(source.startswith(one) for source in named)] == []
    documented = tomllib.loads((PACKAGE / "backends/documented.toml").read_text(encoding="utf-8"))
    (addresses,) = [one for one in sources() if one.files == ("backends/documented.toml",)]
    assert str(addresses.date) == documented["as_of"]
    domains = (PACKAGE / "recognise/maker_domains.toml").read_text(encoding="utf-8")
    for one in sources():
        if one.files == ("recognise/maker_domains.toml",):
            (commit,) = re.findall(r"of ([0-9a-f]{7}),", one.source)
            assert f"{commit}, {one.date}" in domains


LIST = """
[[data]]
files = ["a/*.toml"]
topic = "t"
source = "s"
licence = "MIT"
date = 2026-01-31
refresh = "r"
[[own]]
files = ["b.html"]
reason = "r"
"""


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        (["a/x.toml", "b.html"], []),
        (["a/x.toml", "b.html", "c.tsv"], ["c.tsv: neither in [[data]] nor in [[own]]"]),
        (["a/x.toml", "a/b/y.toml", "b.html"], ["a/b/y.toml: neither in [[data]] nor in [[own]]"]),
        (["a/x.toml"], ["b.html: no such file"]),
    ],
)
def test_a_wrong_list_is_reported(files: list[str], wrong: list[str]) -> None:
    assert TOOL.read_sources(LIST, files)[1] == wrong


def test_a_file_of_ours_is_not_data_of_others() -> None:
    text = LIST.replace("b.html", "a/x.toml")
    assert TOOL.read_sources(text, ["a/x.toml"])[1] == ["a/x.toml: in [[data]] and in [[own]]"]


@pytest.mark.parametrize(
    ("today", "old"),
    [("2026-01-31", False), ("2027-01-30", False), ("2027-01-31", False), ("2027-02-01", True), ("2030-01-01", True)],
)
def test_a_source_is_old_after_twelve_months(today: str, old: bool) -> None:
    assert TOOL.is_old(date(2026, 1, 31), date.fromisoformat(today)) is old


def test_the_command_warns_and_names_what_refreshes() -> None:
    done = ran("--on", "2099-01-01")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == len(sources()) + 1
    assert done.stderr.count("warning: ") == len(sources())
    assert "npm trackhar 1.0.0, https://github.com/tweaselORG/TrackHAR: more than 12 months old" in done.stderr
    assert "tools/write-trackers" in done.stderr


def test_the_command_without_an_old_source() -> None:
    done = ran("--json", "--on", "2026-11-28", "--months", "600")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["old"] for row in rows} == {False}
    assert {"files", "topic", "source", "licence", "date", "refresh", "old"} == set(rows[0])
