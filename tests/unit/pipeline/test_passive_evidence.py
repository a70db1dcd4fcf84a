"""Reports of other tools in a workspace. The reports are synthetic."""

import json
from pathlib import Path

import pytest

from tieback.model.errors import InputError
from tieback.pipeline.passive_evidence import ImportedReport, import_reports
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.imports import services_at, sightings_of_apps
from tieback.storage.workspace import Workspace

SHODAN = {"_shodan": {"module": "elastic"}, "ip_str": "203.0.113.7", "port": 9200, "timestamp": "2026-11-01T10:00:00"}
MOBSF = {
    "file_name": "shop.apk",
    "package_name": "org.example.shop",
    "sha256": "ab" * 32,
    "timestamp": "2026-11-01T10:00:00Z",
    "urls": [
        {"urls": ["https://api.workhub.test/v1", "http://schemas.android.com/apk/res", "nonsense"], "path": "A.java"},
        {"urls": ["https://api.workhub.test/v1"], "path": "A.java"},
    ],
    "domains": {"graph.facebook.com": {}},
    "firebase_urls": [{"url": "https://shop-1.firebaseio.com", "open": True}],
}


def file(folder: Path, name: str, *documents: object) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return path


def lake(workspace: Path) -> Lake:
    with Workspace.open(workspace) as opened:
        return opened.lake


def test_services_and_endpoints(tmp_path: Path) -> None:
    paths = [file(tmp_path, "s.json", SHODAN, SHODAN | {"port": "x"}), file(tmp_path, "m.json", MOBSF)]
    told: list[int] = []
    shodan, mobsf = import_reports(tmp_path / "w", paths, lambda _, count: told.append(count))
    assert isinstance(shodan, ImportedReport)
    assert isinstance(mobsf, ImportedReport)
    assert (shodan.source, shodan.services, shodan.left_out, shodan.first_left_out[:7]) == ("shodan", 1, 1, "line 2:")
    assert (mobsf.services, mobsf.sightings) == (1, 3)
    kept = lake(tmp_path / "w")
    (service,) = services_at(kept, ["203.0.113.7"], 1e12)
    assert service.seen == "2026-11-01T10:00:00Z"
    seen = {one.sighting.endpoint.value: one for _, one in sightings_of_apps(kept, ["org.example.shop"], [], 1e12)}
    assert set(seen) == {"https://api.workhub.test/v1", "https://graph.facebook.com", "firebase-rtdb:shop-1"}
    api = seen["https://api.workhub.test/v1"].sighting
    assert (api.evidence.file, api.evidence.how) == ("A.java", "mobsf/urls")
    assert api.evidence.context == "seen by mobsf on 2026-11-01"
    assert seen["https://graph.facebook.com"].sighting.owner != ""


def test_the_same_content_is_imported_once(tmp_path: Path) -> None:
    path = file(tmp_path, "s.json", SHODAN)
    (first,) = import_reports(tmp_path / "w", [path])
    (again,) = import_reports(tmp_path / "w", [path.rename(tmp_path / "other.json")])
    assert isinstance(first, ImportedReport)
    assert isinstance(again, ImportedReport)
    assert first.before == ""
    assert again.before != ""
    assert len(list(services_at(lake(tmp_path / "w"), ["203.0.113.7"], 1e12))) == 1


@pytest.mark.parametrize(
    ("content", "says"), [("", "empty"), ("x", "unknown report format"), (json.dumps(SHODAN) + "\n{", "ends within")]
)
def test_a_bad_file_is_an_error_in_its_place(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "bad").write_text(content)
    bad, missing, good = import_reports(
        tmp_path / "w", [tmp_path / "bad", tmp_path / "missing", file(tmp_path, "s.json", SHODAN)]
    )
    assert isinstance(bad, InputError)
    assert says in bad.diagnostics()
    assert isinstance(missing, InputError)
    assert isinstance(good, ImportedReport)
