"""MobSF's report of a dynamic analysis: what occurred during a run, and what the app requested; no values.

Synthetic reports with the keys, and in their order, of ``report.py`` of MobSF 4.5 (commit 62563ca4).
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.mobsf_dynamic import MobSfDynamic
from tieback.intake.reports.source import ReportSource
from tieback.model.app import Platform
from tieback.model.passive import PassiveText

ANDROID: dict[str, Any] = {
    "hash": "6825bb9fde2fc671322df005976755a1",
    "emails": ["SECRET@example.org"],
    "urls": ["https://api.example.org/v1?user=7", "http://cdn.example.org/a.png", 7],
    "domains": {
        "api.example.org": {"bad": "no", "geolocation": {"ip": "198.51.100.7"}, "ofac": False},
        "push.example.org": {"bad": "no"},
        "not a name": {},
    },
    "clipboard": ["SECRET"],
    "xml": [{"type": "xml", "file": "SECRET.xml"}],
    "sqlite": [],
    "others": [],
    "tls_tests": {"tls_misconfigured": False, "has_cleartext": True},
    "screenshots": ["x.png"],
    "activity_tester": {"act-1.png": "org.example.shop.Main"},
    "exported_activity_tester": {},
    "droidmon": {},
    "apimon": {"Crypto": [{"class": "javax.crypto.Cipher", "arguments": ["https://SECRET.example.org"]}]},
    "base64_strings": [
        ["org.example.shop.Config.load(Config.java:7)", "see https://hidden.example.org/x ok"],
        ["x"],
        7,
    ],
    "trackers": {"detected_trackers": 1, "trackers": [{"name": "T", "url": "https://reports.exodus.test/trackers/1"}]},
    "frida_logs": True,
    "runtime_dependencies": ["Lorg/example/A;"],
    "package": "org.example.shop",
    "version": "4.5.3",
    "title": "Dynamic Analysis",
}
IOS: dict[str, Any] = {
    "hash": "6825bb9fde2fc671322df005976755a1",
    "version": "4.5.3",
    "title": "iOS Dynamic Analysis Report",
    "instance_id": "bd057756-87a8-45a6-945d-35c7ce48eafe",
    "bundleid": "org.example.Shop",
    "trackers": {},
    "network": [
        {"source": "NSURLSession", "url": "https://api.example.org/v2"},
        {"url": "wss://live.example.org/s"},
        {"url": 7},
    ],
    "credentials": ["SECRET"],
    "urls": [],
    "domains": {"api.example.org": {}},
    "emails": [],
}
OCCURRED = "traffic, log or call of a run"


def test_an_android_run(reading: Reading) -> None:
    facts = reading(MobSfDynamic(), ANDROID).facts
    texts = [fact for fact in facts if isinstance(fact, PassiveText)]
    assert [(text.text, text.where, text.how) for text in texts] == [
        ("https://api.example.org/v1?user=7", OCCURRED, "urls"),
        ("http://cdn.example.org/a.png", OCCURRED, "urls"),
        (
            "see https://hidden.example.org/x ok",
            "decoded Base64, org.example.shop.Config.load(Config.java:7)",
            "base64_strings",
        ),
        ("https://push.example.org", OCCURRED, "domains"),
    ]
    app = texts[0].app
    assert (app.bundle_id, app.platform, app.sha256) == ("org.example.shop", Platform.ANDROID, "")
    assert len(texts) == len(facts)
    assert "SECRET" not in repr(facts)
    assert "exodus" not in repr(facts)


def test_an_ios_run_with_the_requests_of_the_app(reading: Reading) -> None:
    facts = reading(MobSfDynamic(), IOS).facts
    assert [(fact.text, fact.where, fact.how) for fact in facts if isinstance(fact, PassiveText)] == [
        ("https://api.example.org/v2", "URL of a request (NSURLSession)", "network"),
        ("wss://live.example.org/s", "URL of a request", "network"),
    ]
    assert {fact.app.platform for fact in facts if isinstance(fact, PassiveText)} == {Platform.IOS}
    assert "SECRET" not in repr(facts)


def test_a_long_report_is_recognised_before_its_title(reading: Reading) -> None:
    urls = [f"https://a{number}.example.org/{'x' * 50}" for number in range(2000)]
    assert len(reading(MobSfDynamic(), {**ANDROID, "urls": urls}).facts) == 2000 + 3


def test_sorted_keys_of_other_tools_change_nothing(reading: Reading) -> None:
    assert len(reading(MobSfDynamic(), json.dumps(ANDROID, sort_keys=True, indent=1)).facts) == 4


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"package": ""}, "line 1: the report names no app"),
        ({"package": 7}, "Expected `str | null`"),
        ({"urls": "https://a.test"}, "Expected `array`"),
        ({"urls": {"a": 1}}, "Expected `array`"),
        ({"domains": []}, "Expected `object | null`"),
    ],
)
def test_wrong_shapes_are_left_out(reading: Reading, changed: dict[str, Any], says: str) -> None:
    read = reading(MobSfDynamic(), {**ANDROID, **changed})
    assert (read.facts, says in read.first_skipped) == ([], True), read.first_skipped


def test_deep_and_long_values_are_bounded(reading: Reading) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    report = {
        **ANDROID,
        "urls": ["https://a.test/" + "x" * 1_000_000, deep],
        "base64_strings": [["f", "y" * 1_000_000]],
    }
    texts = [fact.text for fact in reading(MobSfDynamic(), report).facts if isinstance(fact, PassiveText)]
    assert [len(text) for text in texts[:2]] == [2048, 4096]


_json = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(st.sampled_from(["urls", "domains", "network", "base64_strings", "package"]), _json))
def test_any_values_are_texts_or_left_out(tmp_path_factory: pytest.TempPathFactory, changed: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("m") / "report"
    path.write_text(json.dumps({**ANDROID, **changed}))
    source = ReportSource(path)
    facts = list(MobSfDynamic().facts(source))
    assert all(isinstance(fact, PassiveText) and len(fact.text) <= 4096 for fact in facts)
    assert not (facts and source.skipped)
