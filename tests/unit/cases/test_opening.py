"""One case a vendor and store."""

import msgspec

from tests.unit.cases.samples import NOW, exposure, vendor
from tieback.cases.opening import case_id, cases_to_open, provider_of
from tieback.cases.policy import default_policy
from tieback.cases.register import VendorRegister
from tieback.model.app import App, Platform, Signer
from tieback.model.case import CaseState

OURS = App(Platform.ANDROID, "org.fieldhand.app", "a" * 64, "Fieldhand", "4.0.7", signer=Signer("6c" * 32))
OTHER = App(Platform.ANDROID, "com.other", "b" * 64, "Other", signer=Signer("7d" * 32))
NOBODYS = App(Platform.ANDROID, "com.nobody", "c" * 64)


def shared() -> object:
    store = exposure()
    (way,) = store.routes
    return msgspec.structs.replace(store, routes=(way, msgspec.structs.replace(way, app_sha256="b" * 64)))


def test_each_vendor_has_its_own_case_about_its_own_apps() -> None:
    register = VendorRegister([vendor(), vendor("v-2", "Other", signers=("7d" * 32,))])
    found = list(cases_to_open(shared(), [OURS, OTHER, NOBODYS], register, "Hoster", default_policy(), NOW))  # type: ignore[arg-type]
    assert [(case.vendor, [app.bundle_id for app in case.apps]) for case, _ in found] == [
        ("v-1", ["org.fieldhand.app"]),
        ("v-2", ["com.other"]),
    ]
    for case, entries in found:
        assert {way.app_sha256 for way in case.store.routes} == {app.sha256 for app in case.apps}
        assert (case.state, case.provider, str(case.due)) == (CaseState.FOUND, "Hoster", "2026-03-08")
        (entry,) = entries
        assert (entry.subject, entry.event, entry.fields["records"]) == (case.id, "opened", "1350 (exact)")


def test_the_same_matter_has_the_same_id() -> None:
    assert case_id("v-1", "store") == case_id("v-1", "store")
    assert len({case_id("v-1", "store"), case_id("v-2", "store"), case_id("v-1", "other")}) == 3


def test_the_provider_is_that_of_an_endpoint_that_leads_there() -> None:
    store = exposure()
    assert provider_of(store, {"http://es.fieldhand.test:9200": "Hoster"}) == "Hoster"
    assert provider_of(store, {"http://elsewhere.test": "Hoster"}) == ""
