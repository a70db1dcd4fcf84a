"""Finds of an app, merged."""

from collections.abc import Iterator

import pytest

from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Credential, Evidence, NotBackend, Problem, Sighting
from tieback.recognise.collect import MAX_SIGHTINGS, collect
from tieback.recognise.rules import Rules

RULES = Rules()


def app(bundle_id: str, vendor: str = "") -> App:
    return App(Platform.ANDROID, bundle_id, "0" * 64, vendor=vendor)


def sighting(host: str, file: str = "classes.dex") -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, "text/url"))


def test_the_same_endpoint_is_one_with_its_first_evidence() -> None:
    finds = [sighting("b.de", "1"), sighting("a.de", "2"), sighting("b.de", "3")]
    collected = collect(None, finds, RULES)
    assert [(one.endpoint.host, one.count, one.evidence.file) for one in collected.sightings] == [
        ("b.de", 2, "1"),
        ("a.de", 1, "2"),
    ]


def test_credentials_and_other_texts_are_told_once() -> None:
    credential = Credential("password_in_url", "a***b (9)", "https://a.de", Evidence("f", 1, "x"))
    text, problem = NotBackend("http://www.w3.org", "why"), Problem("what", "where")
    collected = collect(None, [credential, text, problem, credential, text, problem], RULES)
    assert collected.credentials == (credential,)
    assert collected.not_backends == (text,)
    assert collected.problems == (problem,)


@pytest.mark.parametrize(
    ("bundle_id", "vendor", "host", "party"),
    [
        ("com.workhub.mobile", "", "api.workhub.com", Party.FIRST),
        ("com.workhub.mobile", "", "api.workhub.test", Party.FIRST),
        ("test.fieldhand.app", "", "es.fieldhand.test", Party.FIRST),
        ("uk.co.shop24.app", "", "api.shop24.co.uk", Party.FIRST),
        ("com.other.app", "Field-Hand GmbH", "api.fieldhand.io", Party.FIRST),
        ("com.other.app", "Fieldhand, Inc.", "api.fieldhand.io", Party.FIRST),
        ("com.other.app", "", "api.workhub.com", Party.UNKNOWN),
        ("com.example.app", "", "api.example.dev", Party.UNKNOWN),
        ("com.github.someone.app", "", "github.com", Party.UNKNOWN),
        ("io.github.someone", "", "someone.github.io", Party.FIRST),
        ("com.other.app", "", "graph.facebook.com", Party.THIRD),
        ("com.facebook.katana", "", "graph.facebook.com", Party.FIRST),
        ("com.other.app", "", "10.1.2.3", Party.UNKNOWN),
        ("", "", "a.de", Party.UNKNOWN),
        ("com", "", "a.com", Party.UNKNOWN),
    ],
)
def test_party(bundle_id: str, vendor: str, host: str, party: Party) -> None:
    (one,) = collect(app(bundle_id, vendor), [sighting(host)], RULES).sightings
    assert one.party is party


def test_without_an_app_nothing_is_first_party() -> None:
    collected = collect(None, [sighting("graph.facebook.com"), sighting("a.de")], RULES)
    assert [one.party for one in collected.sightings] == [Party.THIRD, Party.UNKNOWN]


def test_a_cap_holds_and_is_told() -> None:
    def many() -> Iterator[Sighting]:
        for number in range(MAX_SIGHTINGS + 10):
            yield sighting(f"h{number}.de")
        yield sighting("h0.de")

    collected = collect(app("com.shop.app"), many(), RULES)
    assert len(collected.sightings) == MAX_SIGHTINGS
    assert collected.sightings[0].count == 2
    assert [problem.what for problem in collected.problems] == [
        "more than 5,000 distinct endpoints; the rest is left out"
    ]
