"""Whose an endpoint is, and why."""

import pytest

from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence
from tieback.recognise.ownership import Maker
from tieback.recognise.rules import Rules

RULES = Rules()


def maker(bundle_id: str = "com.workhub.mobile", vendor: str = "Workhub Access GmbH") -> Maker:
    return Maker(App(Platform.ANDROID, bundle_id, "0" * 64, vendor=vendor), RULES)


def url(host: str) -> Endpoint:
    return Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)


def resource(value: str, host: str = "") -> Endpoint:
    return Endpoint(EndpointKind.CLOUD, value, "https", host, 443)


@pytest.mark.parametrize(
    ("endpoint", "party", "owner", "reason"),
    [
        (url("api.workhub.com"), Party.FIRST, "Workhub Access GmbH", "domain of the app's bundle identifier"),
        (url("api.workhub.io"), Party.FIRST, "Workhub Access GmbH", "begins with the maker's name"),
        (resource("s3:workhub-prod-data"), Party.FIRST, "Workhub Access GmbH", "has the maker's name, workhub"),
        (resource("s3:networkhub"), Party.UNKNOWN, "", "does not tell whose"),
        (resource("gcs:data", "storage.googleapis.com"), Party.UNKNOWN, "", "a resource of gcs"),
        (url("t.appsflyer.com"), Party.THIRD, "AppsFlyer", "host of the SDK or service AppsFlyer"),
        (url("www.googleapis.com"), Party.PLATFORM, "Google APIs", "host of the platform"),
        (url("init.itunes.apple.com"), Party.PLATFORM, "Apple services", "host of the platform"),
        (url("10.1.2.3"), Party.UNKNOWN, "", "an address does not tell"),
        (url("api.shop.de"), Party.UNKNOWN, "", "neither the maker's name nor a known SDK"),
    ],
)
def test_judgements(endpoint: Endpoint, party: Party, owner: str, reason: str) -> None:
    owned = maker().judge(endpoint)
    assert (owned.party, owned.owner) == (party, owner)
    assert reason in owned.reason


@pytest.mark.parametrize(
    ("evidence", "owner"),
    [
        (Evidence("Payload/A.app/Frameworks/Adjust.framework/Adjust", 1, "native-string/url"), "Adjust"),
        (Evidence("classes.dex", 1, "dex-flow/concat", "Lcom/adjust/sdk/Net;->send: https://x.de"), "Adjust"),
        (Evidence("classes.dex", 1, "dex-flow/url", "com.adjust.sdk.Net.send: https://x.de"), "Adjust"),
        (Evidence("classes.dex", 1, "dex-flow/url", "com.shop.Net.send: https://x.de"), ""),
        (Evidence("classes.dex", 1, "dex-string/url", "com.adjust.sdk.Net.send: https://x.de"), ""),
    ],
)
def test_the_place_tells_the_library(evidence: Evidence, owner: str) -> None:
    owned = maker().judge(url("api.x.de"), evidence)
    assert (owned.owner, owned.party) == (owner, Party.THIRD if owner else Party.UNKNOWN)


def test_without_an_app_there_is_no_first_party() -> None:
    assert Maker(None, RULES).judge(url("api.workhub.com")).party is Party.UNKNOWN


@pytest.mark.parametrize(
    ("file", "how", "party"),
    [
        ("resources.arsc", "resource:string/google_app_id/cloud-id", Party.FIRST),
        ("assets/google-services.json", "text/cloud-id", Party.FIRST),
        ("resources.arsc", "resource:string/some_url/cloud-host", Party.UNKNOWN),
        ("classes.dex", "dex-string/cloud-id", Party.UNKNOWN),
    ],
)
def test_what_the_configuration_names_is_the_makers(file: str, how: str, party: Party) -> None:
    owned = maker().judge(resource("firebase-app:1:123456789012:android:0a1b2c3d4e5f"), Evidence(file, 1, how))
    assert owned.party is party


@pytest.mark.parametrize(
    ("how", "host", "party"),
    [
        ("manifest:app-link/link-domain", "go.shop.de", Party.FIRST),
        ("entitlement:applinks/link-domain", "go.shop.de", Party.FIRST),
        ("manifest:deep-link/link-domain", "go.shop.de", Party.UNKNOWN),
        ("manifest:app-link/link-domain", "www.facebook.com", Party.THIRD),
        ("text/url", "go.shop.de", Party.UNKNOWN),
    ],
)
def test_a_domain_whose_links_the_app_claims_is_the_makers(how: str, host: str, party: Party) -> None:
    owned = maker().judge(url(host), Evidence("AndroidManifest.xml", 1, how))
    assert owned.party is party
    if party is Party.FIRST:
        assert owned.reason == f"the app claims the links to {host}; the domain was not asked"
