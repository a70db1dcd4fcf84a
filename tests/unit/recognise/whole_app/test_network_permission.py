"""An app that Android gives no network contacts nothing; wherever that is in doubt, its addresses stay."""

from pathlib import Path

import pytest

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import AppDocument, Credential, Evidence, Sighting
from tieback.pipeline.analyse import Analyser
from tieback.recognise.whole_app.collect import AppFinds
from tieback.recognise.whole_app.network_permission import NOT_PERMITTED, NetworkPermission

STARTED = (
    '<activity android:name=".Main"><intent-filter><action android:name="android.intent.action.MAIN"/>'
    '<category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>'
)
PERMITTED = '<uses-permission android:name="android.permission.INTERNET"/>'
HOST = Sighting(
    Endpoint(EndpointKind.URL, "https://api.shop.test", "https", "api.shop.test", 443),
    1,
    Party.UNKNOWN,
    Evidence("classes.dex", 0, "dex-string/url"),
)
STORE = Sighting(
    Endpoint(EndpointKind.CLOUD, "firebase-rtdb:shop", "", "shop.firebaseio.com", None, service="firebase-rtdb"),
    1,
    Party.UNKNOWN,
    Evidence("resources.arsc", 0, "resource:string/firebase_database_url"),
)


def manifest(inside: str, file: str = "AndroidManifest.xml", attributes: str = "") -> Artifact:
    text = (
        f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="test.shop"{attributes}>{inside}'
    )
    return Artifact(file, (Buffer(file, BufferKind.MANIFEST, f"{text}</manifest>".encode()),))


def settled(*pieces: Piece, found: AppFinds | None = None) -> AppFinds:
    network = NetworkPermission()
    assert list(network.watched(pieces)) == list(pieces)
    return network.settled(found or AppFinds((HOST, STORE), (), (), ()))


SEARCH = Sighting(
    Endpoint(EndpointKind.URL, "http://es.shop.test:9200", "http", "es.shop.test", 9200, service="elasticsearch"),
    1,
    Party.UNKNOWN,
    Evidence("classes.dex", 0, "dex-string/url"),
)


def test_a_data_store_stays_whatever_text_names_it() -> None:
    found = settled(manifest(STARTED), found=AppFinds((HOST, SEARCH), (), (), ()))
    assert found.sightings == (SEARCH,)


def test_an_ip_address_with_the_port_of_a_data_store_does_not_stay() -> None:
    endpoint = Endpoint(EndpointKind.ADDRESS, "203.0.113.7:5678", "", "203.0.113.7", 5678, service="n8n")
    proxy = Sighting(endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 0, "dex-string/address-port"))
    found = settled(manifest(STARTED), found=AppFinds((proxy, SEARCH), (), (), ()))
    assert found.sightings == (SEARCH,)
    assert [(one.value, one.reason) for one in found.not_backends] == [("203.0.113.7:5678", NOT_PERMITTED)]


def test_without_the_permission_only_data_stores_stay() -> None:
    found = settled(manifest(f"<application>{STARTED}</application>"))
    assert found.sightings == (STORE,)
    assert [(one.value, one.reason) for one in found.not_backends] == [("https://api.shop.test", NOT_PERMITTED)]
    (remark,) = found.problems
    assert remark.what == f"{NOT_PERMITTED} (android.permission.INTERNET): 1 address in it is not a back end"
    assert (remark.where, remark.unread) == ("AndroidManifest.xml", None)


@pytest.mark.parametrize(
    "pieces",
    [
        (manifest(STARTED + PERMITTED),),
        (manifest(STARTED + PERMITTED.replace("uses-permission", "uses-permission-sdk-23")),),
        (manifest(STARTED, attributes=' android:sharedUserId="test.shop.user"'),),
        (manifest(STARTED + '<instrumentation android:targetPackage="test.other"/>'),),
        (manifest(STARTED + '<meta-data android:name="xposedminversion" android:value="54"/>'),),
        (
            manifest(
                STARTED + '<meta-data android:name="android.support.customtabs.trusted.DEFAULT_URL" android:value="x"/>'
            ),
        ),
        (manifest(STARTED + '<activity android:name="com.google.androidbrowserhelper.trusted.LauncherActivity"/>'),),
        (manifest(STARTED + '<uses-permission android:name="android.permission.ACCESS_SUPERUSER"/>'),),
        (manifest(STARTED + '<provider android:name="rikka.shizuku.ShizukuProvider"/>'),),
        (manifest("<application/>"),),
        (manifest(STARTED), manifest(PERMITTED, "assets/plugin.apk!AndroidManifest.xml")),
        (manifest(STARTED), Artifact("base.apk!AndroidManifest.xml", (Buffer("x", BufferKind.BINARY, b"\3\0"),))),
        (
            manifest(STARTED),
            ArtifactBatch(("assets/AndroidManifest.xml",), (b"\3\0\10\0",), lambda *_: Artifact("", ())),
        ),
        (),
    ],
    ids=[
        "permission",
        "permission since Android 6",
        "user of another app",
        "tests of another app",
        "module of Xposed",
        "web site that the browser shows as the app",
        "the same by its library",
        "commands of a superuser",
        "service in a process of Shizuku",
        "not started by a person",
        "a package inside has it",
        "unreadable manifest inside",
        "compiled manifest inside",
        "no manifest",
    ],
)
def test_where_the_network_is_possible_nothing_changes(pieces: tuple[Piece, ...]) -> None:
    given = AppFinds((HOST, STORE), (), (), ())
    assert settled(*pieces, found=given) is given


def test_what_a_credential_or_a_rule_of_the_user_names_stays() -> None:
    secret = Credential("password_in_url", "p***d", HOST.endpoint.value, HOST.evidence)
    given = AppFinds((HOST,), (secret,), (), ())
    assert settled(manifest(STARTED), found=given) is given
    ruled = Sighting(HOST.endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 0, "dex-string/rule:own"))
    assert settled(manifest(STARTED), found=AppFinds((ruled,), (), (), ())).sightings == (ruled,)


def read(folder: Path, permission: str) -> AppDocument:
    (folder / "assets").mkdir(parents=True)
    (folder / "apktool.yml").write_text("version: 2.9.3\n")
    text = bytes(manifest(f"{permission}<application>{STARTED}</application>").buffers[0].data).decode()
    (folder / "AndroidManifest.xml").write_text(f'<?xml version="1.0"?>{text}')
    (folder / "assets" / "config.json").write_text('{"apiUrl": "https://api.shop.test/v1"}')
    return Analyser().document(folder)


def test_a_whole_app(tmp_path: Path) -> None:
    with_permission, without = read(tmp_path / "with", PERMITTED), read(tmp_path / "without", "")
    assert [one.endpoint.host for one in with_permission.sightings] == ["api.shop.test"]
    assert without.sightings == ()
    assert "https://api.shop.test/v1" in {one.value for one in without.not_backends}
    assert any(one.what.startswith(NOT_PERMITTED) for one in without.problems)
