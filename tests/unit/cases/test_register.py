"""Which vendor answers for which app."""

import msgspec
import pytest

from tests.each import each
from tests.unit.cases.samples import vendor
from tieback.cases.register import VendorRegister, merge_vendors, new_vendors, vendor_id, vendor_signer
from tieback.model.app import App, Platform, Signer
from tieback.model.errors import UsageError
from tieback.model.vendor import Contact

ACME = Signer("6c" * 32, "CN=Acme,O=Acme Ltd")
DEBUG = Signer("11" * 32, "C=US, O=Android, CN=Android Debug")
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
        (Signer("22" * 32, "CN=Android Debugger"), "22" * 32),
        (Signer("22" * 32, "OU=CN\\=Android Debug,CN=Acme"), "22" * 32),
    ],
)
def test_shared_signing_keys_identify_no_vendor(signer: Signer | None, own: str) -> None:
    assert vendor_signer(app("com.a", signer)) == own


def test_one_signer_is_one_vendor_and_a_name_joins_nothing() -> None:
    apps = [app("com.a"), app("com.b"), app("com.c", None, vendor="Acme Ltd"), app("com.d", DEBUG)]
    found = {one.id: one for one, _ in new_vendors([], apps)}
    assert len(found) == 3
    assert found[vendor_id(apps[0])].signers == (ACME.sha256,)
    assert found[vendor_id(apps[2])].bundle_ids == ("com.c",)
    assert found[vendor_id(apps[2])].name == "com.c"


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


def test_merging_keeps_what_leads_to_either() -> None:
    gone = vendor("v-2", "Gone", signers=("7d" * 32,), bundle_ids=("com.c",), contacts=(Contact("a@b.test", "store"),))
    one = merge_vendors(vendor(domains=("acme.test",)), msgspec.structs.replace(gone, domains=("acme.test", "b.test")))
    assert (one.id, one.domains) == ("v-1", ("acme.test", "b.test"))
    assert one.signers == ("6c" * 32, "7d" * 32)
    assert [contact.address for contact in one.contacts] == ["security@fieldhand.test", "a@b.test"]
    with pytest.raises(UsageError, match="with itself"):
        merge_vendors(one, one)
