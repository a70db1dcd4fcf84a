"""``tieback inventory``, as a user types it."""

import csv
import json
import re
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import GRANT, P, make
from tieback.model.device import InventoryRow
from tieback.model.probe import Access, Outcome, ProbeReport

RAW = (
    "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,DeviceId,DeviceName,Platform,UserName\n"
    "k1,Fieldhand,Fieldhand Machinery,4.0.7,DEVICE-1,Tractor,AndroidWorkProfile,ann@x.test\n"
    "k1,Fieldhand,Fieldhand Machinery,4.0.7,DEVICE-2,Tractor,AndroidWorkProfile,bob@x.test\n"
    "k2,Other,Nobody,1,DEVICE-1,Tractor,AndroidWorkProfile,ann@x.test\n"
)


@pytest.fixture
def fleet(scanned: Run, tmp_path: Path) -> Run:
    (tmp_path / "raw.csv").write_text(RAW)
    (tmp_path / "pixel.txt").write_text("package:com.workhub.mobile versionCode:3\n")
    ended = scanned("inventory", "import", "raw.csv", "pixel.txt")
    assert (ended.code, "AppInvRawData" in ended.out) == (0, True)
    return scanned


def documents(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_list_is_a_line_an_app(fleet: Run) -> None:
    found = {
        str(one["name"] or one["bundle_id"]): one
        for one in documents(fleet("inventory", "list", "--format", "json").out)
    }
    assert set(found) == {"Fieldhand", "Other", "com.workhub.mobile"}
    one = found["Fieldhand"]
    assert (one["platform"], one["devices"], one["sources"]) == ("android", 2, ["intune"])
    assert one["versions"] == [{"version": "4.0.7", "devices": 2}]
    assert (one["match"], one["weak"]) == ("name_publisher", True)
    assert found["com.workhub.mobile"]["match"] == "bundle_id"
    table = fleet("inventory", "list").out
    assert "by name, weak" in table


def test_names_of_people_and_devices_are_not_printed(fleet: Run, tmp_path: Path) -> None:
    out = fleet("inventory", "show", "Fieldhand").out + fleet("inventory", "show", "fieldhand", "--format", "json").out
    assert "ann@" not in out
    assert "DEVICE-1" not in out
    assert not any(b"ann@x.test" in path.read_bytes() for path in (tmp_path / ".tieback").rglob("*") if path.is_file())


def test_gaps_review_and_lists(fleet: Run, tmp_path: Path) -> None:
    gaps = documents(fleet("inventory", "gaps", "--format", "json").out)
    assert [(one["gap"], one["app"]["bundle_id"]) for one in gaps] == [  # type: ignore[index]
        ("not_analysed", ""),
        ("not_installed", "com.tillroll.pos"),
    ]
    assert "Workhub Access GmbH" in fleet("inventory", "review").out.replace("\n", " ")
    assert fleet("inventory", "block", "com.workhub.mobile", "--format", "intune", "-o", "out/b.json").code == 0
    assert "com.workhub.mobile" in (tmp_path / "out" / "b.json").read_text()
    assert fleet("inventory", "block", "none").code == 2
    assert "its own app ID" in fleet("inventory", "block", "Other", "--format", "jamf", "--action", "remove").err


def test_again_changes_nothing(fleet: Run) -> None:
    ended = fleet("inventory", "import", "raw.csv", "--format", "json")
    (one,) = documents(ended.out)
    assert one["entered"]["again"] is True  # type: ignore[index]
    assert "already imported on" in fleet("inventory", "import", "raw.csv").out.replace("\n", " ")


MANAGED = {"devices": [
    {"name": f"enterprises/e/devices/{name}", "ownership": whose,
     "applicationReports": [{"packageName": app, "state": "INSTALLED"} for app in apps]}
    for name, whose, apps in (
        ("d1", "PERSONALLY_OWNED", ("com.workhub.mobile", "com.own")), ("d2", "COMPANY_OWNED", ("com.corp", "com.x")),
    )
]}  # fmt: skip


def test_ownership_is_a_column_a_filter_and_a_key(fleet: Run, tmp_path: Path) -> None:
    (tmp_path / "amapi.json").write_text(json.dumps(MANAGED))
    assert fleet("inventory", "import", "amapi.json").code == 0
    for command in ("list", "review"):
        found = documents(fleet("inventory", command, "--ownership", "personal", "--format", "json").out)
        assert {str(one["bundle_id"]): one["ownership"] for one in found} == {
            "com.workhub.mobile": {"personal": 1, "unknown": 1}, "com.own": {"personal": 1},
        }  # fmt: skip
    gaps = documents(fleet("inventory", "gaps", "--ownership", "corporate", "--format", "json").out)
    assert [one["app"]["bundle_id"] for one in gaps] == ["com.corp", "com.x"]  # type: ignore[index]
    assert "ownership" in fleet("inventory", "list", "--ownership", "personal").out.splitlines()[0]
    assert documents(fleet("inventory", "list", "--enterprise-store", "--format", "json").out) == []


@pytest.mark.parametrize("command", ["list", "review"])
def test_no_word_is_broken_on_a_narrow_terminal(
    fleet: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "amapi.json").write_text(json.dumps(MANAGED))
    fleet("inventory", "import", "amapi.json")
    monkeypatch.setenv("COLUMNS", "80")
    out = fleet("inventory", command).out
    assert max(map(len, out.splitlines())) <= 80
    for word in ("platform", "ownership", "android", "corporate", "personal", "Fieldhand"):
        assert word in out, out


def test_a_filter_says_what_it_cannot_decide(scanned: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("package,serial,Besitz\ncom.a,d1,wem?\ncom.b,d1,wem?\n")
    ended = scanned("inventory", "import", "a.csv", "--yes")
    assert "ownership: these words are not understood, and count as unknown: 'wem?' (2)" in " ".join(ended.err.split())
    for command in ("list", "gaps", "review"):
        ended = scanned("inventory", command, "--ownership", "personal", "--format", "json")
        assert (ended.code, documents(ended.out)) == (0, [])
        assert "2 apps are not selected, because the ownership of their devices is unknown" in " ".join(
            ended.err.split()
        )
        ended = scanned("inventory", command, "--enterprise-store")
        assert "no inventory marks an app as distributed by the organisation" in " ".join(ended.err.split())


def test_the_review_is_a_file_for_a_meeting(fleet: Run, tmp_path: Path) -> None:
    assert fleet("inventory", "review", "--format", "csv", "-o", "out/review.csv").code == 0
    assert "letter asked" in (tmp_path / "out" / "review.csv").read_text("utf-8-sig")
    assert "Workhub Access GmbH" in fleet("inventory", "review", "--format", "csv").out
    assert "missing --out" in fleet("inventory", "review", "--format", "xlsx").err
    for name, begins in (("r.csv", b"\xef\xbb\xbfapp,"), ("r.xlsx", b"PK"), ("r.ndjson", b"{")):
        assert fleet("inventory", "review", "-o", name).code == 0
        assert (tmp_path / name).read_bytes().startswith(begins)
    lines = documents(fleet("inventory", "review", "--format", "json").out)
    assert documents((tmp_path / "r.ndjson").read_text()) == lines
    for words in (("-o", "review"), ("-o", "r.txt"), ("-o", "r.csv", "--format", "table")):
        assert fleet("inventory", "review", *words).code == 2
    assert "--format jamf: no back end of an app was probed" in fleet("inventory", "block", "-o", "b.mobileconfig").err


def test_an_empty_block_list_says_why(fleet: Run) -> None:
    ended = fleet("inventory", "block", "Fieldhand", "Other", "--format", "android-enterprise")
    assert "1 app left out: no bundle identifier" in ended.err
    assert "org.fieldhand.app" in ended.out


@pytest.mark.parametrize("form", ["csv", "intune", "rpz"])
def test_without_an_inventory_no_list_is_written(scanned: Run, tmp_path: Path, form: str) -> None:
    ended = scanned("inventory", "block", "--format", form, "-o", "list")
    assert (ended.code, ended.out, (tmp_path / "list").exists()) == (2, "", False)
    assert "no inventory was imported, so it is unknown which apps are on devices" in ended.err
    for command in ("list", "review", "gaps"):
        assert "no inventory was imported" in scanned("inventory", command).err


def test_columns_that_are_not_read_are_named(scanned: Run, tmp_path: Path) -> None:
    (tmp_path / "fleet.csv").write_text("Paket;Anwendung;Farbe\ncom.workhub.mobile;Workhub;rot\n")
    ended = scanned("inventory", "import", "fleet.csv", "--yes")
    assert "fleet.csv: 1 column is ignored: 'Farbe' (known: bundle_id, name, version," in " ".join(ended.err.split())
    (tmp_path / "list.csv").write_text("bundle id,repaired\ncom.workhub.mobile,2.11.0\n")
    ended = scanned("inventory", "match", "list.csv")
    line = "1 column is ignored: 'repaired' (known: bundle id, store id, name, publisher, platform, affected version, "
    assert line + "fixed version, action, reason" in " ".join(ended.err.split())
    assert "1 match: 1 installed" in ended.err
    (tmp_path / "facts.csv").write_text("package,stars\ncom.workhub.mobile,5\n")
    ended = scanned("inventory", "store", "facts.csv")
    assert "1 column is ignored: 'stars' (known: bundle id, platform, storefront" in " ".join(ended.err.split())


@pytest.mark.parametrize("column", ["fixed", "Fixed version", "fixed_in", "first fixed"])
def test_a_fixed_version_is_found_by_each_of_its_names(scanned: Run, tmp_path: Path, column: str) -> None:
    (tmp_path / "fleet.csv").write_text("package,version,device\ncom.workhub.mobile,2.10.4,d1\n")
    scanned("inventory", "import", "fleet.csv", "--yes")
    (tmp_path / "list.csv").write_text(f"bundle id,platform,{column}\ncom.workhub.mobile,android,2.11.0\n")
    ended = scanned("inventory", "match", "list.csv", "--format", "json")
    assert documents(ended.out)[0]["action"] == "update to at least 2.11.0"
    assert "ignored" not in ended.err


def test_a_list_is_compared_without_an_inventory_and_says_so(scanned: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("bundle id\ncom.workhub.mobile\n")
    ended = scanned("inventory", "match", "list.csv")
    assert "no inventory was imported, so no app is known to be on a device" in " ".join(ended.err.split())


def test_without_a_probe_nothing_is_called_closed(fleet: Run, tmp_path: Path) -> None:
    """The scan had no grant: an empty list would permit again what an earlier one blocks."""
    for form in ("csv", "intune", "rpz"):
        ended = fleet("inventory", "block", "--format", form, "-o", f"out/{form}")
        assert (ended.code, (tmp_path / "out" / form).exists()) == (4, False)
        assert "no back end of an app was probed, so no list was written" in ended.err
        assert "2 not probed in this run; 1 never analysed" in ended.err
    review = fleet("inventory", "review")
    assert "This run had no grant, so nothing was probed" in review.err
    assert ("not probed" in review.out, "not analysed" in review.out) == (True, True)
    found = {str(one["name"]): one for one in documents(fleet("inventory", "review", "--format", "json").out)}
    assert {name: one["back_end"] for name, one in found.items()} == {
        "Fieldhand": "not_probed", "Other": "not_analysed", "": "not_probed",
    }  # fmt: skip
    assert {name: (one["records"], one["records_quality"]) for name, one in found.items()} == dict.fromkeys(
        ("Fieldhand", "Other", ""), (None, None)
    )
    assert found["Fieldhand"]["versions"] == [{"version": "4.0.7", "devices": 2}]
    rows = list(csv.DictReader(fleet("inventory", "review", "--format", "csv").out.removeprefix("\ufeff").splitlines()))
    assert {(row["back end"], row["open stores"]) for row in rows} == {("not probed", ""), ("not analysed", "")}
    assert "not probed" in fleet("inventory", "list").out


def test_each_state_of_the_back_ends_is_a_word(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open store has its number; of every other app, the last column says what the run shows."""
    rows = (
        InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", device="d0"),
        InventoryRow(P.ANDROID, "com.unknown", "Unknown", device="d0"),
        InventoryRow(P.IOS, "com.acme.mail", "Acme Mail", device="d3"),
    )
    folder = make(tmp_path, *rows, stores=(exposure(),), grant=GRANT)
    monkeypatch.setenv("COLUMNS", "300")
    shown = run("inventory", "review", "-w", str(folder))
    out = shown.out
    last = {line.split()[0]: line for line in out.splitlines()}
    assert last["Acme"].rstrip().endswith("no back end found")
    assert "1 app: no back end found" in shown.err
    assert last["Unknown"].rstrip().endswith("not analysed")
    assert "no open store" not in last["Fieldhand"]
    listed = run("inventory", "list", "-w", str(folder)).out
    assert "yes, no back end found" in listed
    assert "no open store" not in out + listed
    assert "yes, 1 open store" in listed


@pytest.mark.parametrize(
    ("host", "text"), [("", "partly read, no back end found in that part"), ("api.acme.test", "partly read")]
)
def test_an_app_that_was_only_partly_read_has_no_number_of_open_stores(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, text: str
) -> None:
    app = "com.Acme.Mail"
    probes = (ProbeReport(f"{host}:443", Outcome.OK, Access.AUTH_REQUIRED),) if host else ()
    row = InventoryRow(P.IOS, app, "Acme Mail", device="d3")
    folder = make(tmp_path, row, grant=GRANT, hosts={app: host}, unread={app}, probes=probes)
    monkeypatch.setenv("COLUMNS", "300")
    ended = run("inventory", "review", "-w", str(folder))
    (line,) = [one for one in ended.out.splitlines() if "Acme" in one]
    assert line.rstrip().endswith(text)
    assert "1 app: only partly read" in ended.err
    file = run("inventory", "review", "--format", "csv", "-w", str(folder)).out
    (cells,) = csv.DictReader(file.removeprefix("\ufeff").splitlines())
    assert (cells["back end"], cells["open stores"], cells["records"]) == ("partly read", "", "")


def test_a_published_list_needs_no_analysis(run: Run, tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text(RAW)
    (tmp_path / "list.csv").write_text("name,vendor,fixed in\nFieldhand,Fieldhand Machinery,4.1\nNever,X,1\n")
    run("inventory", "import", "raw.csv")
    ended = run("inventory", "match", "list.csv", "--format", "json")
    first, second = documents(ended.out)
    assert (first["action"], first["devices"], first["weak"]) == ("update to at least 4.1", 2, True)
    assert second["status"] == "not_installed"
    ended = run("inventory", "match", "list.csv")
    assert "same name as a listed app" in ended.out.replace("\n", " ")
    assert "1 installed (1 by name only), 0 removed from all devices, 1 in no inventory" in ended.err


def test_imports_are_listed_and_a_day_is_removed(fleet: Run, tmp_path: Path) -> None:
    found = documents(fleet("inventory", "imports", "--format", "json").out)
    assert [one["entered"]["source"] for one in found] == ["adb", "intune"]  # type: ignore[index]
    (only,) = {one["only"]["taken"] for one in found}  # type: ignore[index]
    listed = fleet("inventory", "imports")
    assert re.search(r"raw\.csv +intune .* 3 +0 +2 +2", listed.out)
    assert "on this date and on no other" in " ".join(listed.err.split())
    asked = fleet("inventory", "remove", "intune", "--taken", str(only))
    assert (asked.code, "1 import; 2 apps and 2 devices that only it lists" in asked.err) == (2, True)
    assert "pass --yes" in asked.err.lower()
    assert fleet("inventory", "remove", "kandji", "--taken", str(only), "--yes").code == 2
    assert fleet("inventory", "remove", "intune", "--taken", str(only), "--yes").code == 0
    left = documents(fleet("inventory", "list", "--format", "json").out)
    assert [one["bundle_id"] for one in left] == ["com.workhub.mobile"]
    assert fleet("inventory", "import", "raw.csv").code == 0
    assert len(documents(fleet("inventory", "list", "--format", "json").out)) == 3
