"""Vendors of a workspace: who they are, what is theirs, what they answered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from tests.unit.backends.test_rdap import DOMAIN
from tests.unit.backends.test_rdap import data as rdap
from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tieback.backends.datasets import Datasets
from tieback.cases.policy import default_policy
from tieback.model.app import App, Platform
from tieback.model.device import InventoryRow
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.errors import InputError, UsageError
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.model.vendor import AssuranceAnswer, Contact
from tieback.pipeline.disclosure.cases import CaseService, open_case_service
from tieback.pipeline.disclosure.letters import LetterRequest, mark_sent, write_letters
from tieback.pipeline.disclosure.vendors import operator_contact
from tieback.pipeline.fleet.coverage import DeviceCounts
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = default_policy()
SENDER = 'organisation = "Nordwind"\nemail = "sec@nordwind.example"\n'


@pytest.fixture
def work(tmp_path: Path) -> Iterator[CaseService]:
    rows = [InventoryRow(P.ANDROID, "org.fieldhand.app", device=f"d{number}") for number in range(3)]
    directory = make(tmp_path, *rows, InventoryRow(P.ANDROID, "com.x", device="d0"), stores=(exposure(),))
    with open_case_service(directory, now=NOW) as work:
        work.enroll()
        yield work


def test_each_signer_is_a_vendor_and_apps_without_one_are_each_their_own(work: CaseService) -> None:
    assert [vendor.name for vendor in work.vendors()] == ["Fieldhand Ltd", "com.Acme.Mail", "com.never"]
    assert work.enroll() == 0
    vendor = work.find_vendor("fieldhand ltd")
    assert vendor.signers == ("6c" * 32,)
    for prefix in (vendor.id, vendor.id[:8], vendor.id[2:8], vendor.id[:8].upper()):
        assert work.find_vendor(prefix) == vendor
    with pytest.raises(UsageError, match="3 vendors start with this"):
        work.find_vendor("v-")
    with pytest.raises(UsageError, match="no such vendor"):
        work.find_vendor(" ")
    with pytest.raises(UsageError, match="no such vendor"):
        work.find_vendor("nobody")


def test_a_vendor_with_what_is_its_own(work: CaseService) -> None:
    work.open(POLICY)
    (view,) = work.views([work.find_vendor("Fieldhand Ltd")])
    assert [app.version_name for app in view.apps] == ["4.0.7", "4.0.6"]
    assert (view.devices, [store.product for store in view.stores]) == (DeviceCounts(3), ["elasticsearch"])
    assert view.classes == ("email", "geo_location")
    (other,) = work.views([work.find_vendor("com.never")])
    assert (other.devices, other.stores, other.cases) == (DeviceCounts(), (), ())


def test_devices_by_name_only_are_a_second_number_everywhere(tmp_path: Path) -> None:
    """Five devices list the identifier; twenty list an app of its name, which may be another app."""
    rows = [InventoryRow(P.ANDROID, "org.fieldhand.app", name="Fieldhand", device=f"d{number}") for number in range(5)]
    rows += [InventoryRow(P.ANDROID, name="Fieldhand", device=f"e{number}") for number in range(20)]
    directory = make(tmp_path, *rows, stores=(exposure(),))
    with open_case_service(directory, now=NOW) as work:
        work.enroll()
        work.open(POLICY)
        (view,) = work.views([work.find_vendor("Fieldhand Ltd")])
        (directory / "sender.toml").write_text(SENDER)
        request = LetterRequest("owners", tmp_path / "out", sender=directory / "sender.toml", forms=("md",))
        (letter,) = write_letters(work, request, POLICY)
        lines = [line for line in work.fleet.lines() if line.match is not None]
    assert [(line.app.devices, line.match.strength.weak) for line in lines if line.match] == [(20, True), (5, False)]
    assert (view.devices, view.devices.text) == (DeviceCounts(5, 20), "5 devices, 20 by name only")
    assert "on 5 of our devices" in letter.files[0].read_text()
    assert not letter.by_name


def test_a_letter_about_an_app_that_matches_by_name_only_states_no_devices(tmp_path: Path) -> None:
    """Intune exports have no identifiers: the letter is possible, and a person checks the app first."""
    rows = [InventoryRow(P.ANDROID, name="Fieldhand", device=f"e{number}") for number in range(2)]
    directory = make(tmp_path, *rows, stores=(exposure(),))
    with open_case_service(directory, now=NOW) as work:
        work.enroll()
        work.open(POLICY)
        (directory / "sender.toml").write_text(SENDER)
        request = LetterRequest("owners", tmp_path / "out", sender=directory / "sender.toml", forms=("md",))
        (letter,) = write_letters(work, request, POLICY)
    assert letter.by_name
    assert "of our devices" not in letter.files[0].read_text()


def test_the_register_can_be_edited(work: CaseService, tmp_path: Path) -> None:
    key = work.find_vendor("Fieldhand Ltd").id
    work.edit(key, {"name": "Fieldhand GmbH", "language": "de"}, "Ann")
    work.add_contacts(key, [operator_contact("mailto:a@b.test"), operator_contact("a@b.test")], "Ann")
    (tmp_path / "security.txt").write_text(
        "Contact: mailto:sec@fieldhand.test\nEncryption: https://fieldhand.test/key.asc\n"
    )
    work.import_contacts(tmp_path / "security.txt", "Fieldhand GmbH", "Ann")
    vendor = work.find_vendor(key)
    assert (vendor.name, vendor.language) == ("Fieldhand GmbH", "de")
    assert [contact.address for contact in vendor.contacts][:2] == ["sec@fieldhand.test", "a@b.test"]
    assert vendor.contacts[0].encryption == "https://fieldhand.test/key.asc"
    assert [line.event for line in work.log(key)] == ["opened", "edited", "edited", "edited"]
    with pytest.raises(UsageError, match="not an e-mail address"):
        operator_contact("ftp://x")


def test_a_list_of_contacts_names_vendors_that_there_are(work: CaseService, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("vendor;contact\nFieldhand Ltd;+49 30 123456\nNo One;a@b.test\nFieldhand Ltd;call us\n;x@y.test\n")
    changed, problems = work.import_contacts(path, "", "")
    assert [(vendor.name, vendor.contacts[0].address) for vendor in changed] == [("Fieldhand Ltd", "tel:+4930123456")]
    assert [(problem.what, problem.where) for problem in problems] == [
        ("no such vendor: No One", f"{path}:3"),
        ("missing vendor or invalid contact", f"{path}:4"),
        ("missing vendor or invalid contact", f"{path}:5"),
    ]


def test_contacts_of_rdap_documents(work: CaseService, tmp_path: Path) -> None:
    path = tmp_path / "domain.json"
    path.write_bytes(rdap(DOMAIN))
    ((vendor,), _) = work.import_contacts(path, "Fieldhand Ltd", "Ann")
    assert vendor.contacts[0] == Contact("it@shop.example", "rdap")
    path.write_bytes(rdap(DOMAIN | {"entities": []}))
    with pytest.raises(InputError, match="no contact with an e-mail address"):
        work.import_contacts(path, "Fieldhand Ltd", "Ann")


def test_new_vendors_have_contacts_from_rdap_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_DATA", str(tmp_path / "data"))
    (tmp_path / "domain.json").write_bytes(rdap(DOMAIN))
    Datasets().add(tmp_path / "domain.json")
    app = App(Platform.ANDROID, "example.shop.app", "e" * 64, "Shop", "1")
    endpoint = Endpoint(EndpointKind.URL, "https://api.shop.example", "https", "api.shop.example", 443)
    named = Sighting(endpoint, 1, Party.FIRST, Evidence("classes.dex", 1, "dex-string/url", ""))
    unit = Unit(app.sha256, "1", "shop.apk", 1)
    with Workspace.open(tmp_path / "ws") as workspace:
        tables = app_tables([(unit, AppDocument("shop.apk", app, sightings=(named,)))])
        workspace.lake.publish(part_name([unit]), tables, [unit])
    with open_case_service(tmp_path / "ws", now=NOW) as work:
        assert work.enroll() == 1
        (vendor,) = work.vendors()
    assert (vendor.domains, vendor.contacts) == (("shop.example",), (Contact("it@shop.example", "rdap"),))


def test_the_domain_of_a_provider_is_not_that_of_a_vendor(tmp_path: Path) -> None:
    """Its security.txt names the provider, who cannot close a store of a customer."""
    app = App(Platform.ANDROID, "example.shop.app", "e" * 64, "Shop", "1")
    hosts = ("shop.heroku.com", "shop-1a2b.firebaseio.com", "api.shop.example", "shop.000webhostapp.com")
    ends = [Endpoint(EndpointKind.URL, f"https://{one}", "https", one, 443) for one in hosts]
    storage = "firebasestorage.googleapis.com"
    ends.append(Endpoint(EndpointKind.CLOUD, "firebase-storage:shop-1a2b", "https", storage, 443))
    named = tuple(Sighting(one, 1, Party.FIRST, Evidence("classes.dex", 1, "dex-string/url", "")) for one in ends)
    unit = Unit(app.sha256, "1", "shop.apk", 1)
    with Workspace.open(tmp_path / "ws") as workspace:
        tables = app_tables([(unit, AppDocument("shop.apk", app, sightings=named))])
        workspace.lake.publish(part_name([unit]), tables, [unit])
    with open_case_service(tmp_path / "ws", now=NOW) as work:
        work.enroll()
        (vendor,) = work.vendors()
    assert vendor.domains == ("shop.example",)


def test_merged_vendors_share_their_cases(work: CaseService) -> None:
    work.open(POLICY)
    lost = work.find_vendor("Fieldhand Ltd")
    work.edit(lost.id, {"note": "They moved.", "postal": "Way 1"}, "Ann")
    shown, _ = work.merged("com.never", "Fieldhand Ltd")
    assert work.find_vendor("Fieldhand Ltd").id == lost.id
    vendor = work.merge("com.never", "Fieldhand Ltd", "Ann")
    assert vendor == shown
    assert (vendor.note, vendor.postal) == ("They moved.", "Way 1")
    fields = work.log(vendor.id)[-1].fields
    assert (fields["merged"], fields["note"], fields["signers"]) == (lost.id, "They moved.", ", ".join(lost.signers))
    assert [case.vendor for case in work.cases()] == [vendor.id]
    assert work.enroll() == 0


def test_attestation_applies_to_the_open_cases(work: CaseService, tmp_path: Path) -> None:
    work.open(POLICY)
    letter = tmp_path / "answer.pdf"
    letter.write_bytes(b"%PDF-signed")
    (case,) = work.answer(work.find_vendor("Fieldhand Ltd"), AssuranceAnswer.ATTESTED, date(2026, 3, 1), letter, "Ann")
    assert case.attested == date(2026, 3, 1)
    assert work.find_vendor("Fieldhand Ltd").answer is AssuranceAnswer.ATTESTED
    digest = next(line.fields["sha256"] for line in work.log(case.vendor) if line.event == "answer")
    assert (work.directory / "attachments" / digest).read_bytes() == b"%PDF-signed"
    assert work.answer(work.find_vendor("Fieldhand Ltd"), AssuranceAnswer.DECLINED, date(2026, 3, 1), None, "Ann") == []


def test_an_attestation_of_each_case_answers_the_request(work: CaseService, tmp_path: Path) -> None:
    other = msgspec.structs.replace(exposure("es-2"), targets=("es.fieldhand.test:9300",))
    with Workspace.open(work.directory) as workspace:
        run = workspace.ledger.latest_run()
        assert run is not None
        workspace.ledger.conclusions.save(run.id, (exposure(), other), ())
    first, second = work.open(POLICY).cases
    (tmp_path / "sender.toml").write_text(SENDER)
    (done,) = write_letters(work, LetterRequest("exposure", tmp_path, sender=tmp_path / "sender.toml"), POLICY)
    mark_sent(work, done.letter.id, "email", NOW.date(), POLICY, "Ann")

    def answers() -> set[tuple[str, date | None]]:
        """The answer in each view: the vendor, its rows of the inventory, and the calendar, which waits for none."""
        vendor = work.find_vendor("Fieldhand Ltd")
        lines = [line for line in work.fleet.lines(versions=False) if line.letter is not None and line.match]
        rows = {(line.letter.answer, line.letter.answered) for line in lines if line.letter}
        waits = b"answer to the assurance request is due" in work.export("ics")
        assert waits is (vendor.answer is AssuranceAnswer.NONE)
        return rows | {(vendor.answer.value, vendor.answered)}

    assert answers() == {("none", None)}
    work.attest(first.id, NOW.date(), "Ann")
    assert answers() == {("partly", NOW.date())}
    work.attest(second.id, NOW.date(), "Ann")
    assert answers() == {("attested", NOW.date())}
    assert [line.by for line in work.log(first.vendor) if line.event == "answer"] == ["Ann", "Ann"]
    assert work.statistics()[0].answered == 2
    assert work.verify().ok


def test_no_event_is_recorded_on_a_day_that_has_not_come(work: CaseService, tmp_path: Path) -> None:
    (case,) = work.open(POLICY).cases
    (tmp_path / "sender.toml").write_text(SENDER)
    (done,) = write_letters(work, LetterRequest("exposure", tmp_path, sender=tmp_path / "sender.toml"), POLICY)
    lines = work.log()
    tomorrow = date(2026, 3, 2)
    with pytest.raises(UsageError, match="in the future"):
        work.attest(case.id, tomorrow, "Ann")
    with pytest.raises(UsageError, match="in the future"):
        work.answer(work.find_vendor("Fieldhand Ltd"), AssuranceAnswer.PARTLY, tomorrow, None, "Ann")
    with pytest.raises(UsageError, match="in the future"):
        mark_sent(work, done.letter.id, "email", tomorrow, POLICY, "Ann")
    with pytest.raises(UsageError, match="the letter was written later, on 2026-03-01"):
        mark_sent(work, done.letter.id, "email", date(2026, 2, 28), POLICY, "Ann")
    assert work.log() == lines
