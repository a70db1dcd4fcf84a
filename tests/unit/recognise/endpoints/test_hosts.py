"""Which texts are hosts, and in which form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend
from tieback.recognise.endpoints.hosts import (
    SINGLE_LABEL,
    EndpointHost,
    InvalidHost,
    NonBackendHost,
    check_host,
    check_port,
)
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


@each(
    ("raw", "name"),
    [
        ("api.shop.de", "api.shop.de"),
        ("API.Shop.DE.", "api.shop.de"),
        ("es.fieldhand.test", "es.fieldhand.test"),
        ("db.corp.internal", "db.corp.internal"),
        ("printer.local", "printer.local"),
        ("nas.lan", "nas.lan"),
        ("my_bucket.s3.amazonaws.com", "my_bucket.s3.amazonaws.com"),
        ("s3.amazonaws.com", "s3.amazonaws.com"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("api.shop.de请", "api.shop.de"),
        ("10.1.2.3", "10.1.2.3"),
        ("8.8.8.8", "8.8.8.8"),
        ("[2a00:1450:4001::200E]", "2a00:1450:4001::200e"),
        ("[::ffff:10.1.2.3]", "10.1.2.3"),
    ],
)
def test_hosts_are_canonical(raw: str, name: str) -> None:
    host = check_host(raw, RULES)
    assert isinstance(host, EndpointHost), host
    assert host.name == name


@each(
    ("raw", "reason"),
    [
        ("", "no host"),
        (".", "no host"),
        ("a..de", "host with an empty or malformed label"),
        (".firebaseio.com", "host with an empty or malformed label"),
        ("-a.de", "host with an empty or malformed label"),
        ("a" * 64 + ".de", "host with an empty or malformed label"),
        ("a." * 130 + "de", "host longer than 253 bytes"),
        ("main.kt", "unknown top-level name"),
        ("object.prototype", "unknown top-level name"),
        ("foo.b_r.com", None),
        ("foo.c_m", "underscore in a registered name"),
        ("foo_bar.com", "underscore in a registered name"),
        ("%s.shop.de", "placeholder in the host"),
        ("{host}", "placeholder in the host"),
        ("${HOST}.shop.de", "placeholder in the host"),
        ("%1$s.shop.de", "placeholder in the host"),
        ("$1.shop.de", "placeholder in the host"),
        ("api.%@.de", "placeholder in the host"),
        ("1.2.3", "number instead of a host"),
        ("256.1.1.1", "malformed address"),
        ("01.2.3.4", "number instead of a host"),
        ("2130706433", "number instead of a host"),
        ("0x7f.1", "number instead of a host"),
        ("[::1", None),
        ("[fe80::1%25eth0]", "address with a zone"),
        ("[nonsense]", "malformed address"),
    ],
)
def test_invalid_hosts_are_rejected(raw: str, reason: str | None) -> None:
    host = check_host(raw, RULES)
    assert not isinstance(host, EndpointHost)
    if reason is not None:
        assert host == InvalidHost(reason)


@each(
    ("raw", "path", "word"),
    [
        ("schemas.android.com", "/apk/res/android", "XML namespace"),
        ("jabber.org", "/protocol/muc#user", "XML namespace"),
        ("etherx.jabber.org", "/streams", "XML namespace"),
        ("www.jivesoftware.com", "/xmlns/xmpp/properties", "XML namespace"),
        ("jivesoftware.org", "/protocol/muc", "XML namespace"),
        ("axschema.org", "/contact/email", "XML namespace"),
        ("specs.openid.net", "/auth/2.0/identifier_select", "XML namespace"),
        ("www.webrtc.org", "/experiments/rtp-hdrext/abs-send-time", "RTP"),
        ("s3.amazonaws.com", "/doc/2006-03-01/", "AWS"),
        ("acs.amazonaws.com", "/groups/global/AllUsers", "AWS"),
        ("www.georss.org", "/georss/10", "XML namespace"),
        ("gdata.youtube.com", "/SCHEMAS/2007", "XML namespace"),
        ("www.xom.nu", "/fakeRoot/", "XML namespace"),
        ("aomediacodec.github.io", "/av1-rtp-spec/", "RTP"),
        ("openid.net", "/srv/ax/1.0", "XML namespace"),
        ("sheetjs.openxmlformats.org", "/officeDocument/2006", "XML namespace"),
        ("www.w3.org", "/2000/svg", "W3C"),
        ("www.apache.org", "/licenses/LICENSE-2.0", "licence"),
        ("example.com", "", "example domain"),
        ("api.example.org", "", "example domain"),
        ("localhost", "", "loopback"),
        ("elasticsearch", "/idx", "name without a dot"),
        ("127.0.0.1", "", "loopback"),
        ("127.77.0.4", "", "loopback"),
        ("[::1]", "", "loopback"),
        ("10.0.2.2", "", "emulator"),
        ("0.0.0.0", "", "listen"),
        ("203.0.113.9", "", "documentation"),
        ("[2001:db8::1]", "", "documentation"),
        ("239.255.255.250", "", "multicast"),
        ("www.googleapis.com", "/auth/drive", "OAuth scope"),
        ("lame.sf.net", "", "project page"),
        ("www.libre.org", "/learn/javadocs/2.3", "documentation"),
        ("www.dav.org", "/specs/rfc2518.html", "standard"),
        ("firebaseio.com", "", "without a project"),
        ("www.placeyourdomainhere.com", "", "placeholder"),
        ("your-api-url.shop.de", "", "placeholder"),
        ("your-api-endpoint.com", "", "placeholder"),
        ("your-server-ip.com", "", "placeholder"),
        ("co.uk", "", "public suffix"),
        ("github.io", "/v1/orders", "public suffix"),
    ],
)
def test_non_back_end_hosts_have_a_reason(raw: str, path: str, word: str) -> None:
    host = check_host(raw, RULES, path=path)
    assert isinstance(host, NonBackendHost), host
    assert word in host.reason


def test_a_server_of_a_protocol_stays() -> None:
    assert check_host("jabber.org", RULES) == EndpointHost("jabber.org")
    assert check_host("jabber.org", RULES, path="/protocols") == EndpointHost("jabber.org")


@pytest.mark.parametrize("name", ["httpbin.org", "ai.studio"])
def test_a_public_suffix_that_is_a_site_stays(name: str) -> None:
    assert check_host(name, RULES, path="/get") == EndpointHost(name)


def test_paths_of_a_rule_end_at_segments() -> None:
    assert isinstance(check_host("www.googleapis.com", RULES, path="/authors"), EndpointHost)
    assert isinstance(check_host("www.apache.org", RULES, path="/dist"), EndpointHost)


@each(
    "host",
    [
        "YOUR_PROJECT.firebaseio.com",
        "your-project.firebaseio.com",
        "YOUR_PROJECT_REF.supabase.co",
        "your-project-ref.supabase.co",
        "PROJECT_REF.supabase.co",
        "PROJECT_ID.cloudfunctions.net",
        "us-central1-PROJECT_ID.cloudfunctions.net",
        "us-central1-YOUR_PROJECT_ID.cloudfunctions.net",
        "europe-west1-your-project-id.cloudfunctions.net",
        "REPLACE_WITH_YOUR_PROJECT.firebaseapp.com",
        "INSERT_YOUR_BUCKET_HERE.s3.amazonaws.com",
        "BUCKET_NAME.s3.amazonaws.com",
        "YOUR_API_ID.execute-api.eu-west-1.amazonaws.com",
        "YOUR_ACCOUNT.blob.core.windows.net",
        "your-app.herokuapp.com",
        "db.YOUR_DOMAIN.com",
        "YOUR_HOST.de",
        "PROJECTID.firebaseio.com",
        "us-central1-PROJECTID.cloudfunctions.net",
        "BUCKETNAME.s3.amazonaws.com",
        "SUBDOMAIN.zendesk.com",
        "YOURAPP.herokuapp.com",
        "CHANGEME.com",
        "HOST.DOMAIN.COM",
        "YOURHOST",
        "HOSTNAME",
        "SERVERIP",
        "xyzcompany.supabase.co",
        "xxxxxxxxxxxxxxxxxxxx.supabase.co",
    ],
)
def test_what_a_developer_has_to_replace_is_no_host(host: str) -> None:
    verdict = check_host(host, RULES)
    assert isinstance(verdict, NonBackendHost)
    assert "placeholder" in verdict.reason
    for text in (f"https://{host}/v1", f"wss://{host}", f"{host}:8443"):
        buffer = Buffer("a.js", BufferKind.TEXT, f'f("{text}")'.encode())
        finds = list(EndpointExtractor(RULES).extract(Artifact("a.js", (buffer,))))
        assert finds or "://" not in text
        assert all(isinstance(one, NotBackend) for one in finds)


@each(
    "host",
    [
        "doyourshop.de",
        "yourshop.de",
        "yourselfhost.de",
        "api.foryoursite-shop.de",
        "yourapis.io",
        "your-shop.de",
        "yourlife.firebaseio.com",
        "our_project.shop.de",
        "project-1.firebaseio.com",
        "projectid.shop.de",
        "us-central1-shop.cloudfunctions.net",
        "account-id.shop.de",
        "API.shop.de",
        "SERVER.SHOP.COM",
        "MYSHOP.de",
        "APP.shop.de",
        "APIHOST.shop.de",
        "ENTERPRISE.shop.de",
        "EU-WEST-1.shop.de",
    ],
)
def test_names_like_placeholders_are_hosts(host: str) -> None:
    assert isinstance(check_host(host, RULES), EndpointHost)


def test_a_single_label_is_no_back_end() -> None:
    assert check_host("db", RULES) == NonBackendHost(EndpointHost("db"), SINGLE_LABEL)


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("9200", 9200), ("65535", 65535), ("00080", 80)])
def test_ports(text: str, port: int) -> None:
    assert check_port(text) == port


@each("text", ["0", "65536", "", "-1", "8o80", "٣٣٣", "123456"])
def test_invalid_ports_are_rejected(text: str) -> None:
    assert isinstance(check_port(text), InvalidHost)


def test_ipv6_has_brackets_before_a_port() -> None:
    assert EndpointHost("::2", address=True).bracketed == "[::2]"
    assert EndpointHost("a.test").bracketed == "a.test"


@given(st.text(max_size=300))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_has_a_verdict_and_hosts_are_ascii(raw: str) -> None:
    host = check_host(raw, RULES)
    if isinstance(host, EndpointHost):
        assert host.name.isascii()
        assert host.name == host.name.lower()
        assert check_host(host.bracketed, RULES) == host
