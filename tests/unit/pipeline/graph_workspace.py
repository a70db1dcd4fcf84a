"""A workspace with a scan of the sample apps, a synthetic capture, stores as probes would find them, and two reports.

No server is asked: the exposures are written into the ledger by hand, as synthetic as the capture and the reports.
"""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.inline_engine import InlineEngine
from tieback.model.backend import Candidate, Route
from tieback.model.exposure import AppRoute, Exposure, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Identity, Outcome, ProbeReport, Ransom
from tieback.pipeline.passive_evidence import import_reports
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.storage.lake.tables.probes import ProbeWriter
from tieback.storage.workspace import Workspace

APPS = Path(__file__).parents[3] / "labs" / "apps"
API = "https://api.workhub.test"
ELASTIC = "http://es.fieldhand.test:9200/machines/_search"


def har(folder: Path) -> Path:
    """Traffic of Workhub's API, at an address."""
    entry = {
        "startedDateTime": "2026-11-01T10:00:00Z",
        "time": 1,
        "serverIPAddress": "203.0.113.20",
        "request": {"method": "GET", "url": f"{API}/v1/me", "headers": [], "bodySize": 0},
        "response": {"status": 401, "headers": [], "content": {"size": 2, "text": "{}"}, "bodySize": 2},
    }
    path = folder / "workhub.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "synthetic"}, "entries": [entry]}}))
    return path


def exposure(key: str, access: Access, candidate: Candidate, endpoint: str, apps: tuple[str, ...]) -> Exposure:
    target = f"{candidate.host}:{candidate.port}"
    return Exposure(
        id=key,
        identity=Identity(key, "address"),
        product=candidate.service or "",
        version="7",
        access=access,
        addresses=(target,),
        targets=(target,),
        routes=tuple(AppRoute(app, candidate, endpoint, "classes.dex", 1, "dex-string/url") for app in apps),
        containers=(),
        records=exact(9, "count"),
        bytes=exact(9, "size"),
        pii=(),
        fields=(),
        ransom=Ransom(),
        severity=Severity.HIGH,
        score=1,
        factors=(),
        bytes_sent=1,
        bytes_read=1,
        cleartext=True,
    )


def shodan(folder: Path) -> Path:
    path = folder / "shodan.json"
    path.write_text(
        "".join(
            json.dumps(
                {
                    "_shodan": {"module": module},
                    "ip_str": "203.0.113.20",
                    "port": port,
                    "hostnames": ["api.workhub.test"],
                    "timestamp": "2026-11-01T10:00:00",
                    "elastic": {"indices": {"a": {"primaries": {"docs": {"count": 1200}}}}} if port == 9200 else None,
                }
            )
            + "\n"
            for module, port in (("elastic", 9200), ("mongodb", 27017))
        )
    )
    return path


def mobsf(folder: Path) -> Path:
    path = folder / "mobsf.json"
    path.write_text(
        json.dumps(
            {
                "file_name": "workhub.apk",
                "package_name": "com.workhub.mobile",
                "urls": [{"urls": ["https://old.workhub.test/v0", API], "path": "A.java"}],
                "timestamp": "2026-11-01",
            }
        )
    )
    return path


def made(folder: Path) -> Path:
    """Make the workspace; returns its directory."""
    workspace = folder / "ws"
    inputs = (*sorted(APPS.glob("*.apk")), har(folder))
    with run_scan(
        ScanRequest(inputs, None, workspace, engine=InlineEngine()), lambda _: nullcontext(lambda _done, _total: None)
    ) as done:
        hashes = {one.app.bundle_id: one.app.sha256 for one in done.report.apps.rows()}
    list(import_reports(workspace, [shodan(folder), mobsf(folder)]))
    with Workspace.open(workspace) as opened:
        run = opened.ledger.latest_run()
        assert run is not None
        pivot = Candidate("api.workhub.test", 27017, "mongodb", Route.PIVOT, (API,), "default port of MongoDB")
        named = Candidate(
            "es.fieldhand.test", 9200, "elasticsearch", Route.NAMED, (ELASTIC,), f"the app names {ELASTIC}"
        )
        found = [
            exposure("store-m", Access.OPEN, pivot, API, (hashes["com.workhub.mobile"],)),
            exposure("store-e", Access.AUTH_REQUIRED, named, ELASTIC, (hashes["org.fieldhand.app"],)),
        ]
        opened.ledger.conclusions.save(run.id, found, [])
        with ProbeWriter(opened.lake, run.id) as writer:
            writer.add(ProbeReport("es.fieldhand.test:9200", Outcome.OK, Access.AUTH_REQUIRED, address="127.77.0.10"))
            writer.add(ProbeReport("api.workhub.test:27017", Outcome.OK, Access.OPEN, address="203.0.113.20"))
            writer.add(ProbeReport("api.workhub.test:6379", Outcome.OUT_OF_SCOPE))
            writer.add(ProbeReport("[2001:db8::1]:9200", Outcome.REFUSED, address="2001:db8::1"))
    return workspace


def shared(factory: pytest.TempPathFactory) -> Path:
    """The workspace, made once a process; tests that share it only read."""
    folder = factory.getbasetemp() / "graph-workspace"
    if not folder.is_dir():
        folder.mkdir()
        made(folder)
    return folder / "ws"
