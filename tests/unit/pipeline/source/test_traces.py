"""Evidence of findings, as places of a package and what to look for."""

import pytest
from msgspec.structs import replace

from tests.each import each
from tests.unit.cases.samples import exposure
from tieback.assess.findings import apply_rules
from tieback.model.backend import Candidate, Route
from tieback.model.cleartext import CleartextPolicy
from tieback.model.exposure import AppRoute, Finding, Severity
from tieback.model.sighting import Credential, CredentialGrade, Evidence
from tieback.pipeline.source.traces import Declaration, Place, Setting, Trace, identifier, place_text, traces_of
from tieback.report.detail import FindingDetail

APP = "a" * 64


def credential(endpoint: str, offset: int | None) -> Credential:
    evidence = Evidence("classes.dex", offset, "dex-string/token")
    return Credential("aws_secret_key", "wJ***EY (40)", endpoint, evidence, CredentialGrade.NORMAL)


@pytest.mark.parametrize(
    ("endpoint", "offset", "trace"),
    [
        ("", 31, Trace("classes.dex", 31, masked="wJ***EY (40)", method="La/a;->b")),
        ("", None, Trace("classes.dex", None, masked="wJ***EY (40)")),
        ("https://h.test", None, Trace("classes.dex", None, host="h.test", masked="wJ***EY (40)")),
        ("s3:photos", None, Trace("classes.dex", None, host="photos", masked="wJ***EY (40)")),
    ],
)
def test_a_credential_leads_to_its_place(endpoint: str, offset: int | None, trace: Trace) -> None:
    (finding,) = apply_rules((), [(APP, credential(endpoint, offset))])
    places = {(APP, place_text("classes.dex", 31)): Place("classes.dex", 31, "La/a;->b")}
    assert traces_of(FindingDetail(finding, (), ()), places) == (trace,)


@pytest.mark.parametrize(
    ("policy", "trace"),
    [
        (
            CleartextPolicy("h.test", True, True, False, 0, "res/xml/n.xml"),
            Trace("res/xml/n.xml", setting=Setting.CLEARTEXT, declared=Declaration.NETWORK_CONFIG, domain="h.test"),
        ),
        (
            CleartextPolicy("*", True, True, False, 0, "AndroidManifest.xml"),
            Trace("AndroidManifest.xml", setting=Setting.CLEARTEXT),
        ),
        (
            CleartextPolicy("*", True, False, True, 0, "default (target SDK 23)"),
            Trace("AndroidManifest.xml", setting=Setting.USER_CAS, declared=Declaration.TARGET_SDK),
        ),
        (
            CleartextPolicy("*", True, True, False, 0, "Payload/A.app/Info.plist"),
            Trace("Payload/A.app/Info.plist", setting=Setting.CLEARTEXT, declared=Declaration.PLIST),
        ),
    ],
)
def test_a_declaration_leads_to_its_kind_of_file(policy: CleartextPolicy, trace: Trace) -> None:
    (finding,) = apply_rules((), (), policies=[(APP, policy)])
    assert traces_of(FindingDetail(finding, (), ()), {}) == (trace,)


def test_the_default_of_an_sdk_of_ios_is_in_no_file() -> None:
    policy = CleartextPolicy("*", True, True, False, 0, "default (SDK 7.1, without App Transport Security)")
    (finding,) = apply_rules((), (), policies=[(APP, policy)])
    assert traces_of(FindingDetail(finding, (), ()), {}) == ()


def test_a_host_that_does_not_exist_leads_to_the_places_of_its_apps() -> None:
    (finding,) = apply_rules((), (), dangling=[("gone.test", APP, "https://gone.test/v1: does not exist in DNS")])
    places = {(APP, "https://gone.test/v1"): Place("assets/a.json", 7)}
    trace = Trace("assets/a.json", 7, "https://gone.test/v1", "gone.test")
    assert traces_of(FindingDetail(finding, (), ()), places) == (trace,)


def test_a_store_leads_to_the_places_of_its_routes() -> None:
    store = exposure()
    candidate = Candidate("es.h.test", 9200, "elasticsearch", Route.NAMED, (), "")
    routes = (
        AppRoute(APP, candidate, "http://es.h.test:9200", "classes.dex", 31, "dex-flow/concat"),
        AppRoute(APP, candidate, "https://h.test", "resources.arsc", 5, "resource:string/api_base/url"),
        AppRoute(APP, candidate, "http://es.h.test:9200", "run.pcap", None, "traffic/http"),
        AppRoute("b" * 64, candidate, "http://es.h.test:9200", "classes.dex", 9, "dex-string/url"),
    )
    finding = Finding("f", "open-store", "t", Severity.HIGH, "", (store.id,), (APP,), ("proof",), "advice")
    detail = FindingDetail(finding, (replace(store, routes=routes),), ())
    places = {(APP, "http://es.h.test:9200"): Place("classes.dex", 31, "La/a;->b")}
    assert traces_of(detail, places) == (
        Trace("classes.dex", 31, "http://es.h.test:9200", "es.h.test", method="La/a;->b"),
        Trace("resources.arsc", 5, "https://h.test", "h.test", resource="api_base"),
    )


@each(
    ("endpoint", "name"),
    [
        ("https://a.test:8443/v1", "a.test"),
        ("firebase-rtdb:my-project", "my-project"),
        ("10.0.0.1:9200", "10.0.0.1"),
        ("[2001:db8::1]:9200", "2001:db8::1"),
        ("db:5432", "db"),
        ("postgresql://db.test:5432/x", "db.test"),
    ],
)
def test_the_identifier_of_an_endpoint(endpoint: str, name: str) -> None:
    assert identifier(endpoint) == name


def test_a_credential_of_an_older_report_leads_to_its_place() -> None:
    (finding,) = apply_rules((), [(APP, credential("", 31))])
    line = "aws_secret_key (normal) wJ***EY (40) for an unknown endpoint: classes.dex at 0x1f"
    old = replace(finding, evidence=(line,))
    assert traces_of(FindingDetail(old, (), ()), {}) == (Trace("classes.dex", 31, masked="wJ***EY (40)"),)
