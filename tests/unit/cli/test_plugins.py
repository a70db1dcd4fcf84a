"""``tieback plugins`` and ``--format plugin:NAME``: off until the user's own configuration names a plug-in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tieback.engine.sandbox import Sandbox, sandbox_state
from tieback.pipeline.plugins import PluginRenderer
from tieback.pipeline.probing.probe_report import probe_report
from tieback.report import by_name
from tieback.report.texts.about import about_lines, plugins_for_others

type Run = Callable[..., Any]

CODE = """
import json

def table(source, out):
    out.write(b"bundle id;device\\n")
    for line in source:
        out.write(line.strip() + b";phone-1\\n")

def outline(report, out):
    kinds = [json.loads(line)["schema"].split("/")[1] for line in report]
    out.write(f"{kinds[0]}, {len(kinds)} lines".encode())

def nothing(source, out):
    pass

def crashes(source, out):
    import os, signal
    os.kill(os.getpid(), signal.SIGSEGV)

def fails(source, out):
    out.write(b"half")
    raise RuntimeError("no such device")
"""

no_sandbox = pytest.mark.skipif(sandbox_state() is Sandbox.NONE, reason="no user namespaces and no seccomp")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    about = folder / "acme_tieback-1.2.dist-info"
    about.mkdir(parents=True)
    (folder / "acme_plugin.py").write_text(CODE, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-tieback\nVersion: 1.2\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(
        "[tieback.readers]\nacme-mdm = acme_plugin:table\nacme-fails = acme_plugin:fails\n"
        "acme-nothing = acme_plugin:nothing\nacme-crashes = acme_plugin:crashes\n"
        "[tieback.renderers]\nacme-outline = acme_plugin:outline\nacme-blank = acme_plugin:nothing\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(folder), *filter(None, sys.path))))
    return folder


def enable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "user-config" / "tieback" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[plugins]\n{text}\n", encoding="utf-8")


def test_without_plug_ins_there_is_nothing_to_list(run: Run) -> None:
    ended = run("plugins", "list")
    assert (ended.code, ended.out) == (0, "")
    assert "no plug-in is installed or enabled" in ended.err


@pytest.mark.usefixtures("site")
def test_the_list_shows_what_is_installed_and_what_is_enabled(run: Run, tmp_path: Path) -> None:
    enable(tmp_path, 'readers = ["acme-mdm", "gone"]')
    ended = run("plugins", "list", "--format", "json")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert [(row["name"], row["kind"], row["version"], row["enabled"], row["installed"]) for row in rows] == [
        ("acme-crashes", "reader", "1.2", False, True),
        ("acme-fails", "reader", "1.2", False, True),
        ("acme-mdm", "reader", "1.2", True, True),
        ("acme-nothing", "reader", "1.2", False, True),
        ("gone", "reader", "", True, False),
        ("acme-blank", "renderer", "1.2", False, True),
        ("acme-outline", "renderer", "1.2", False, True),
    ]
    assert "acme_plugin" not in sys.modules
    table = run("plugins", "list").out
    assert ["not enabled" in table, "not installed" in table] == [True, True]


@pytest.mark.usefixtures("site")
def test_a_plug_in_that_the_user_does_not_enable_is_refused(run: Run, tmp_path: Path) -> None:
    enable(tmp_path, 'readers = ["acme-outline"]')  # the name of a renderer
    (tmp_path / "in").write_text("a", encoding="utf-8")
    read = run("plugins", "read", "acme-mdm", "in", "-o", "out.csv")
    rendered = run("report", "--format", "plugin:acme-outline", "-o", "out")
    assert (read.code, rendered.code) == (2, 2)
    assert "your configuration does not enable this plug-in" in read.err
    assert "renderers in [plugins]" in " ".join(rendered.err.split())
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("table", ['readers = "acme-mdm"', "readers = [5]"])
def test_a_wrong_table_is_an_error(run: Run, tmp_path: Path, table: str) -> None:
    enable(tmp_path, table)
    ended = run("plugins", "list")
    assert ended.code == 2
    assert "[plugins]" in ended.err


def test_a_project_cannot_enable_a_plug_in(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tieback.toml").write_text('[plugins]\nreaders = ["acme-mdm"]\n', encoding="utf-8")
    ended = run("plugins", "list")
    assert ended.code == 2
    assert "a project's file must not set this option" in ended.err


@no_sandbox
@pytest.mark.usefixtures("site")
def test_a_reader_converts_a_file_that_is_then_imported(run: Run, tmp_path: Path) -> None:
    enable(tmp_path, 'readers = ["acme-mdm", "acme-fails"]')
    (tmp_path / "devices.bin").write_text("org.example.one\norg.example.two\n", encoding="utf-8")
    assert run("plugins", "read", "acme-mdm", "devices.bin", "-o", "devices.csv").code == 0
    assert (tmp_path / "devices.csv").read_text(encoding="utf-8").count("phone-1") == 2
    failed = run("plugins", "read", "acme-fails", "devices.bin", "-o", "other.csv")
    assert failed.code == 4
    assert "no such device" in failed.err
    assert sorted(path.name for path in tmp_path.glob("*other*")) == []


@no_sandbox
@pytest.mark.usefixtures("site")
def test_an_empty_output_and_a_crash_are_told(run: Run, tmp_path: Path) -> None:
    enable(tmp_path, 'readers = ["acme-nothing", "acme-crashes"]\nrenderers = ["acme-blank"]')
    (tmp_path / "devices.bin").write_text("org.example.one\n", encoding="utf-8")
    empty = run("plugins", "read", "acme-nothing", "devices.bin", "-o", "devices.csv")
    assert (empty.code, empty.err) == (0, "written: devices.csv (empty: the plug-in wrote nothing)\n")
    crashed = run("plugins", "read", "acme-crashes", "devices.bin", "-o", "other.csv")
    assert (crashed.code, "was ended by the signal SIGSEGV" in crashed.err) == (4, True), crashed.err
    (tmp_path / "app.js").write_text("x", encoding="utf-8")
    assert run("scan", "app.js", "-w", "ws").code == 0
    blank = run("report", "-w", "ws", "--format", "plugin:acme-blank", "-o", "slides.bin")
    assert (blank.code, (tmp_path / "slides.bin").read_bytes()) == (0, b"")
    assert "slides.bin is empty: the plug-in wrote nothing" in blank.err


@no_sandbox
@pytest.mark.usefixtures("site")
def test_a_renderer_gets_the_report_as_json_lines(run: Run, tmp_path: Path) -> None:
    enable(tmp_path, 'renderers = ["acme-outline"]')
    printed = run("report", "--format", "plugin:acme-outline")
    assert (printed.code, "Add --out FILE" in printed.err) == (2, True)
    out = BytesIO()
    PluginRenderer("acme-outline").render(probe_report((), None, ""), out)
    assert out.getvalue() == b"report-head, 1 lines"


@pytest.mark.usefixtures("site", "run")
def test_every_report_lists_the_enabled_plug_ins(tmp_path: Path) -> None:
    assert probe_report((), None, "").plugins == ()
    enable(tmp_path, 'renderers = ["acme-outline", "gone"]')
    report = probe_report((), None, "")
    assert [one.cited for one in report.plugins] == ["renderer acme-outline (acme-tieback 1.2)"]
    assert ("Plug-ins", "renderer acme-outline (acme-tieback 1.2)") in about_lines(report)
    out = BytesIO()
    by_name("json").render(report, out)
    assert json.loads(out.getvalue())["plugins"][0]["version"] == "1.2"
    (shown,) = plugins_for_others(report.plugins)
    assert "acme" not in shown.cited


def test_without_rules_and_plug_ins_nothing_of_them_is_imported(tmp_path: Path) -> None:
    code = """
import sys
from tieback.pipeline.plugin_config import plugins_used
from tieback.pipeline.probing import targets
from tieback.pipeline.rule_sets import active_rules, probe_set
assert plugins_used() == () and probe_set(active_rules()).declared == ()
print([name for name in sys.modules if name in ("re2", "tieback.engine.plugins") or "userrules" in name
       or "declared" in name])
"""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, timeout=120)
    assert ended.stdout == b"[]\n"
