"""OpenFirebase's scans: reads alone, per project and app; answers and keys are not kept."""

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.openfirebase import OpenFirebase
from tieback.model.passive import PassiveService, PassiveText
from tieback.model.probe import Access


def finding(service: str, url: str, verdict: str, probe: str = "read", collection: str = "") -> dict[str, object]:
    return {
        "service": service,
        "url": url,
        "probe": probe,
        "resource": {"collection": collection},
        "unauth": {"verdict": verdict, "response_content": "SECRET"},
    }


SCAN = {
    "schema_version": "1.0",
    "tool_version": "2",
    "scan_id": "x",
    "finished_at": "2026-11-01T10:00:00Z",
    "input": {"platform": "android"},
    "projects": [
        {
            "project_id": "shop-1",
            "package_names": ["org.example.shop"],
            "api_keys": ["SECRET"],
            "findings": [
                finding("rtdb", "https://shop-1.firebaseio.com/.json", "public"),
                finding("rtdb", "https://shop-1.firebaseio.com/x.json", "public", probe="write"),
                finding(
                    "firestore", "https://firestore.googleapis.com/v1/projects/shop-1", "protected", "read", "users"
                ),
                finding("remote_config", "https://firebaseremoteconfig.googleapis.com/v1/x", "public"),
            ],
        }
    ],
}


def test_reads_are_services_and_name_the_app(reading: Reading) -> None:
    facts = reading(OpenFirebase(), SCAN).facts
    services = [fact for fact in facts if isinstance(fact, PassiveService)]
    assert [(one.service, one.claims, one.containers) for one in services] == [
        ("firebase_rtdb", Access.OPEN, ()),
        ("firestore", Access.AUTH_REQUIRED, ("users",)),
    ]
    assert services[0].resource == "https://shop-1.firebaseio.com/.json"
    assert services[0].note == "project shop-1"
    texts = [fact for fact in facts if isinstance(fact, PassiveText)]
    assert {text.app.bundle_id for text in texts} == {"org.example.shop"}
    assert [text.how for text in texts] == ["rtdb", "firestore", "remote_config"]
    assert "SECRET" not in repr(facts)
