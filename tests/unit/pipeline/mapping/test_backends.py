"""What a run's apps name becomes back ends; their descriptions are made when they are saved, and not kept."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.backends import MappedBackends
from tieback.scope.resolver import Resolution
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.probes import read_backends

NAMED = (
    ("a", "https://api.workhub.test", Party.FIRST),
    ("a", "https://sdk.test", Party.THIRD),
    ("b", "https://sdk.test", Party.UNKNOWN),
)


def fill(lake: Lake, named: Sequence[tuple[str, str, Party]]) -> list[Unit]:
    units = [Unit(app * 64, "app-1", f"{app}.apk", 1) for app in sorted({app for app, *_ in named})]
    documents = []
    for unit in units:
        sightings = tuple(
            Sighting(
                Endpoint(EndpointKind.URL, value, "https", value.removeprefix("https://"), 443),
                1,
                party,
                Evidence("classes.dex", 1, "dex-string/url", value),
                owner="Workhub" if party is Party.FIRST else "",
                party_reason="its name is in it",
            )
            for app, value, party in named
            if app * 64 == unit.key
        )
        app = App(Platform.ANDROID, f"test.{unit.key[0]}", unit.key)
        documents.append((unit, AppDocument(unit.source, app, sightings)))
    lake.publish("apps", app_tables(documents), units)
    return units


async def resolve(host: str) -> Resolution:
    return Resolution(("127.0.0.1",), "hosts") if host == "api.workhub.test" else Resolution((), "", "not in the table")


def test_apps_are_mapped_and_described_as_they_are_saved(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    units = fill(lake, NAMED)
    mapped = asyncio.run(MappedBackends.of(lake, units, (), resolve))
    # Of apps that differ the one whose hash sorts last is heard.
    assert [(one.endpoint.host, one.party, one.addresses) for one in mapped.backends] == [
        ("api.workhub.test", Party.FIRST, ("127.0.0.1",)),
        ("sdk.test", Party.UNKNOWN, ()),
    ]
    assert not any(one.attributions for one in mapped.backends)
    with closing(AttributionSources(tmp_path / "none")) as knowledge:
        mapped.save("run", knowledge)
    assert [(one.endpoint.host, one.owner) for one in read_backends(lake, "run")] == [
        ("api.workhub.test", "Workhub"),
        ("sdk.test", "sdk.test"),
    ]
