"""``tieback vendor``, as a user types it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import GRANT, make
from tieback.cli.vendor import current_user, day_of
from tieback.model.errors import UsageError
from tieback.model.exposure import Exposure
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.vendor import Vendor
from tieback.storage.workspace import Workspace


def test_list_has_every_vendor_of_an_app(scanned: Run) -> None:
    ended = scanned("vendor", "list", "--format", "json")
    names = {json.loads(line)["vendor"]["name"] for line in ended.out.splitlines()}
    assert names == {"Fieldhand Machinery", "Tillroll Retail", "Workhub Access GmbH"}
    domains = {json.loads(line)["vendor"]["domains"][0] for line in ended.out.splitlines()}
    assert domains == {"fieldhand.test", "tillroll.test", "workhub.test"}
    listed = scanned("vendor", "list")
    assert "Workhub" in listed.out


def test_without_an_inventory_the_number_of_devices_is_unknown(scanned: Run) -> None:
    documents = [json.loads(line) for line in scanned("vendor", "list", "--format", "json").out.splitlines()]
    assert {(one["devices"], one["devices_by_name"], one["devices_by_template"]) for one in documents} == {(None,) * 3}
    assert "no inventory was imported" in scanned("vendor", "list").err
    assert "devices: unknown: no inventory was imported" in scanned("vendor", "show", "Workhub Access GmbH").out


def test_a_vendor_is_edited_and_shown(scanned: Run, tmp_path: Path) -> None:
    scanned("vendor", "list")
    ended = scanned("vendor", "edit", "Tillroll Retail", "--contact", "a@tillroll.test", "--language", "pt",
                    "--postal", "Rua 1, Lisboa", "--domain", "Tillroll.test", "--by", "Ann")  # fmt: skip
    assert ended.code == 0
    out = scanned("vendor", "show", "Tillroll Retail").out
    for part in ("a@tillroll.test (operator)", "language: pt", "Rua 1, Lisboa", "tillroll.test", "com.tillroll.pos"):
        assert part in out
    assert scanned("vendor", "edit", "Tillroll Retail", "--forget", "a@tillroll.test").code == 0
    assert "a@tillroll" not in scanned("vendor", "show", "Tillroll Retail").out
    assert scanned("vendor", "edit", "Tillroll Retail").code == 2
    for wrong in (("--name", " "), ("--language", "German, please")):
        assert scanned("vendor", "edit", "Tillroll Retail", *wrong).code == 2
    for domain, reason in (
        ("co.uk", "Public Suffix List"), ("workhub.test", "Workhub Access GmbH"), ("x", "not a domain"),
    ):  # fmt: skip
        ended = scanned("vendor", "edit", "Tillroll Retail", "--domain", domain)
        assert (ended.code, reason in ended.err) == (2, True)
    assert scanned("vendor", "edit", "Tillroll Retail", "--forget", "x@y.test").code == 2
    assert scanned("vendor", "show", "nobody").code == 2
    assert json.loads(scanned("vendor", "show", "Tillroll Retail", "--format", "json").out)["apps"]


def test_contacts_answers_and_merges(scanned: Run, tmp_path: Path) -> None:
    (tmp_path / "security.txt").write_text("Contact: mailto:sec@workhub.test\n")
    ended = scanned("vendor", "import-contacts", "security.txt", "--vendor", "Workhub Access GmbH")
    assert "sec@workhub.test" in ended.err
    assert (
        "attested on 2026-03-01"
        in scanned("vendor", "answer", "Workhub Access GmbH", "attested", "--on", "2026-03-01").err
    )
    assert "assurance: attested on 2026-03-01" in scanned("vendor", "show", "Workhub Access GmbH").out
    assert scanned("vendor", "edit", "Tillroll Retail", "--note", "They moved to Town").code == 0
    before = scanned("vendor", "list").out
    shown = scanned("vendor", "merge", "Workhub Access GmbH", "Tillroll Retail", "--dry-run")
    assert (shown.code, "nothing was changed" in shown.err, scanned("vendor", "list").out) == (0, True, before)
    merged = scanned("vendor", "merge", "Workhub Access GmbH", "Tillroll Retail")
    assert merged.code == 0
    for line in ("note: They moved to Town", "answer: attested", "contacts: sec@workhub.test"):
        assert line in shown.err
        assert line in merged.err
    assert "com.tillroll.pos" in scanned("vendor", "show", "Workhub Access GmbH").out


def test_days_and_names() -> None:
    assert day_of("2026-03-31").day == 31
    assert isinstance(current_user(), str)
    with pytest.raises(UsageError, match="not a date"):
        day_of("31.03.2026")


@pytest.mark.parametrize(
    ("stores", "grant", "words", "number"),
    [((), None, "not_probed", "not probed"), ((), GRANT, "not_probed", "not probed"),
     ((exposure(),), GRANT, "open", "1"),
     ((exposure(access=Access.AUTH_REQUIRED),), GRANT, "no_open_store", "0"),
     ((exposure(access=Access.AUTH_REQUIRED, untested=("a login",)),), GRANT, "not_decided", "not decided")],
)  # fmt: skip
def test_a_vendor_of_apps_that_were_not_probed_has_no_number_of_open_stores(
    run: Run, tmp_path: Path, stores: tuple[Exposure, ...], grant: str | None, words: str, number: str
) -> None:
    directory = make(tmp_path, stores=stores, grant=grant, hosts={"org.fieldhand.app": "api.fieldhand.test"})
    lines = run("vendor", "list", "--format", "json", "-w", str(directory)).out.splitlines()
    found = {one["vendor"]["name"]: one["back_end"] for one in map(json.loads, lines)}
    assert found["Fieldhand Ltd"] == words
    ended = run("vendor", "list", "-w", str(directory))
    (row,) = [line for line in ended.out.splitlines() if "Fieldhand Ltd" in line]
    assert re.split(r" {2,}", row.strip())[4] == number
    assert ("grant" in ended.err) == (grant is None)
    shown = run("vendor", "show", "Fieldhand Ltd", "-w", str(directory)).out
    assert ("open stores: not" in shown) == (number.startswith("not"))
    assert ("open stores: none found" in shown) == (number == "0")


def test_a_vendor_whose_apps_have_no_back_end_is_not_called_closed(run: Run, tmp_path: Path) -> None:
    directory = make(tmp_path, grant=GRANT)
    lines = run("vendor", "list", "--format", "json", "-w", str(directory)).out.splitlines()
    found = {one["vendor"]["name"]: one["back_end"] for one in map(json.loads, lines)}
    assert found["Fieldhand Ltd"] == "no_back_end"
    ended = run("vendor", "list", "-w", str(directory))
    (row,) = [line for line in ended.out.splitlines() if "Fieldhand Ltd" in line]
    assert re.split(r" {2,}", row.strip())[4] == "no back end"
    assert "with an app in which no back end was found, so that nothing could be probed" in ended.err
    assert "open stores: no back end" in run("vendor", "show", "Fieldhand Ltd", "-w", str(directory)).out


def test_a_vendor_with_an_app_that_was_only_partly_read_is_not_called_closed(run: Run, tmp_path: Path) -> None:
    app, host = "org.fieldhand.app", "api.fieldhand.test"
    probed = ProbeReport(f"{host}:443", Outcome.OK, Access.AUTH_REQUIRED)
    directory = make(tmp_path, grant=GRANT, hosts={app: host}, probes=(probed,), unread={app})
    ended = run("vendor", "list", "-w", str(directory))
    (row,) = [line for line in ended.out.splitlines() if "Fieldhand Ltd" in line]
    assert re.split(r" {2,}", row.strip())[4] == "partly read"
    assert "1 vendor with an app of which the run read only a part" in ended.err


def test_a_vendor_without_an_analysed_app_is_not_called_closed(run: Run, tmp_path: Path) -> None:
    directory = make(tmp_path, grant=GRANT)
    with Workspace.open(directory) as workspace:
        workspace.ledger.cases.change_vendors(lambda _: [(Vendor("v-none", "Nobody"), ())], datetime.now(UTC))
    lines = run("vendor", "list", "--format", "json", "-w", str(directory)).out.splitlines()
    found = {one["vendor"]["name"]: one["back_end"] for one in map(json.loads, lines)}
    assert found["Nobody"] == "not_analysed"
    ended = run("vendor", "list", "-w", str(directory))
    (row,) = [line for line in ended.out.splitlines() if "Nobody" in line]
    assert "not analysed" in row
    assert "1 vendor without an analysed app" in ended.err
