"""A list of web sites in data files of an app is not decided; a few servers, and what has other evidence, stay."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import UNDECIDED, Credential, Evidence, NotBackend, Sighting
from tieback.pipeline.analyse import Analyser
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import AppFinds
from tieback.recognise.whole_app.site_lists import LEAST_OWNERS, LISTED, settle_site_lists

RULES = RuleFiles()
LIST = "assets/data/stations.json"


def site(host: str, file: str = LIST, how: str = "text/url", party: Party = Party.UNKNOWN) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}/live", "https", host, 443)
    return Sighting(endpoint, 1, party, Evidence(file, 0, how))


SITES = [site(f"www.station{number}.test") for number in range(LEAST_OWNERS)]


def hosts(sightings: Sequence[Sighting], credentials: Sequence[Credential] = ()) -> list[str]:
    found = settle_site_lists(AppFinds(tuple(sightings), tuple(credentials), (), ()), RULES)
    left = {one.endpoint.value for one in sightings} - {one.endpoint.value for one in found.sightings}
    assert {(one.value, one.reason) for one in found.not_backends} == {(value, LISTED) for value in left}
    return [one.endpoint.host for one in found.sightings]


def test_a_list_is_not_decided() -> None:
    assert hosts(SITES) == []
    assert LISTED.startswith(UNDECIDED)


def test_a_list_in_many_files_of_one_folder_is_a_list() -> None:
    moved = [
        msgspec.structs.replace(one, evidence=msgspec.structs.replace(one.evidence, file=f"assets/sites/{number}.json"))
        for number, one in enumerate(SITES)
    ]
    assert hosts(moved) == []


def test_few_owners_stay() -> None:
    assert hosts(SITES[1:]) == [one.endpoint.host for one in SITES[1:]]
    servers = [site(f"node{number}.network.test") for number in range(40)]
    assert hosts(servers) == [one.endpoint.host for one in servers]


@pytest.mark.parametrize(
    ("file", "how"),
    [
        ("assets/www/app.js", "text/url"),
        ("assets/www/index.html", "text/url"),
        ("assets/www/style.css", "text/url"),
        ("assets/radio.m3u", "text/url"),
        ("classes.dex", "dex-string/url"),
        ("resources.arsc", "resource:string/url"),
        ("lib/arm64-v8a/libshop.so", "native-string/url"),
        ("assets/index.android.bundle", "text/url"),
    ],
)
def test_code_pages_and_playlists_stay(file: str, how: str) -> None:
    moved = [site(one.endpoint.host, file, how) for one in SITES]
    assert hosts(moved) == [one.endpoint.host for one in SITES]


def test_what_is_more_than_an_entry_of_the_list_stays() -> None:
    own = site("api.shop.test", party=Party.FIRST)
    address = site("192.0.2.7")
    store = Sighting(
        Endpoint(EndpointKind.CLOUD, "s3:shop", "https", "shop.s3.amazonaws.com", 443),
        1,
        Party.UNKNOWN,
        Evidence(LIST, 0, "text/cloud"),
    )
    port = Sighting(
        Endpoint(EndpointKind.HOST_PORT, "vpn.test:1194", "", "vpn.test", 1194),
        1,
        Party.UNKNOWN,
        Evidence(LIST, 0, "config:server/config-key"),
    )
    search = Sighting(
        Endpoint(EndpointKind.URL, "https://es.test", "https", "es.test", 443, service="elasticsearch"),
        1,
        Party.UNKNOWN,
        Evidence(LIST, 0, "text/url"),
    )
    ruled = site("ruled.test", how="text/rule:own")
    called = [site("www.station0.test", "classes.dex", "dex-string/url"), site("extra.test")]
    stay = [own, address, store, port, search, ruled]
    left = hosts([*SITES, *stay, *called])
    assert left == ["www.station0.test", *(one.endpoint.host for one in stay), "www.station0.test"]


def test_what_a_credential_names_stays() -> None:
    secret = Credential("password_in_url", "p***d", SITES[0].endpoint.value, SITES[0].evidence)
    extra = site("www.more.test")
    assert hosts([*SITES, extra], [secret]) == [SITES[0].endpoint.host]


def test_a_whole_app(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    (folder / "assets").mkdir(parents=True)
    (folder / "apktool.yml").write_text("version: 2.9.3\n")
    (folder / "AndroidManifest.xml").write_text('<?xml version="1.0"?><manifest package="test.radio"/>')
    listed = ", ".join(
        f'{{"name": "Station {one}", "stream": "https://www.station{one}.test/live"}}' for one in range(30)
    )
    (folder / "assets" / "stations.json").write_text(f"[{listed}]")
    (folder / "assets" / "config.json").write_text('{"apiUrl": "https://api.radio.test/v1"}')
    document = Analyser().document(folder)
    assert "www.station1.test" not in {one.endpoint.host for one in document.sightings}
    undecided = [one for one in document.not_backends if one.reason == LISTED]
    assert NotBackend("https://www.station1.test/live", LISTED) in undecided
