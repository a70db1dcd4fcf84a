"""The pages of recipients over a seeded run of 100,000 rows: time of each page and JSON document at the server.

``python -m bench recipients_pages`` writes a workspace with 400 apps and a capture of each: 125 servers that receive
two classes of data. The rows are synthetic, from a fixed seed. The time is the one that the client sees, on loopback.
Measured are filters, a search, an app, and a page far behind in the list.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import httpx

from bench.measure import table
from bench.web import BAR, REPEATS, resident, served, timed
from tieback.model.app import App, Platform
from tieback.model.flow import ContentState, Flow, FlowApp, FlowEvidence, Peer, SentData, Server
from tieback.model.sighting import AppDocument, Problem
from tieback.model.unit import Unit
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.flows import flow_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.workspace import Workspace

APPS, SERVERS = 400, 125
TOGETHER = 50
"""Inputs in one part of the lake, as a worker publishes them."""
SEED = 26
DEEP = 400
"""Pages of 50 rows behind the first."""
CLASSES = (
    ("device_id", "advertising identifier"), ("device_id", "Android ID"), ("email", ""), ("geo_location", "precise"),
    ("person_id", ""), ("phone", ""), ("secret_token", ""), ("demographic", "gender"), ("ip_address", ""),
    ("message_content", ""),
)  # fmt: skip
HOSTS = ("app-measurement.com", "graph.facebook.com", "app.adjust.com", "api.mixpanel.com", "api.amplitude.com")


def run() -> str:
    """Measure, and return the report section."""
    with tempfile.TemporaryDirectory(prefix="tieback-recipients-") as folder:
        return measured(Path(folder) / "workspace", APPS)


def write_workspace(folder: Path, apps: int) -> None:
    """A finished run over ``apps`` apps with a capture each."""
    chance = random.Random(SEED)
    every = [
        App(Platform.ANDROID, f"com.maker{number}.app", _key(f"app {number}"), f"App {number}", "1")
        for number in range(apps)
    ]
    with Workspace.open(folder) as workspace:
        run = workspace.ledger.start_run([])
        units = [Unit(app.sha256, "1", f"{app.bundle_id}.apk", 1) for app in every]
        captures = [Unit(_key(app.sha256), TRAFFIC_ANALYSIS, f"/captures/{app.bundle_id}.har", 1) for app in every]
        for at in range(0, apps, TOGETHER):
            those = slice(at, at + TOGETHER)
            read = [(unit, AppDocument(unit.source, app)) for unit, app in zip(units[those], every[those], strict=True)]
            workspace.lake.publish(part_name(units[those]), app_tables(read), units[those])
            seen: list[tuple[Unit, tuple[list[Flow], list[Problem]]]] = [
                (unit, (list(_flows(app, chance)), [])) for unit, app in zip(captures[those], every[those], strict=True)
            ]
            workspace.lake.publish(part_name(captures[those]), flow_tables(seen), captures[those])
        inputs = [RunInput(one.source, one.key, one.version) for one in (*units, *captures)]
        save_inputs(workspace.lake, run, inputs)
        workspace.ledger.conclusions.save(run, (), ())
        workspace.ledger.end_run(run)


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _flows(app: App, chance: random.Random) -> Iterator[Flow]:
    for number in range(SERVERS):
        host = HOSTS[number] if number < len(HOSTS) else f"api{chance.randrange(2000)}x{number}.service{number}.test"
        sent = tuple(
            SentData(pii_class, kind, f"json:$.field{place}", "http", 0.9, chance.randrange(1, 50), "", "")
            for place, (pii_class, kind) in enumerate(chance.sample(CLASSES, 2))
        )
        start = 1.79e9 + chance.randrange(100_000)
        yield Flow(
            path="run.har", app=FlowApp(app.name, app.bundle_id), client=Peer("", None), server=Server("", 443, host),
            transport="http", protocol="http", evidence=FlowEvidence.PAYLOAD, confidence=1.0,
            encrypted=chance.random() < 0.9, tls=None, bytes_out=1, bytes_in=1, packets_out=0, packets_in=0,
            start=start, end=start + 1, content=ContentState.READ, sent=sent,
        )  # fmt: skip


def measured(workspace: Path, apps: int) -> str:
    """The table for a workspace, which is written if it is not there."""
    if not workspace.exists():
        write_workspace(workspace, apps)
    with served(workspace) as (url, pid), httpx.Client(base_url=url, timeout=600) as client:
        before = time.perf_counter()
        first = client.get("/api/v1/recipients", params={"limit": 1}).json()
        built = time.perf_counter() - before
        app = first["items"][0]["recipient"]["app_sha256"]
        queries: list[tuple[str, dict[str, str]]] = [
            ("first page", {}),
            ("third parties", {"party": "third"}),
            ("a class", {"pii_class": "email"}),
            ("in the clear", {"wire": "clear"}),
            ("in the clear, of a class", {"wire": "clear", "pii_class": "email"}),
            ("an app", {"app": app}),
            ("search: two words, many rows", {"q": "service7 email"}),
            ("search: no row", {"q": "nothing-has-this-word"}),
            ("500 rows", {"limit": "500"}),
            (f"page {DEEP + 1}", {"after": _far(client)}),
        ]
        rows = []
        for what, query in queries:
            for kind, path in (("page", "/recipients"), ("JSON", "/api/v1/recipients")):
                line = timed(client, f"{path}?{urlencode(query)}" if query else path)
                rows.append((what, kind, *line[1:]))
        app_lines = [timed(client, f"{path}/{app}") for path in ("/apps", "/api/v1/apps")]
        rows += [("page of an app", kind, *line[1:]) for kind, line in zip(("page", "JSON"), app_lines, strict=True)]
        memory = resident(pid)
    slow = [f"{row[0]} ({row[1]})" for row in rows if float(row[4]) > BAR * 1000]
    return (
        f"## Pages of recipients\n\n{first['recipients']:,} rows of {apps} apps. {REPEATS} requests each after the "
        f"first; p95 over {BAR * 1000:.0f} ms: {', '.join(slow) or 'none'}. The index of the run took "
        f"{built:.1f} s with the first request. Resident memory of the server: {memory:.0f} MiB.\n\n"
        + table(("what", "as", "first, ms", "median, ms", "p95, ms", "kB"), rows)
    )


def _far(client: httpx.Client) -> str:
    """The cursor of a page far behind."""
    after = ""
    for _ in range(DEEP * 50 // 500):
        query = {"limit": "500", **({"after": after} if after else {})}
        following = client.get("/api/v1/recipients", params=query).json()["next"]
        if following is None:
            break
        after = following
    return after
