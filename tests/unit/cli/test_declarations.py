"""``tieback app`` shows privacy manifests, ``traffic --recipients --declared`` compares with them."""

import json
import plistlib
import zipfile
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

TYPE = "NSPrivacyCollectedDataType"


def ipa(folder: Path, *, manifest: bool = True) -> Path:
    path = folder / "shop.ipa"
    with zipfile.ZipFile(path, "w") as archive:
        info = {"CFBundleIdentifier": "test.shop.app", "CFBundleName": "Shop", "CFBundleShortVersionString": "1.0"}
        archive.writestr("Payload/Shop.app/Info.plist", plistlib.dumps(info))
        if manifest:
            own = {"NSPrivacyTracking": False, f"{TYPE}s": [{TYPE: f"{TYPE}EmailAddress"}, {TYPE: f"{TYPE}Name"}]}
            ads = {"NSPrivacyTrackingDomains": ["ads.test"]}
            archive.writestr("Payload/Shop.app/PrivacyInfo.xcprivacy", plistlib.dumps(own))
            archive.writestr("Payload/Shop.app/Ads.framework/PrivacyInfo.xcprivacy", plistlib.dumps(ads))
    return path


def har(folder: Path) -> Path:
    body = json.dumps({"email": "anna.schmidt@mail.test", "phone": "+49 30 901820"})
    request = {
        "method": "POST", "url": "https://eu.ads.test/e", "httpVersion": "HTTP/1.1", "queryString": [], "cookies": [],
        "headers": [{"name": "Content-Type", "value": "application/json"}], "headersSize": -1, "bodySize": -1,
        "postData": {"mimeType": "application/json", "text": body},
    }  # fmt: skip
    answer = {"status": 200, "headers": [], "content": {"size": 0, "mimeType": ""}, "headersSize": -1, "bodySize": 0}
    entry = {"startedDateTime": "2026-01-02T03:04:05.000Z", "time": 1, "request": request, "response": answer}
    path = folder / "run.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    return path


def test_manifests_of_an_app_and_of_its_parts(run: Run, tmp_path: Path) -> None:
    ended = run("app", str(ipa(tmp_path)))
    assert "app: Email address, Name; tracking: no" in ended.out
    assert "Ads.framework: no list of data types; tracking domains: ads.test" in ended.out
    document = json.loads(run("app", str(tmp_path / "shop.ipa"), "--format", "json").out)
    assert [one["part"] for one in document["declarations"]] == ["", "Ads.framework"]


def test_no_manifest_is_unknown(run: Run, tmp_path: Path) -> None:
    ended = run("app", str(ipa(tmp_path, manifest=False)))
    assert "none in the package, so what the app declares is unknown" in ended.out


def test_recipients_are_compared(run: Run, tmp_path: Path) -> None:
    ended = run("traffic", "--recipients", str(har(tmp_path)), "--declared", str(ipa(tmp_path)), "--format", "json")
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.out.splitlines()]
    marks = {one["class"]: one["declared"] for one in lines if one["schema"] == "tieback/recipient/1"}
    assert marks == {"email": "declared", "phone": "not_declared"}
    states = {one["title"]: one["state"] for one in lines if one["schema"] == "tieback/declared-item/1"}
    assert states == {"Name": "not_seen", "Email address": "seen", "ads.test": "seen"}
    table = run("traffic", "--recipients", "run.har", "--declared", "shop.ipa").out
    assert "declared and not seen" in table


def test_without_a_declaration_the_mark_is_unknown(run: Run, tmp_path: Path) -> None:
    ended = run("traffic", "--recipients", str(har(tmp_path)), "--format", "json")
    assert {json.loads(line)["declared"] for line in ended.out.splitlines()} == {"unknown"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--declared", "shop.ipa"), "--recipients"),
        (("--recipients", "--declared", "empty.ipa"), "no privacy manifest"),
    ],
)
def test_what_cannot_be_compared_is_one_line(run: Run, tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    har(tmp_path)
    ipa(tmp_path, manifest=False).rename(tmp_path / "empty.ipa")
    ipa(tmp_path)
    ended = run("traffic", "run.har", *options)
    assert ended.code != 0
    assert says in ended.err
    assert "Traceback" not in ended.err
