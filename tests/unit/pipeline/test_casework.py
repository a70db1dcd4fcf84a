"""Vendors and cases of a workspace."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tieback.cases.policy import default_policy
from tieback.model.case import CaseState
from tieback.model.device import Reported
from tieback.model.errors import InputError, UsageError
from tieback.model.vendor import Answer
from tieback.pipeline.casework import Casework, open_casework, operator_contact

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = default_policy()


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Casework]:
    rows = [Reported(P.ANDROID, "org.fieldhand.app", device=f"d{number}") for number in range(3)]
    directory = make(tmp_path, *rows, Reported(P.ANDROID, "com.x", device="d0"), stores=(exposure(),))
    with open_casework(directory, write=True, now=NOW) as work:
        work.enroll()
        yield work


def test_each_signer_is_a_vendor_and_apps_without_one_are_each_their_own(work: Casework) -> None:
    assert [vendor.name for vendor in work.vendors()] == ["Fieldhand Ltd", "com.Acme.Mail", "com.never"]
    assert work.enroll() == 0
    assert work.find_vendor("fieldhand ltd").signers == ("6c" * 32,)
    with pytest.raises(UsageError, match="no such vendor"):
        work.find_vendor("nobody")


def test_a_vendor_with_what_is_its_own(work: Casework) -> None:
    work.open(POLICY)
    (view,) = work.views([work.find_vendor("Fieldhand Ltd")])
    assert [app.version_name for app in view.apps] == ["4.0.7", "4.0.6"]
    assert (view.devices, [store.product for store in view.stores]) == (3, ["elasticsearch"])
    assert view.classes == ("email", "geo_location")
    (other,) = work.views([work.find_vendor("com.never")])
    assert (other.devices, other.stores, other.cases) == (0, (), ())


def test_open_stores_become_cases_once(work: Casework) -> None:
    done = work.open(POLICY)
    assert (len(done.cases), done.known, done.nobodys) == (1, 0, 0)
    (case,) = done.cases
    assert [app.sha256[0] for app in case.apps] == ["a"]
    again = work.open(POLICY)
    assert (again.cases, again.known) == ((), 1)
    assert work.find_case(case.id[5:9]).id == case.id
    with pytest.raises(UsageError, match="no such case"):
        work.find_case("zzz")


def test_the_register_can_be_edited(work: Casework, tmp_path: Path) -> None:
    key = work.find_vendor("Fieldhand Ltd").id
    work.edit(key, {"name": "Fieldhand GmbH", "language": "de"}, "Ann")
    work.add_contacts(key, [operator_contact("mailto:a@b.test"), operator_contact("a@b.test")], "Ann")
    (tmp_path / "security.txt").write_text("Contact: mailto:sec@fieldhand.test\n")
    work.import_contacts(tmp_path / "security.txt", "Fieldhand GmbH", "Ann")
    vendor = work.find_vendor(key)
    assert (vendor.name, vendor.language) == ("Fieldhand GmbH", "de")
    assert [contact.address for contact in vendor.contacts][:2] == ["sec@fieldhand.test", "a@b.test"]
    assert [line.event for line in work.log(key)] == ["opened", "edited", "edited", "edited"]
    with pytest.raises(UsageError, match="no e-mail address"):
        operator_contact("ftp://x")


def test_a_list_of_contacts_names_vendors_that_there_are(work: Casework, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("vendor,contact\nFieldhand Ltd,a@b.test\n")
    assert [vendor.name for vendor in work.import_contacts(path, "", "")] == ["Fieldhand Ltd"]
    path.write_text("vendor,contact\nNobody,a@b.test\n")
    with pytest.raises(InputError, match="no such vendor"):
        work.import_contacts(path, "", "")


def test_merged_vendors_share_their_cases(work: Casework) -> None:
    work.open(POLICY)
    vendor = work.merge("com.never", "Fieldhand Ltd", "Ann")
    assert [case.vendor for case in work.cases()] == [vendor.id]
    assert work.enroll() == 0


def test_an_attestation_holds_for_the_open_cases(work: Casework, tmp_path: Path) -> None:
    work.open(POLICY)
    letter = tmp_path / "answer.pdf"
    letter.write_bytes(b"%PDF-signed")
    (case,) = work.answer(work.find_vendor("Fieldhand Ltd"), Answer.ATTESTED, date(2026, 3, 1), letter, "Ann")
    assert case.attested == date(2026, 3, 1)
    assert work.find_vendor("Fieldhand Ltd").answer is Answer.ATTESTED
    digest = next(line.fields["sha256"] for line in work.log(case.vendor) if line.event == "answer")
    assert (work.directory / "attachments" / digest).read_bytes() == b"%PDF-signed"
    assert work.answer(work.find_vendor("Fieldhand Ltd"), Answer.DECLINED, date(2026, 3, 2), None, "Ann") == []


def test_steps_notes_and_what_is_due(work: Casework, tmp_path: Path) -> None:
    (case,) = work.open(POLICY).cases
    assert [one.id for one in work.due(7)] == [case.id]
    assert work.due(6) == []
    work.advance(case.id, CaseState.NOTIFIED, POLICY, "Ann", "sent", "email")
    work.note(case.id, "they called", [], "Ann")
    with pytest.raises(InputError, match="No such file"):
        work.note(case.id, "", [tmp_path / "none"], "Ann")
    moved = work.put_off(case.id, NOW.date() + timedelta(days=60), "Ann")
    assert moved.due == date(2026, 4, 30)
    assert [line.event for line in work.log(case.id)] == ["opened", "state", "note", "due"]
    assert work.verify().ok


def test_exports_and_statistics(work: Casework) -> None:
    (case,) = work.open(POLICY).cases
    assert b"BEGIN:VTODO" in work.export("ics")
    assert case.id.encode() in work.export("csv")
    work.advance(case.id, CaseState.NOTIFIED, POLICY, "", "", "email")
    every, group = work.statistics("vendor")
    assert (every.cases, every.told, group.group) == (1, 1, "Fieldhand Ltd")
    assert [one.group for one in work.statistics("channel")] == ["all", "email"]


def test_a_store_that_nobody_s_app_leads_to_has_no_case(tmp_path: Path) -> None:
    (route,) = exposure().routes
    lost = exposure("es-9", routes=(msgspec.structs.replace(route, app_sha256="f" * 64),))
    with open_casework(make(tmp_path, stores=(lost,)), write=True, now=NOW) as work:
        assert work.open(POLICY).nobodys == 1
