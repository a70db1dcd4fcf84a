"""Suricata: ``app_proto`` of each flow in its EVE log, with the parsers for MQTT and PostgreSQL on, and no rules.

Of the protocols of openback, its release in Debian has parsers for MQTT and PostgreSQL alone.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _captures
from bench.openback.peers._answers import ended
from bench.openback.peers._captures import Flow
from bench.openback.peers._programs import run
from bench.openback.schema import Case, Result

TOPICS = _captures.TOPICS
CLAIMS = _captures.CLAIMS
SETTINGS = Path("/etc/suricata/suricata.yaml")
MAX_LINE = 1 << 20


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    try:
        said = subprocess.run(["suricata", "-V"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    return said.partition("version ")[2].split()[0] if "version " in said and SETTINGS.exists() else None


def flows(log: Path) -> Iterator[Flow]:
    """The flows of an EVE log; lines that are damaged or too long are left out."""
    with log.open("rb") as lines:
        while line := lines.readline(MAX_LINE):
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if (
                isinstance(event, dict)
                and event.get("event_type") == "flow"
                and isinstance(event.get("app_proto"), str)
            ):
                yield str(event.get("dest_ip")), str(event.get("dest_port")), event["app_proto"]


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""

    def read(file: Path, home: Path) -> Iterator[Flow]:
        place = home / "logs"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        words: list[str | Path] = [
            "suricata",
            "--runmode",
            "single",
            "-k",
            "none",
            "-S",
            "/dev/null",
            "-c",
            SETTINGS,
            "-l",
            place,
        ]
        more = [f"app-layer.protocols.{name}.enabled=yes" for name in ("pgsql", "mqtt")]
        ended(run([*words, *(word for one in more for word in ("--set", one)), "-r", file], home))
        return flows(place / "eve.json")

    return _captures.answers("suricata", version(), cases, folder, read)
