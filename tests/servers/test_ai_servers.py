"""Servers of today's apps as themselves: what ``tieback probe`` finds on odd ports, open and protected.

Their data are generated, with known counts. See ``tests.lab.ai_servers``.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.ai_servers import (
    EXPERIMENTS,
    FILES,
    HOST,
    MODELS,
    PATIENTS,
    STARTS,
    TOOLS,
    VISITS,
    Begin,
    Running,
    call,
    missing,
    running,
)
from tests.lab.more_servers import FLOWS, MORE

# The first test starts all servers. On a busy machine that takes minutes, and seconds on an idle one.
pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(900)]


class Case(msgspec.Struct, frozen=True):
    """What a server shows to a client without credentials."""

    product: str
    access: str
    shows_version: bool = True
    records: dict[str, int | None] = {}
    abilities: tuple[str, ...] = ()


CASES = {
    # Its description has a hash instead of a version since Directus 12.
    "directus-open": Case("directus", "partial", shows_version=False, records={"patients": PATIENTS, "visits": VISITS}),
    "directus-protected": Case("directus", "auth_required", shows_version=False),
    # One experiment is its own.
    "mlflow-open": Case("mlflow", "open", records={"experiments": EXPERIMENTS + 1, "models": MODELS}),
    "mlflow-protected": Case("mlflow", "auth_required", shows_version=False),
    "jupyter-open": Case("jupyter", "open", records={"running kernels": 0, "files": FILES}, abilities=("run_code",)),
    "jupyter-protected": Case("jupyter", "auth_required"),
    # Its models have names, and nothing that could be counted.
    "litellm-open": Case(
        "litellm",
        "open",
        shows_version=False,
        records={"ward-summary": None, "triage": None},
        abilities=("generate",),
    ),
    "litellm-protected": Case("litellm", "auth_required", shows_version=False),
    "mcp-open": Case("mcp", "open", records=dict.fromkeys(TOOLS), abilities=("call_tools",)),
    "mcp-protected": Case("mcp", "auth_required", shows_version=False),
    "gradio-open": Case("gradio", "open", records={"endpoints": 1}),
    "gradio-protected": Case("gradio", "auth_required", shows_version=False),
}

MORE_CASES = {
    # What an app shows, and whether it requires a login, is visible only in a session.
    "streamlit-open": Case("streamlit", "unknown", shows_version=False),
    "ray-open": Case("ray", "open", records={"jobs": 0}, abilities=("run_code",)),
    "ray-protected": Case("ray", "auth_required", shows_version=False),
    "langflow-open": Case("langflow", "open", records={"Starter Project": FLOWS}, abilities=("run_code",)),
    "langflow-protected": Case("langflow", "auth_required"),
    # A second proof would need a sign-in.
    "open-webui-open": Case("open-webui", "partial"),
    "open-webui-protected": Case("open-webui", "auth_required"),
}


class Probed(msgspec.Struct, frozen=True):
    """The servers, and what one run of ``tieback probe`` says about all of them."""

    running: Running
    reports: dict[str, dict[str, Any]]

    def report(self, label: str) -> dict[str, Any]:
        """Of one server. Skips if it is not installed, and fails if it did not start."""
        name = label.rpartition("-")[0]
        if missing(name):
            pytest.skip(missing(name))
        assert name not in self.running.failed, self.running.failed[name]
        return self.reports[label]


def probe(ports: list[int], folder: Path) -> list[dict[str, Any]]:
    """``tieback probe`` as a command, at depth ``describe``."""
    today = datetime.now(UTC).date()
    grant = folder / "grant.toml"
    grant.write_text(
        'authorised_by = "the test"\ncontact = "security@example.org"\n'
        f"not_before = {today}\nnot_after = {today + timedelta(days=2)}\n\n"
        f'[[target]]\nmatch = "{HOST}"\nports = {ports}\ndepth = "describe"\nmcp = true\n'
    )
    targets = [f"{HOST}:{port}" for port in ports]
    done = subprocess.run(
        [sys.executable, "-m", "tieback", "probe", *targets, "--grant", str(grant), "--format", "json"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"TIEBACK_STATE": str(folder / "state")},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def started_and_probed(folder: Path, starts: Mapping[str, tuple[Begin, ...]]) -> Iterator[Probed]:
    with running(folder, starts) as started:
        labels = {server.port: label for label, server in started.servers.items()}
        found = started.island.threads.submit(probe, list(labels), folder).result() if labels else []
        yield Probed(started, {labels[int(one["target"].rpartition(":")[2])]: one for one in found})


SLOW = ("directus", "litellm", "mlflow")
"""They need a minute of CPU to start. Their recorded conversations are played in ``unit/probes`` in every run."""
QUICK_CASES = [label for label in CASES if not label.startswith(SLOW)]


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    quick = {name: begins for name, begins in STARTS.items() if name not in SLOW}
    with started_and_probed(tmp_path_factory.mktemp("ai"), quick) as found:
        yield found


@pytest.fixture(scope="module")
def slow_probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    with started_and_probed(tmp_path_factory.mktemp("slow"), {name: STARTS[name] for name in SLOW}) as found:
        yield found


@pytest.fixture(scope="module")
def more_probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    with started_and_probed(tmp_path_factory.mktemp("more"), MORE) as found:
        yield found


def check(probed: Probed, label: str, case: Case) -> None:
    report = probed.report(label)
    version = probed.running.servers[label].version if case.shows_version else ""
    assert (report["outcome"], report["product"], report["version"]) == ("ok", case.product, version)
    assert (report["access"], report["abilities"]) == (case.access, list(case.abilities))
    assert {one["path"][-1]: (one["records"] or {}).get("value") for one in report["containers"]} == case.records


@pytest.mark.parametrize("label", QUICK_CASES)
def test_what_the_probe_finds(probed: Probed, label: str) -> None:
    check(probed, label, CASES[label])
    assert probed.report(label)["problems"] == []


@pytest.mark.more
@pytest.mark.parametrize("label", [label for label in CASES if label not in QUICK_CASES])
def test_what_the_probe_finds_on_slow_servers(slow_probed: Probed, label: str) -> None:
    check(slow_probed, label, CASES[label])
    assert slow_probed.report(label)["problems"] == []


@pytest.mark.more
@pytest.mark.parametrize("label", MORE_CASES)
def test_what_the_probe_finds_on_more_servers(more_probed: Probed, label: str) -> None:
    check(more_probed, label, MORE_CASES[label])


def test_a_probe_starts_and_writes_nothing(probed: Probed) -> None:
    probed.report("jupyter-open")
    server = probed.running.servers["jupyter-open"]

    def lists() -> list[Any]:
        return [json.loads(call(server.port, "GET", f"/api/{what}")) for what in ("kernels", "sessions")]

    assert probed.running.island.threads.submit(lists).result() == [[], []]


def test_no_server_can_reach_another_machine(probed: Probed) -> None:
    if not probed.running.island.isolated:
        pytest.skip("this machine does not let us make a network namespace")
    devices = probed.running.island.threads.submit(socket.if_nameindex).result()
    assert [name for _, name in devices] == ["lo"]
