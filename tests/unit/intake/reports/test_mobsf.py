"""MobSF's report of an app: its URLs and domains with their files, and Firebase databases; no secrets, no addresses."""

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.mobsf import MobSf
from tieback.model.app import Platform
from tieback.model.passive import PassiveService, PassiveText
from tieback.model.probe import Access

REPORT = {
    "version": "v4",
    "file_name": "shop.apk",
    "app_name": "Shop",
    "package_name": "org.example.shop",
    "version_name": "1.2",
    "sha256": "AB" * 32,
    "timestamp": "2026-11-01T10:00:00Z",
    "urls": [{"urls": ["https://api.example.org/v1"], "path": "org/example/shop/Api.java"}],
    "domains": {"api.example.org": {"bad": "no"}, "not a name": {}},
    "emails": [{"emails": ["SECRET@example.org"], "path": "x"}],
    "secrets": ["SECRET"],
    "firebase_urls": [{"url": "https://shop-1.firebaseio.com/", "open": True}, {"url": "x", "open": True}],
}


def test_an_android_app(reading: Reading) -> None:
    facts = reading(MobSf(), REPORT).facts
    texts = [fact for fact in facts if isinstance(fact, PassiveText)]
    assert [(text.text, text.where, text.how) for text in texts] == [
        ("https://api.example.org/v1", "org/example/shop/Api.java", "urls"),
        ("https://api.example.org", "report", "domains"),
        ("https://shop-1.firebaseio.com/", "report", "firebase_urls"),
    ]
    app = texts[0].app
    assert (app.bundle_id, app.platform, app.sha256, app.version_name) == (
        "org.example.shop",
        Platform.ANDROID,
        "ab" * 32,
        "1.2",
    )
    (service,) = [fact for fact in facts if isinstance(fact, PassiveService)]
    assert (service.names, service.port, service.claims) == (("shop-1.firebaseio.com",), 443, Access.OPEN)
    assert "SECRET" not in repr(facts)


def test_an_ios_app_and_a_closed_database(reading: Reading) -> None:
    report = {**REPORT, "package_name": "", "bundle_id": "org.example.shop", "sha256": "short"}
    report["firebase_urls"] = [{"url": "https://shop-1.firebaseio.com", "open": False}]
    facts = reading(MobSf(), report).facts
    assert isinstance(facts[0], PassiveText)
    assert (facts[0].app.platform, facts[0].app.sha256) == (Platform.IOS, "")
    assert isinstance(facts[-1], PassiveService)
    assert facts[-1].claims is Access.AUTH_REQUIRED


def test_a_report_of_no_app_is_left_out(reading: Reading) -> None:
    read = reading(MobSf(), {**REPORT, "package_name": ""})
    assert (read.facts, read.first_skipped) == ([], "line 1: the report names no app")
