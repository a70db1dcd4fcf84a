"""One case per store: for the vendor that answers for it."""

from typing import Any

import msgspec

from tests.each import each
from tests.unit.cases.samples import ENDPOINT, NOW, exposure, vendor
from tieback.cases.opening import case_id, case_to_open, provider_of
from tieback.cases.ownership import OwnerFinder, StoreOwner
from tieback.cases.policy import default_policy
from tieback.model.app import App, Platform, Signer
from tieback.model.backend import Attribution, Backend, Route
from tieback.model.case import CaseState
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.exposure import Exposure
from tieback.model.vendor import Vendor

OURS = App(Platform.ANDROID, "org.fieldhand.app", "a" * 64, "Fieldhand", "4.0.7", signer=Signer("6c" * 32))
OTHER = App(Platform.ANDROID, "com.other", "b" * 64, "Other", signer=Signer("7d" * 32), vendor="Other Ltd")
NOBODYS = App(Platform.ANDROID, "com.nobody", "c" * 64)
OTHERS = vendor("v-2", "Other", signers=("7d" * 32,))
REGISTER = (vendor(), OTHERS)


def shared(route: Route = Route.NAMED) -> Exposure:
    """A store that the apps of two vendors lead to."""
    store = exposure()
    (way,) = store.routes
    derived = msgspec.structs.replace(
        way, app_sha256="b" * 64, candidate=msgspec.structs.replace(way.candidate, route=route)
    )
    return msgspec.structs.replace(store, routes=(way, derived))


def backend(*owners: tuple[str, float], **more: Any) -> dict[str, Backend]:
    endpoint = Endpoint(EndpointKind.URL, ENDPOINT, "http", "es.fieldhand.test", 9200, "")
    claims = tuple(Attribution("owner", name, f"evidence for {name}", sure) for name, sure in owners)
    owner = max(owners, key=lambda one: one[1])[0] if owners else ""
    return {ENDPOINT: Backend(endpoint, owner=owner, attributions=claims, **more)}


def found(backends: dict[str, Backend], *vendors: Vendor, apps: tuple[App, ...] = (OURS, OTHER)) -> StoreOwner:
    return OwnerFinder(backends, vendors or REGISTER).find(shared(), apps)


@each(
    ("backends", "vendors", "owner"),
    [
        (backend(("fieldhand machinery", 0.98)), REGISTER, "v-1"),
        (backend(("Other Ltd", 0.98), ("Fieldhand Machinery", 0.5)), REGISTER, "v-2"),
        (backend(), (vendor(domains=("fieldhand.test",)), OTHERS), "v-1"),
        (backend(), (vendor(), vendor("v-2", "Other", signers=("7d" * 32,), domains=("es.fieldhand.test",))), "v-2"),
        (backend(), (vendor(domains=("hand.test",)), OTHERS), ""),
        (backend(("fieldhand.test", 0.45)), REGISTER, ""),
        ({}, REGISTER, ""),
    ],
)
def test_who_answers_for_a_store(backends: dict[str, Backend], vendors: tuple[Vendor, ...], owner: str) -> None:
    answer = found(backends, *vendors)
    assert answer.vendor == owner
    assert answer.reason


def test_an_address_can_be_a_domain_of_the_register() -> None:
    store = msgspec.structs.replace(shared(), targets=("192.0.2.7:9200", "firestore.test:443/project"))
    known = (vendor(), vendor("v-2", "Other", signers=("7d" * 32,), domains=("192.0.2.7",)))
    assert OwnerFinder({}, known).find(store, [OURS, OTHER]).vendor == "v-2"
    cloud = (vendor(), vendor("v-2", "Other", signers=("7d" * 32,), domains=("firestore.test",)))
    assert OwnerFinder({}, cloud).find(store, [OURS, OTHER]).vendor == ""


@each("domain", ["firebaseio.com", "heroku.com", "000webhostapp.com", "github.io"])
def test_the_domain_of_a_provider_shows_no_owner(domain: str) -> None:
    """Earlier releases entered such domains into the register; stores of other customers are below them, too."""
    store = msgspec.structs.replace(shared(), targets=(f"shop-1a2b.{domain}:443",))
    known = (vendor(), vendor("v-2", "Other", signers=("7d" * 32,), domains=(domain,)))
    assert OwnerFinder({}, known).find(store, [OURS, OTHER]).vendor == ""


def test_the_only_vendor_whose_apps_lead_there_answers_if_nothing_names_another() -> None:
    answer = found({}, apps=(OURS, NOBODYS))
    assert (answer.vendor, answer.reason) == ("v-1", "only its apps lead to the store")
    assert found({}, apps=(NOBODYS,)) == StoreOwner()


def test_the_owner_answers_although_none_of_its_apps_was_analysed() -> None:
    answer = found(backend(("Fieldhand Machinery", 0.98)), apps=(OTHER,))
    case, _ = case_to_open(shared(), [OTHER], OwnerFinder({}, REGISTER).register, answer, "", default_policy(), NOW)
    assert (case.vendor, case.apps, case.store.routes) == ("v-1", (), ())
    assert [app.bundle_id for app in case.also] == ["com.other"]


def test_a_third_party_answers_for_its_own_host_and_not_for_the_resources_of_its_customers() -> None:
    answer = found(backend(("TrackCo", 0.9), party=Party.THIRD))
    assert answer.new is not None
    assert (answer.new.name, answer.vendor, answer.name) == ("TrackCo", answer.new.id, "TrackCo")
    again = found(backend(("TrackCo", 0.9), party=Party.THIRD), *REGISTER, answer.new)
    assert (again.vendor, again.new) == (answer.vendor, None)
    (one,) = backend(("Google", 0.9), party=Party.THIRD).values()
    cloud = msgspec.structs.replace(one, endpoint=msgspec.structs.replace(one.endpoint, kind=EndpointKind.CLOUD))
    assert found({ENDPOINT: cloud}, apps=(OURS,)).vendor == "v-1"


def test_a_back_end_that_an_app_names_counts_more_than_a_derived_one() -> None:
    store = shared(Route.PIVOT)
    way = msgspec.structs.replace(store.routes[1], endpoint="https://api.other.test")
    store = msgspec.structs.replace(store, routes=(store.routes[0], way))
    (own,), (theirs,) = backend(("Fieldhand Machinery", 0.6)).values(), backend(("Other", 0.98)).values()
    finder = OwnerFinder({ENDPOINT: own, "https://api.other.test": theirs}, REGISTER)
    assert finder.find(store, [OURS, OTHER]).vendor == "v-1"


def test_the_case_is_about_the_owner_s_apps_and_lists_the_others_apart() -> None:
    owner = StoreOwner("v-1", "Fieldhand Machinery GmbH", "evidence")
    register = OwnerFinder({}, REGISTER).register
    case, (entry,) = case_to_open(shared(), [OURS, OTHER], register, owner, "Hoster", default_policy(), NOW)
    assert ([app.bundle_id for app in case.apps], [app.bundle_id for app in case.also]) == (
        ["org.fieldhand.app"], ["com.other"],
    )  # fmt: skip
    assert {way.app_sha256 for way in case.store.routes} == {"a" * 64}
    assert (case.state, case.provider, str(case.due)) == (CaseState.FOUND, "Hoster", "2026-03-08")
    assert case.owner == "Fieldhand Machinery GmbH"
    assert (entry.subject, entry.event, entry.fields["records"]) == (case.id, "opened", "1350 (exact)")
    assert entry.fields["reason"] == "evidence"


def test_the_same_matter_has_the_same_id() -> None:
    assert case_id("v-1", "store") == case_id("v-1", "store")
    assert len({case_id("v-1", "store"), case_id("v-2", "store"), case_id("v-1", "other")}) == 3


def test_the_provider_is_that_of_an_endpoint_that_leads_there() -> None:
    store = exposure()
    assert provider_of(store, {"http://es.fieldhand.test:9200": "Hoster"}) == "Hoster"
    assert provider_of(store, {"http://elsewhere.test": "Hoster"}) == ""
