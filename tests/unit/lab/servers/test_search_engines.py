"""The settings of an unpacked Elasticsearch or OpenSearch: what its version and its parts know, and nothing else."""

from pathlib import Path

import pytest

from tieback.lab.servers.search_engines import settings
from tieback.lab.stores import STORES

STORE = {store.name: store for store in STORES}
ALWAYS = {
    "network.host": "127.77.0.73",
    "http.port": "9200",
    "discovery.type": "single-node",
    "path.data": "/home/lab/data",
    "path.logs": "/home/lab/logs",
}


def made(name: str, version: tuple[int, ...], folder: Path, *parts: str) -> dict[str, str]:
    for part in parts:
        (folder / part).mkdir(parents=True)
    lines = settings(STORE[name], folder, Path("/home/lab"), version)
    found = dict(line.split(": ", 1) for line in lines)
    assert len(found) == len(lines)
    return found


@pytest.mark.parametrize(
    ("version", "parts", "more", "absent"),
    [
        ((6, 8, 23), (), {"transport.tcp.port": "9300"}, ("transport.port", "xpack.security.enabled")),
        (
            (7, 17, 0),
            ("modules/x-pack-security", "modules/ingest-geoip", "modules/x-pack-ml"),
            {
                "transport.port": "9300",
                "xpack.security.enabled": "false",
                "ingest.geoip.downloader.enabled": "false",
                "xpack.ml.enabled": "false",
            },
            ("xpack.security.autoconfiguration.enabled",),
        ),
        ((7, 10, 2), ("modules/ingest-geoip",), {}, ("ingest.geoip.downloader.enabled",)),
        (
            (9, 0, 0),
            ("modules/x-pack-security",),
            {"xpack.security.enabled": "false", "xpack.security.autoconfiguration.enabled": "false"},
            ("plugins.security.disabled",),
        ),
    ],
)
def test_elasticsearch(
    tmp_path: Path, version: tuple[int, ...], parts: tuple[str, ...], more: dict[str, str], absent: tuple[str, ...]
) -> None:
    found = made("elasticsearch-open", version, tmp_path, *parts)
    assert ALWAYS.items() | more.items() <= found.items()
    assert found.keys().isdisjoint(absent)


def test_protected_search_engine_requires_a_password(tmp_path: Path) -> None:
    found = made("elasticsearch-protected", (8, 15, 0), tmp_path, "modules/x-pack-security")
    assert found["xpack.security.enabled"] == "true"


@pytest.mark.parametrize(
    ("parts", "more"), [((), {}), (("plugins/opensearch-security",), {"plugins.security.disabled": "true"})]
)
def test_opensearch(tmp_path: Path, parts: tuple[str, ...], more: dict[str, str]) -> None:
    found = made("opensearch-open", (3, 1, 0), tmp_path, *parts)
    assert more.items() <= found.items()
    assert found["transport.port"] == "9300"
    assert not any(key.startswith("xpack") for key in found)
