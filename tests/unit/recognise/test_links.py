"""Link domains: of manifests, entitlements and provisioning profiles."""

import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.recognise.links import CONTAINERS, ENTITLEMENT, MAX_DOMAINS, MAX_SIZE, SERVICES, link_domains
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
FILTER = '<manifest xmlns:android="x"><application><activity><intent-filter {}>{}</intent-filter></activity></application></manifest>'  # noqa: E501 - one document


def found(text: bytes) -> list[tuple[str, str]]:
    buffer = Buffer("AndroidManifest.xml", BufferKind.MANIFEST, text)
    return [(one.endpoint.value, one.evidence.how) for one in link_domains(buffer, RULES)]


def data(scheme: str, host: str = "", port: str = "") -> str:
    named = {"scheme": scheme, "host": host, "port": port}
    return f"<data {' '.join(f'android:{key}="{value}"' for key, value in named.items() if value)}/>"


PARTNER = "manifest:partner-link/link-domain"
APP, DEEP = "manifest:app-link/link-domain", "manifest:deep-link/link-domain"


@each(
    ("verify", "inside", "expected"),
    [
        (True, data("https", "go.shop.test"), [("https://go.shop.test", APP)]),
        (False, data("http", "shop.test"), [("http://shop.test", DEEP)]),
        (
            True,
            data("http") + data("https") + data("", "a.test") + data("", "*.b.test"),
            [("https://a.test", APP), ("https://b.test", APP)],
        ),
        (False, data("https", "a.test", "8443"), [("https://a.test:8443", DEEP)]),
        (True, data("https", "proj.firebaseapp.com"), [("firebase-hosting:proj", APP)]),
        # The app's own schemes, other schemes, patterns, references and hosts of nobody.
        (False, data("shop", "open"), []),
        (False, data("content", "a.test"), []),
        (False, data("https", "*"), []),
        (False, data("https", "@7f0e0012"), []),
        (False, data("https", "localhost"), []),
        (False, data("https", "a.test", "99999"), []),
        (False, data("", "a.test"), []),
        (False, "", []),
    ],
)  # fmt: skip
def test_intent_filters(verify: bool, inside: str, expected: list[tuple[str, str]]) -> None:
    assert found(FILTER.format('android:autoVerify="true"' if verify else "", inside).encode()) == expected


@each(
    ("package", "component", "host", "partner"),
    [
        ("com.acme.wallet", "com.acme.bequant.SignActivity", "reg.bequant.test", True),
        ("com.acme.wallet", ".bequant.SignActivity", "reg.bequant.test", True),
        ("com.acme.wallet", "com.acme.bequant.SignActivity", "go.acme.test", False),
        ("com.acme.wallet", "com.acme.app.SignActivity", "app.acme.test", False),
        ("com.acme.bequant", "com.acme.bequant.SignActivity", "reg.bequant.test", False),
        ("com.acme.wallet", "net.bequant.SignActivity", "reg.bequant.test", True),
        ("", "", "reg.bequant.test", False),
    ],
)
@pytest.mark.parametrize("alias", [False, True])
def test_links_of_a_partner(package: str, component: str, host: str, partner: bool, alias: bool) -> None:
    name = (
        f'android:name="com.acme.Start" android:targetActivity="{component}"'
        if alias
        else f'android:name="{component}"'
    )
    tag = "activity-alias" if alias else "activity"
    text = FILTER.format('android:autoVerify="true"', data("https", host)).replace(
        "<manifest", f'<manifest package="{package}"'
    )
    text = text.replace("<activity>", f"<{tag} {name}>").replace("</activity>", f"</{tag}>")
    assert found(text.encode()) == [(f"https://{host}", PARTNER if partner else APP)]


@pytest.mark.parametrize(("package", "partner"), [("com.example.app", False), ("com.other.app", True)])
def test_links_of_the_code_of_an_app_with_the_identifier_of_a_template(package: str, partner: bool) -> None:
    text = FILTER.format('android:autoVerify="true"', data("https", "go.acme.test"))
    text = text.replace("<manifest", f'<manifest package="{package}"').replace(
        "<activity>", '<activity android:name="com.acme.Start">'
    )
    start = '<intent-filter><category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>'
    assert found(text.replace("</activity>", start).encode()) == [("https://go.acme.test", PARTNER if partner else APP)]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("applinks:go.shop.test", [("https://go.shop.test", "entitlement:applinks/link-domain")]),
        ("webcredentials:shop.test", [("https://shop.test", "entitlement:webcredentials/link-domain")]),
        ("applinks:*.shop.test?mode=developer", [("https://shop.test", "entitlement:applinks/link-domain")]),
        ("applinks:shop.test:8443", [("https://shop.test:8443", "entitlement:applinks/link-domain")]),
        ("*", []),
        ("applinks:$(DOMAIN)", []),
        ("applinks:", []),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_associated_domains(domain: str, expected: list[tuple[str, str]], nested: bool) -> None:
    entitlements = {ENTITLEMENT: [domain], "application-identifier": "TEAM.test.shop"}
    assert found(plistlib.dumps({"Entitlements": entitlements} if nested else entitlements)) == expected


@each(
    ("services", "containers", "expected"),
    [
        (
            ["CloudKit"],
            ["iCloud.de.shop", "iCloud.de.shop.two"],
            ["cloudkit:iCloud.de.shop", "cloudkit:iCloud.de.shop.two"],
        ),
        (["CloudDocuments", "CloudKit-Anonymous"], ["iCloud.de.shop"], ["cloudkit:iCloud.de.shop"]),
        (["CloudDocuments"], ["iCloud.de.shop"], []),
        ("*", ["iCloud.de.shop"], []),
        (["CloudKit"], ["$(TeamIdentifierPrefix)x", 7, "iCloud.a/../b"], []),
        (["CloudKit"], "iCloud.de.shop", []),
    ],
)
def test_databases_of_cloudkit(services: object, containers: object, expected: list[str]) -> None:
    text = plistlib.dumps({SERVICES: services, CONTAINERS: containers})
    sightings = list(link_domains(Buffer("m", BufferKind.MANIFEST, text, base=10), RULES))
    assert [one.endpoint.value for one in sightings] == expected
    assert all(one.evidence.how == "entitlement:icloud/cloud-id" for one in sightings)
    assert all(text[(one.evidence.offset or 0) - 10 :].startswith(b"iCloud") for one in sightings)


def test_location_is_reported() -> None:
    manifest = FILTER.format("", data("https", "a.shop.test")).encode()
    (one,) = link_domains(Buffer("m", BufferKind.MANIFEST, manifest, base=100), RULES)
    assert one.evidence.offset == 100 + manifest.index(b"a.shop.test")
    assert one.evidence.context == "deep-link a.shop.test"


def test_sizes_are_bounded() -> None:
    many = "".join(data("https", f"h{n}.test") for n in range(2 * MAX_DOMAINS))
    assert len(found(FILTER.format("", many).encode())) == MAX_DOMAINS
    assert found(FILTER.format("", " " * MAX_SIZE).encode()) == []


@given(st.binary(max_size=300), st.sampled_from([b"<intent-filter", b"associated-domains", b""]))
@settings(max_examples=examples(100), deadline=None)
def test_arbitrary_bytes_never_raise(raw: bytes, mark: bytes) -> None:
    assert found(mark + raw) == [] or mark


@given(st.text(max_size=60))
@settings(max_examples=examples(50), deadline=None)
def test_any_domain_gives_a_plain_endpoint(domain: str) -> None:
    values = {ENTITLEMENT: [f"applinks:{domain}"]}
    try:
        raw = plistlib.dumps(values)
    except ValueError:
        return  # control characters have no place in XML
    for value, _ in found(raw):
        assert value.isprintable()
