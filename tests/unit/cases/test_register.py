"""Which vendor answers for which app."""

from datetime import date

import msgspec
import pytest

from tests.each import each
from tests.unit.cases.samples import vendor
from tieback.cases.register import VendorRegister, merge_vendors, new_vendors, vendor_fields, vendor_id, vendor_keys
from tieback.model.app import App, Platform, Signer
from tieback.model.errors import UsageError
from tieback.model.vendor import AssuranceAnswer, Contact, Vendor

ACME = Signer("6c" * 32, "CN=Acme,O=Acme Ltd")
DEBUG = Signer("11" * 32, "C=US, O=Android, CN=Android Debug")
STORE = Signer("33" * 32, "C=US,O=Apple Inc.,OU=Apple iPhone,CN=Apple iPhone OS Application Signing", "code-signature")
TESTKEY = Signer("a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc", "CN=Android")


def app(bundle: str, signer: Signer | None = ACME, **more: str) -> App:
    return App(Platform.ANDROID, bundle, "a" * 64, signer=signer, **more)


@each(
    ("signer", "own"),
    [
        (ACME, ACME.sha256),
        (None, ""),
        (DEBUG, ""),
        (TESTKEY, ""),
        (STORE, ""),
        (Signer("22" * 32, "CN=Android Debugger"), "22" * 32),
        (Signer("22" * 32, "OU=CN\\=Android Debug,CN=Acme"), "22" * 32),
    ],
)
def test_shared_signing_keys_identify_no_vendor(signer: Signer | None, own: str) -> None:
    assert vendor_keys(app("com.a", signer)) == ((own,) if own else ())


def test_one_signer_is_one_vendor_and_a_name_joins_nothing() -> None:
    apps = [app("com.a"), app("com.b"), app("com.c", None, vendor="Acme Ltd"), app("com.d", DEBUG)]
    found = {one.id: one for one, _ in new_vendors([], apps)}
    assert len(found) == 3
    assert found[vendor_id(apps[0])].signers == (ACME.sha256,)
    assert found[vendor_id(apps[2])].bundle_ids == ("com.c",)
    assert found[vendor_id(apps[2])].name == "com.c"


def test_apps_of_a_store_that_signs_them_are_of_several_vendors() -> None:
    apps = [app("com.a", STORE, vendor="TEAM000001"), app("com.b", STORE, vendor="TEAM000002")]
    assert [(one.signers, one.bundle_ids) for one, _ in new_vendors([], apps)] == [((), ("com.a",)), ((), ("com.b",))]


def test_one_team_of_apple_is_one_vendor_in_the_store_and_with_each_of_its_certificates() -> None:
    """A certificate lasts a year, and packages of the App Store have only the team."""
    renewed = Signer("7d" * 32, "CN=Acme,O=Acme Ltd")
    apps = [
        app("com.a", STORE, team="A1B2C3D4E5", vendor="A1B2C3D4E5"),
        app("com.b", STORE, team="A1B2C3D4E5", vendor="Acme Ltd"),
        app("com.c", ACME, team="A1B2C3D4E5"),
        app("com.d", renewed, team="A1B2C3D4E5"),
        app("com.e", renewed),
        app("com.f", STORE, team="Z9Y8X7W6V5"),
    ]
    ours, theirs = (one for one, _ in new_vendors([], apps))
    assert (ours.name, ours.signers) == ("com.a", ("team:A1B2C3D4E5", ACME.sha256, renewed.sha256))
    assert (theirs.name, theirs.signers) == ("com.f", ("team:Z9Y8X7W6V5",))
    assert new_vendors([ours, theirs], apps) == []


def test_a_signer_stays_with_its_vendor_when_a_team_of_another_one_signs_with_it() -> None:
    apps = [app("com.a"), app("com.b", STORE, team="A1B2C3D4E5"), app("com.c", team="A1B2C3D4E5")]
    found = [(one.name, one.signers) for one, _ in new_vendors([], apps)]
    assert found == [("com.a", (ACME.sha256,)), ("com.b", ("team:A1B2C3D4E5",))]


def test_known_vendor_is_not_added_again() -> None:
    known = [one for one, _ in new_vendors([], [app("com.a")])]
    assert new_vendors(known, [app("com.b")]) == []


def test_a_person_s_word_counts_more_than_the_signer() -> None:
    register = VendorRegister(
        [vendor(signers=(ACME.sha256,)), vendor("v-2", "Theirs", signers=(), bundle_ids=("com.a",))]
    )
    assert register.find_vendor(app("com.a")) == "v-2"
    assert register.find_vendor(app("com.b")) == "v-1"
    assert register.find_vendor(app("com.c", None)) is None


FULL = {
    "postal": "Way 1\nTown", "note": "They moved.", "language": "de",
    "asked": date(2026, 1, 2), "due": date(2026, 2, 2), "answer": AssuranceAnswer.PARTLY, "answered": date(2026, 1, 9),
}  # fmt: skip
"""Facts of a removed entry, other than those of ``test_merging_keeps_what_leads_to_either``."""


@pytest.mark.parametrize("known", [(), *((name,) for name in FULL), tuple(FULL)], ids="-".join)
def test_merging_loses_no_fact(known: tuple[str, ...]) -> None:
    """Whatever the kept entry has already: each fact of the removed one is in its field, or in the note."""
    gone = msgspec.structs.replace(vendor("v-2", "Gone Ltd"), **FULL)
    own = {
        "postal": "Road 2", "note": "Ours.", "language": "fr", "asked": date(2025, 1, 2), "due": date(2025, 2, 2),
        "answer": AssuranceAnswer.ATTESTED, "answered": date(2025, 1, 9),
    }  # fmt: skip
    kept = msgspec.structs.replace(vendor(), **{name: own[name] for name in known})
    one = merge_vendors(kept, gone)
    for name in known:
        assert getattr(one, name) == own[name] or name == "note"
    assert one.note.startswith("Ours.") is ("note" in known)
    for name, value in FULL.items():
        text = str(value).replace("\n", ", ")
        assert getattr(one, name) == value or text in one.note, (name, one.note)


def test_a_merged_contact_keeps_its_key_and_place() -> None:
    ours, theirs = Contact("a@b.test", "operator"), Contact("a@b.test", "security.txt", "https://b.test/key")
    one = merge_vendors(vendor(contacts=(ours,)), vendor("v-2", "Gone", contacts=(theirs,)))
    assert one.contacts == (Contact("a@b.test", "operator", "https://b.test/key"),)
    two = merge_vendors(vendor(contacts=(theirs,)), vendor("v-2", "Gone", contacts=(ours,)))
    assert two.contacts == (theirs,)


def test_every_field_of_a_vendor_is_in_the_log_of_a_merge() -> None:
    whole = msgspec.structs.replace(vendor("v-2", "Gone", domains=("b.test",), bundle_ids=("com.c",)), **FULL)
    told = vendor_fields(whole)
    assert told.keys() == set(whole.__struct_fields__) - {"id"}
    assert vendor_fields(Vendor("v-1", "A")) == {"name": "A", "language": "en"}


def test_merging_keeps_what_leads_to_either() -> None:
    gone = vendor("v-2", "Gone", signers=("7d" * 32,), bundle_ids=("com.c",), contacts=(Contact("a@b.test", "store"),))
    one = merge_vendors(vendor(domains=("acme.test",)), msgspec.structs.replace(gone, domains=("acme.test", "b.test")))
    assert (one.id, one.domains) == ("v-1", ("acme.test", "b.test"))
    assert one.signers == ("6c" * 32, "7d" * 32)
    assert [contact.address for contact in one.contacts] == ["security@fieldhand.test", "a@b.test"]
    with pytest.raises(UsageError, match="with itself"):
        merge_vendors(one, one)


TEMPLATE = "io.cordova.hellocordova"


def packed(bundle: str, content: str, name: str = "", signer: Signer | None = None) -> App:
    return App(Platform.ANDROID, bundle, content * 64, name=name, signer=signer)


def test_apps_with_the_identifier_of_a_template_are_of_several_vendors() -> None:
    apps = [packed(TEMPLATE, "a", "Kiosk"), packed(TEMPLATE, "b", "Salon"), packed("com.acme.app", "c")]
    found = [one for one, _ in new_vendors([], apps)]
    assert [one.bundle_ids for one in found] == [("a" * 64,), ("b" * 64,), ("com.acme.app",)]
    assert [one.name for one in found][:2] == [f"Kiosk ({TEMPLATE}, aaaaaaaa)", f"Salon ({TEMPLATE}, bbbbbbbb)"]
    register = VendorRegister(found)
    assert [register.find_vendor(one) for one in apps] == [one.id for one in found]
    assert new_vendors(found, apps) == []
    (unnamed,) = new_vendors(found, [packed(TEMPLATE, "e")])
    assert unnamed[0].name == f"{TEMPLATE} (eeeeeeee)"
    signed = packed(TEMPLATE, "d", signer=ACME)
    assert [one.signers for one, _ in new_vendors(found, [signed])] == [(ACME.sha256,)]


def test_a_vendor_that_an_earlier_version_made_of_a_template_takes_no_other_app() -> None:
    import hashlib

    old = vendor(f"v-{hashlib.sha256(f'bundle:android:{TEMPLATE}'.encode()).hexdigest()[:12]}", TEMPLATE)
    old = msgspec.structs.replace(old, signers=(), bundle_ids=(TEMPLATE,))
    assert VendorRegister([old]).find_vendor(packed(TEMPLATE, "a")) is None
    assigned = msgspec.structs.replace(old, id="v-by-a-person")
    assert VendorRegister([assigned]).find_vendor(packed(TEMPLATE, "a")) == "v-by-a-person"
