"""Endpoints on the page of an app: page by page, and those of the maker first."""

from pathlib import Path

from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.app_pages import app_sightings
from tieback.storage.lake.tables.apps import app_tables

UNIT = Unit("a" * 64, "1", "a.apk", 1)
HOSTS = (
    ("ads.test", Party.THIRD),
    ("api.acme.test", Party.FIRST),
    ("any.test", Party.UNKNOWN),
    ("os.test", Party.PLATFORM),
    ("www.acme.test", Party.FIRST),
)


def sighting(host: str, party: Party) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    return Sighting(endpoint, 1, party, Evidence("classes.dex", 1, "dex-string/url", host))


def test_own_endpoints_come_first_on_every_page(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    document = AppDocument("a.apk", App(Platform.ANDROID, "test.a", UNIT.key), tuple(sighting(*one) for one in HOSTS))
    lake.publish("apps", app_tables([(UNIT, document)]), [UNIT])
    found: list[str] = []
    after = -1
    while page := list(app_sightings(lake, UNIT.key, UNIT.version, after, 2)):
        found += [one.endpoint.host for _, one in page]
        after = page[-1][0]
    assert found == ["api.acme.test", "www.acme.test", "any.test", "ads.test", "os.test"]
