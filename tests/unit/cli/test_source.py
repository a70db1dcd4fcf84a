"""``--mapping`` and ``--source``: findings of two differently renamed builds of one app, in every output."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.inline_engine import InlineEngine
from tests.unit.cli.conftest import APPS, Run
from tests.unit.pipeline.test_scan import quiet
from tieback.pipeline.scan import ScanRequest, run_scan

RENAMED = Path(__file__).parents[1] / "pipeline" / "source" / "renamed"
SOURCE = RENAMED / "checkout"
JAVA = "app/src/main/java/org/example/orders"


def build(path: Path) -> Path:
    """A build of the app: the package of Fieldhand with the ``classes.dex`` of this name."""
    with zipfile.ZipFile(APPS / "fieldhand.apk") as own, zipfile.ZipFile(path, "w") as made:
        for entry in own.namelist():
            if not entry.startswith("META-INF/"):
                code = RENAMED / f"{path.stem}.dex"
                made.writestr(entry, code.read_bytes() if entry == "classes.dex" else own.read(entry))
    return path


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with one workspace for each build: a package, and a bundle of scripts without an identity."""
    folder = tmp_path_factory.mktemp("builds")
    for name, text in (("first", "var a=1;var b="), ("second", "function c(){};var a=")):
        bundle = folder / f"{name}-bundle" / "main.jsbundle"
        bundle.parent.mkdir()
        bundle.write_text(f'{text}"postgresql://orders:correcthorse9@pg.orders.test:5432/orders"')
        inputs = (build(folder / f"{name}.apk"), bundle)
        with run_scan(ScanRequest(inputs, None, folder / name, engine=InlineEngine()), quiet) as done:
            assert not done.failed
    return folder


def report(run: Run, workspace: Path, *more: object, output: str = "json") -> Any:
    ended = run("report", "-w", workspace, "--format", output, *more)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def options(name: str) -> tuple[object, ...]:
    return "--mapping", RENAMED / f"{name}-mapping.txt", "--source", SOURCE


def test_two_renamed_builds_have_the_same_findings(run: Run, scanned: Path) -> None:
    first, second = (report(run, scanned / name, *options(name)) for name in ("first", "second"))
    assert [one["id"] for one in first["findings"]] == [one["id"] for one in second["findings"]]
    places = [
        {(place["file"], place["line"], place["match"], place["entry"], place["method"]) for place in one["locations"]}
        for one in first["findings"]
    ]
    assert set().union(*places) == {
        (f"{JAVA}/Secrets.java", 5, "credential", "classes.dex", "org.example.orders.OrderStore.database"),
        (f"{JAVA}/OrderStore.java", 24, "credential", "classes.dex", ""),
        (f"{JAVA}/OrderStore.java", 24, "credential", "main.jsbundle", ""),
        ("app/src/main/res/xml/network_security_config.xml", 5, "setting", "res/xml/network_security_config.xml", ""),
    }
    assert [len(found) for found in places] == [1] * 4
    for one, other in zip(first["findings"], second["findings"], strict=True):
        own, others = one["locations"][0], other["locations"][0]
        assert own | {"offset": None} == others | {"offset": None}
        assert one["apps"] != other["apps"]


@pytest.mark.more
def test_two_renamed_builds_are_the_same_to_baseline_diff_and_suppressions(
    run: Run, scanned: Path, tmp_path: Path
) -> None:
    document = report(run, scanned / "first")
    (tmp_path / "first.json").write_text(json.dumps(document))
    known = document["findings"][0]["id"]
    (tmp_path / "accepted.toml").write_text(
        f'[[suppress]]\nfinding = "{known}"\nreason = "known"\nauthor = "us"\nexpires = 2099-01-01\n'
    )
    chosen = ("--baseline", "first.json", "--suppressions", "accepted.toml")
    sarif = report(run, scanned / "second", *options("second"), *chosen, output="sarif")
    results = sarif["runs"][0]["results"]
    assert [one["baselineState"] for one in results if "suppressions" not in one] == ["unchanged"] * 3
    assert [one["partialFingerprints"] for one in results if "suppressions" in one] == [{"tiebackFinding/v1": known}]
    changes = json.loads(run("report", "diff", "first.json", scanned / "second", "--format", "json").out)["changes"]
    assert [change["kind"] for change in changes] == ["same"] * 4


def test_names_of_the_package_become_names_of_the_source(run: Run, scanned: Path) -> None:
    mapped = report(run, scanned / "second", "--mapping", RENAMED / "second-mapping.txt")
    contexts = [row["sighting"]["evidence"]["context"] for row in mapped["sightings"]]
    assert "Lorg/example/orders/OrderStore;->search: http://es.orders.test:9200/orders/_search" in contexts
    assert "q/z9" not in json.dumps(mapped)
    (place,) = [place for one in mapped["findings"] for place in one["locations"]]
    assert (place["file"], place["match"], place["entry"]) == ("", "none", "classes.dex")
    assert place["method"] == "org.example.orders.OrderStore.database"


def test_sarif_has_the_line_as_location_and_the_package_as_related(run: Run, scanned: Path) -> None:
    sarif = report(run, scanned / "first", *options("first"), output="sarif")
    results = sarif["runs"][0]["results"]
    setting = results[-1]
    (password,) = (one for one in results if "logicalLocations" in one["locations"][0])
    (own,), (related,) = password["locations"], password["relatedLocations"]
    assert own["physicalLocation"]["artifactLocation"] == {"uri": f"{JAVA}/Secrets.java"}
    assert own["physicalLocation"]["region"] == {"startLine": 5}
    method = {"fullyQualifiedName": "org.example.orders.OrderStore.database", "kind": "function"}
    assert own["logicalLocations"] == [method]
    assert related["id"] == 1
    assert related["physicalLocation"]["artifactLocation"]["uri"].endswith("first.apk/classes.dex")
    (related,) = setting["relatedLocations"]
    uri = related["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.endswith("first.apk/res/xml/network_security_config.xml")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--mapping", "none.txt"), "none.txt: cannot be read: No such file"),
        (("--mapping", "."), "not a regular file"),
        (("--source", "none"), "none: cannot be read: No such file"),
        (("--source", "file"), "file: cannot be read: Not a directory"),
    ],
)
def test_wrong_places_fail_before_any_work(run: Run, tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    (tmp_path / "file").touch()
    ended = run("scan", APPS, "-w", "ws", *more)
    assert ended.code == 4
    assert said in ended.err
    assert not (tmp_path / "ws").exists()


def test_scan_has_both_options(run: Run, scanned: Path) -> None:
    ended = run("scan", scanned / "first.apk", "-w", scanned / "first", "--format", "sarif", *options("first"))
    assert ended.code == 0, ended.err
    assert f"{JAVA}/Secrets.java" in ended.out


def test_app_shows_original_names_and_lines_of_the_source(run: Run, tmp_path: Path) -> None:
    ended = run("app", build(tmp_path / "first.apk"), *options("first"), "--format", "json")
    assert ended.code == 0, ended.err
    document = json.loads(ended.out)
    found = {
        (one["kind"], place["file"].rpartition("checkout/")[2], place["line"], place["match"], place["method"])
        for one in document["source"]
        for place in one["locations"]
    }
    assert ("credential", f"{JAVA}/Secrets.java", 5, "credential", "org.example.orders.OrderStore.database") in found
    assert {kind for kind, *_ in found} == {"endpoint", "credential"}
    assert "org/example/orders/OrderStore" in json.dumps(document["sightings"])
    places = {(one["evidence"]["file"], one["evidence"]["offset"]) for one in document["sightings"]}
    assert all(
        (place["entry"], place["offset"]) in places
        for one in document["source"]
        if one["kind"] == "endpoint"
        for place in one["locations"]
    )
    table = run("app", tmp_path / "first.apk", *options("first"))
    assert f"{JAVA}/Secrets.java:5 (classes.dex+0x" in table.out


def test_app_without_source_has_no_lines_and_refuses_a_mapping_for_two_apps(run: Run, tmp_path: Path) -> None:
    apk = build(tmp_path / "first.apk")
    plain = json.loads(run("app", apk, "--format", "json").out)
    assert plain["source"] == []
    refused = run("app", apk, APPS / "workhub.apk", "--mapping", RENAMED / "first-mapping.txt")
    assert refused.code == 2, refused.err
    assert "a mapping belongs to one app, and these are 2 Android apps" in refused.err
    missing = run("app", apk, "--source", tmp_path / "none")
    assert missing.code == 4, missing.err
