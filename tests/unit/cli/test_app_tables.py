"""The terminal output of ``tieback app``: order of the sections, nothing folded inside a word, nothing hidden."""

import re
from itertools import takewhile

import msgspec
import pytest
from msgspec.structs import replace

from tests.each import each
from tieback.cli.app_tables import app_lines
from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import UNREAD_INFO, CleartextPolicy, Limit
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import (
    OF_LIBRARY,
    UNDECIDED,
    AppDocument,
    Credential,
    CredentialGrade,
    Evidence,
    NotBackend,
    Problem,
    Sighting,
    UnreadCode,
    UnreadKind,
)

LONG = "https://googleads.g.doubleclick.net/mads/static/mad/sdk/native/mraid/v2/mraid_app_expanded_banner.js"
PIPE = 10_000
APP = App(Platform.ANDROID, "com.acme.fit", "0" * 64, name="Acme Fit", version_name="2.1", vendor="Acme GmbH")


def seen(
    value: str,
    host: str,
    party: Party = Party.UNKNOWN,
    *,
    kind: EndpointKind = EndpointKind.URL,
    service: str | None = None,
    owner: str = "",
    names: tuple[str, ...] = (),
) -> Sighting:
    endpoint = Endpoint(kind, value, value.partition(":")[0], host, 443, service=service)
    return Sighting(endpoint, 1, party, Evidence("classes.dex", 0x1F, "dex-string/url"), owner=owner, names=names)


def secret(kind: str, grade: CredentialGrade, endpoint: str = "") -> Credential:
    return Credential(kind, "ab***yz (40)", endpoint, Evidence("assets/.env", 0x1AE, "text/key"), grade)


DOCUMENT = AppDocument(
    "acme.apk",
    APP,
    sightings=(
        seen(LONG, "googleads.g.doubleclick.net", Party.THIRD, owner="Google Ads"),
        seen("https://pagead2.test/x", "pagead2.test", Party.THIRD, owner="Google Ads"),
        seen("https://a.sentry.io", "a.sentry.io", Party.THIRD, owner="Sentry"),
        seen("https://photos.test", "photos.test"),
        seen("https://api.acme.test/v1", "api.acme.test", Party.FIRST, owner="Acme GmbH"),
        seen("https://api.acme.test/v2", "api.acme.test", Party.FIRST, owner="Acme GmbH"),
        seen("firebase-hosting:acme", "acme.web.app", kind=EndpointKind.CLOUD, service="firebase-hosting"),
        seen("firestore:acme", "", kind=EndpointKind.CLOUD, service="firestore", names=("invoices", "members")),
        seen("http://10.20.30.40:8086", "10.20.30.40", service="influxdb"),
        seen("mongodb://db.acme.test/fit", "db.acme.test", Party.FIRST, service="mongodb"),
    ),
    credentials=(
        secret("google_api_key", CredentialGrade.PUBLIC),
        secret("password_value", CredentialGrade.NORMAL),
        secret("password_in_connection_string", CredentialGrade.SUPERUSER, "mongodb://db.acme.test/fit"),
    ),
    not_backends=(NotBackend("http://10.0.2.2:8888", "emulator"), NotBackend("http://localhost", "loopback")),
    problems=(Problem("entry is damaged", "assets/a.bin"),),
    cleartext=(
        CleartextPolicy("*", True, False, True, 0, "res/xml/net.xml", cas_source="default (target SDK 23)"),
        CleartextPolicy("api.acme.test", True, True, False, 2, "res/xml/net.xml", pins_source="res/xml/pins.xml"),
    ),
)


def shown(document: AppDocument = DOCUMENT, width: int = PIPE, *, everything: bool = False) -> list[str]:
    return [line.plain.rstrip() for line in app_lines(document, width=width, everything=everything)]


def test_the_most_interesting_comes_first() -> None:
    lines = shown()
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "Acme Fit 2.1",
        "Data stores",
        "Cloud resources",
        "Own hosts",
        "Hosts of unknown owner",
        "Third parties",
        "Credentials (masked; tieback never uses them)",
        "Transport security that the app declares",
        "Problems",
        "2 texts are not back ends (--all lists them with the reason)",
    ]
    assert lines[2] == (
        "  2 data stores, 2 cloud resources, 1 own host, 1 host of unknown owner, 2 third parties; "
        "credentials: 1 superuser, 1 normal, 1 public"
    )
    at = lines.index("Data stores")
    assert lines[at + 1 : at + 3] == [
        "  mongodb://db.acme.test/fit  classes.dex+0x1f  own",
        "  http://10.20.30.40:8086     classes.dex+0x1f  influxdb, private address",
    ]
    assert lines[at + 4 : at + 6] == ["  firestore:acme         classes.dex+0x1f", "      contains invoices, members"]


def test_a_cloud_resource_has_its_addresses() -> None:
    addresses = tuple(f"https://shop.test/{one}" for one in "abcde")
    heroku = replace(seen("heroku:shop", "shop.test", kind=EndpointKind.CLOUD), addresses=addresses)
    document = replace(DOCUMENT, sightings=(heroku,))
    lines = shown(document)
    at = lines.index("Cloud resources")
    assert lines[at + 2 : at + 6] == [
        "      https://shop.test/a",
        "      https://shop.test/b",
        "      https://shop.test/c",
        "      and 2 more addresses: --all",
    ]
    assert "      https://shop.test/e" in shown(document, everything=True)


APPLE = Signer("0" * 64, "CN=Apple iPhone OS Application Signing,O=Apple Inc.,C=US", "code-signature")


@pytest.mark.parametrize(
    ("app", "words"),
    [
        (APP, "signed by Acme GmbH"),
        (replace(APP, vendor=""), "Android · acme.apk"),
        (replace(APP, platform=Platform.IOS, signer=APPLE), "vendor Acme GmbH"),
        (replace(APP, platform=Platform.IOS), "vendor Acme GmbH"),
        (replace(APP, platform=Platform.IOS, signer=APPLE, vendor="A1B2C3D4E5"), "signed by A1B2C3D4E5"),
        (replace(APP, platform=Platform.IOS, signer=Signer("0", "CN=x,O=Acme GmbH", "x")), "signed by Acme GmbH"),
    ],
)
def test_a_seller_is_not_called_the_signer(app: App, words: str) -> None:
    assert words in shown(replace(DOCUMENT, app=app))[1]


def test_what_continues_a_setting_is_indented_more_than_the_next_one() -> None:
    lines = shown(width=44)
    at = lines.index("Transport security that the app declares")
    assert all(line[2] == " " or ": " in line for line in lines[at + 1 :] if line.startswith("  "))
    assert any(line.startswith("    ") for line in lines[at + 1 :])


@pytest.mark.parametrize("width", range(20, 90))
def test_no_line_about_the_app_begins_or_ends_with_a_dot(width: int) -> None:
    lines = [line.plain for line in app_lines(DOCUMENT, width=width, everything=False)]
    about = lines[1 : next(at for at, line in enumerate(lines) if line.startswith("  2 data"))]
    assert not [line for line in about if line.strip().startswith("·") or line.endswith("·")]
    words = " ".join(about).replace("·", " ").split()
    assert words == ["com.acme.fit", "Android", "signed", "by", "Acme", "GmbH", "acme.apk"]


def test_everything_includes_why_an_endpoint_is_own() -> None:
    host = seen("https://api.acme.test", "api.acme.test", Party.FIRST)
    bucket = seen("s3:acme", "", Party.FIRST, kind=EndpointKind.CLOUD, service="s3")
    why = "acme.test is the domain of the app's bundle identifier"
    owned = AppDocument("a", APP, sightings=tuple(replace(one, party_reason=why) for one in (host, bucket)))
    own = ["  https://api.acme.test  classes.dex+0x1f", "  s3:acme  classes.dex+0x1f"]
    assert [line for line in shown(owned, everything=True) if "+0x1f" in line] == [
        f"{own[1]}  own: {why}",
        f"{own[0]}  own: {why}",
    ]
    assert [line for line in shown(owned) if "+0x1f" in line] == [f"{own[1]}  own", own[0]]


def test_third_parties_are_one_line_per_sdk() -> None:
    lines = shown()
    at = lines.index("Third parties")
    assert lines[at + 1 : at + 3] == [
        "  Google Ads  googleads.g.doubleclick.net, pagead2.test",
        "  Sentry      a.sentry.io",
    ]
    assert "  https://api.acme.test/v1  classes.dex+0x1f  +1 URL" in lines


def test_credentials_have_grade_and_place_and_the_gravest_is_first() -> None:
    lines = shown()
    at = lines.index("Credentials (masked; tieback never uses them)")
    assert lines[at + 1 : at + 4] == [
        "  superuser  password in connection string  ab***yz (40)  for mongodb://db.acme.test/fit  assets/.env+0x1ae",
        "  normal     password value  ab***yz (40)  assets/.env+0x1ae",
        "  public     google api key  ab***yz (40)  assets/.env+0x1ae",
    ]


def test_many_public_keys_are_counted_by_kind() -> None:
    secrets = [secret(f"s{number}", CredentialGrade.NORMAL) for number in range(11)]
    keys = [secret("google_api_key", CredentialGrade.PUBLIC)] * 4 + [secret("sentry_dsn", CredentialGrade.PUBLIC)]
    lines = shown(AppDocument("a.apk", APP, credentials=(*keys, *secrets)))
    assert [line for line in lines if line.startswith("  public")] == [
        "  public  google api key  ab***yz (40)  assets/.env+0x1ae"
    ] * 3
    assert "  more that are public by design (--all): google api key, sentry dsn" in lines
    assert len([line for line in shown(AppDocument("a", APP, credentials=tuple(keys))) if "public" in line]) == 6


def test_transport_rules_name_hosts_and_source() -> None:
    lines = shown()
    at = lines.index("Transport security that the app declares")
    assert lines[at + 1 : at + 4] == [
        "  connections without TLS: allowed for api.acme.test and its subdomains (res/xml/net.xml)",
        "  CAs that the user installs: trusted for every host without a rule of its own (default: target SDK 23)",
        "  certificate pins: set for api.acme.test and its subdomains (res/xml/pins.xml)",
    ]


def test_all_shows_everything_with_the_reason() -> None:
    text = "\n".join(shown(everything=True))
    for one in DOCUMENT.sightings:
        assert one.endpoint.value in text
    for part in (
        "public     google api key",
        "  emulator\n    http://10.0.2.2:8888",
        "  loopback\n    http://localhost",
    ):
        assert part in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("everything", [False, True])
def test_no_word_is_broken_and_lines_are_wider_only_for_one_word(width: int, everything: bool) -> None:
    lines = shown(width=width, everything=everything)
    words = set(re.findall(r"\S+", " ".join(shown(everything=everything))))
    for line in lines:
        assert set(line.split()) <= words
        assert len(line) <= width or LONG in line


def test_no_grave_key_is_left_out() -> None:
    place = Evidence("assets/.env", 1, "text/key")
    keys = [Credential("npm_token", f"np***{n:02} (40)", "", place, CredentialGrade.SUPERUSER) for n in range(30)]
    rest = [Credential("stripe_test_key", "sk***aa (32)", "", place, CredentialGrade.LIMITED)]
    lines = shown(AppDocument("a.apk", APP, credentials=(*rest, *keys)))
    assert sum("npm token" in line for line in lines) == len(keys)
    assert "  and 1 more: --all" in lines


def test_sections_are_limited_without_all() -> None:
    many = AppDocument("a.apk", APP, tuple(seen(f"https://h{n}.test", f"h{n}.test") for n in range(40)))
    assert "  and 28 more: --all" in shown(many)
    assert sum("https://h" in line for line in shown(many, everything=True)) == 40


def test_partly_read_app_never_reads_as_without_back_ends() -> None:
    code = UnreadCode(UnreadKind.ENCRYPTED, "the code is encrypted (FairPlay)", "Payload/a.app/a")
    text = "\n".join(shown(AppDocument("a.ipa", APP, unread=(code,), problems=(Problem(code.what, code.where),))))
    assert "no back end found in the parts that were read" in text
    assert "Only partly read, so back ends can be missing here:" in text
    assert "    - Payload/a.app/a: the code is encrypted (FairPlay)\n" in text
    assert "Capture the app's traffic to see the rest: tieback capture" in text
    assert "Problems" not in text
    assert "  no back end found" in shown(AppDocument("a.ipa", APP))


def test_a_long_reason_is_wrapped_below_its_value() -> None:
    place = Evidence("classes.dex", 16, "dex-string/url", "https://api.shop.test/api")
    url = Endpoint(EndpointKind.URL, "https://api.shop.test/api", "https", "api.shop.test", 443, "/api")
    reason = "api.shop.test: a host with programs below the name of the app, and some more words of a long reason"
    document = AppDocument("a.apk", APP, (Sighting(url, 1, Party.FIRST, place, party_reason=reason),))
    lines = shown(document, everything=True, width=60)
    at = lines.index("  https://api.shop.test/api")
    assert all(len(line) <= 60 for line in lines[at : at + 4])
    assert lines[at + 1].startswith("      classes.dex+0x10  own: api.shop.test: a host")
    assert lines[at + 2].startswith("      programs below the name of the app")
    (line,) = [line for line in shown(document, everything=True, width=10_000) if "api.shop.test/api" in line]
    assert line.endswith("some more words of a long reason")


def test_the_chain_of_methods_is_one_short_line_and_whole_with_all() -> None:
    chain = ("Ltest/shop/Main;->items", "Ltest/shop/Api;->open", "Ltest/shop/Api;->open", "Ltest/shop/Config;->HOST")
    place = Evidence("classes.dex", 16, "dex-flow/URL", "Ltest/shop/Api;->open: https://api.shop.test/v1", chain)
    url = Endpoint(EndpointKind.URL, "https://api.shop.test/v1", "https", "api.shop.test", 443, "/v1")
    document = AppDocument("a.apk", APP, (Sighting(url, 1, Party.UNKNOWN, place),))
    assert "  https://api.shop.test/v1  Api.open (classes.dex+0x10)" in shown(document)
    lines = shown(document, everything=True)
    at = lines.index("  https://api.shop.test/v1  Api.open (classes.dex+0x10)")
    assert lines[at + 1] == "      by test.shop.Main.items → test.shop.Api.open → test.shop.Config.HOST"
    assert not any("→" in line for line in shown(document))


def test_credentials_of_libraries_are_counted_and_listed_with_all() -> None:
    left_out = (
        NotBackend("named secret 4***a (40) in Lio/lib/B;->TOKEN", OF_LIBRARY),
        NotBackend("http://schemas.test", "name of a schema"),
    )
    document = AppDocument("a.apk", APP, not_backends=left_out)
    counts = "1 text is not a back end, 1 credential is one of a library (--all lists them with the reason)"
    assert counts in shown(document)
    lines = shown(document, everything=True)
    at = lines.index("Credentials that are not reported")
    assert lines[at + 1 : at + 3] == [f"  {OF_LIBRARY}", "    named secret 4***a (40) in Lio/lib/B;->TOKEN"]
    assert "Not back ends" in lines[:at]


def test_each_part_that_was_not_read_has_one_reason_and_the_text_says_what_to_do() -> None:
    """A damaged entry has several problems that follow from the first one."""
    unread = (
        UnreadCode(UnreadKind.DAMAGED, "its list of entries is lost", ""),
        UnreadCode(UnreadKind.DAMAGED, "the file ends within this entry", "classes.dex"),
        UnreadCode(UnreadKind.DAMAGED, "the compressed data ends too early", "classes.dex"),
        UnreadCode(UnreadKind.MISSING, "no manifest: the app cannot be identified", ""),
        UnreadCode(UnreadKind.LIMIT, "left out: the archive expands like a bomb", "a.zip"),
        UnreadCode(UnreadKind.LIMIT, "left out: the archive expands like a bomb", "b.zip"),
    )
    document = AppDocument("a.apk", APP, unread=unread)
    lines = shown(document)
    at = lines.index("  Only partly read, so back ends can be missing here:")
    assert lines[at + 1 : at + 6] == [
        "    - its list of entries is lost",
        "    - classes.dex: the file ends within this entry",
        "    - no manifest: the app cannot be identified",
        "    - a.zip: left out: the archive expands like a bomb",
        "    and 1 more part: --all",
    ]
    advice = " ".join(line.strip() for line in lines[at + 6 : at + 8])
    assert advice.startswith("The package is cut off or damaged: build or download it again. Capture the app's traffic")
    everything = "\n".join(shown(document, everything=True))
    assert "    - classes.dex: the compressed data ends too early\n" in everything
    assert "--all" not in everything


def test_ios_has_no_line_on_the_authorities_of_the_user() -> None:
    ios = App(Platform.IOS, "a.b", "0" * 64)
    policy = CleartextPolicy("*", True, False, False, 0, "default (App Transport Security)")
    text = "\n".join(shown(AppDocument("a.ipa", ios, cleartext=(policy,))))
    assert "connections without TLS: not allowed (default: App Transport Security)" in text
    assert "CAs" not in text


def transport(platform: Platform, *policies: CleartextPolicy) -> list[str]:
    lines = shown(AppDocument("a", App(platform, "a.b", "0" * 64), cleartext=policies))
    at = lines.index("Transport security that the app declares")
    return [line.strip() for line in lines[at + 1 :] if line.startswith("  ")][: 2 if platform is Platform.IOS else 3]


def test_what_is_not_stated_is_not_credited_to_the_manifest() -> None:
    policy = CleartextPolicy("*", True, True, False, 0, "AndroidManifest.xml", cas_source="default (target SDK 34)")
    assert transport(Platform.ANDROID, policy) == [
        "connections without TLS: allowed for every host (AndroidManifest.xml)",
        "CAs that the user installs: not trusted (default: target SDK 34)",
        "certificate pins: none",
    ]


def test_ios_rules_of_some_connections_say_which() -> None:
    rules = [
        CleartextPolicy("*", True, limit is not Limit.NONE, False, 0, "Info.plist", limit=limit)
        for limit in (Limit.NONE, Limit.WEB_VIEWS, Limit.LOCAL)
    ]
    assert transport(Platform.IOS, *rules)[0] == (
        "connections without TLS: allowed in web views for every host, for IP addresses and local names (Info.plist)"
    )
    rules.append(CleartextPolicy("api.acme.test", False, True, False, 0, "Info.plist"))
    assert transport(Platform.IOS, *rules)[0] == (
        "connections without TLS: allowed for api.acme.test, in web views for every host without a rule of its own, "
        "for IP addresses and local names (Info.plist)"
    )


def test_without_an_sdk_of_ios_the_answer_is_not_known() -> None:
    line = transport(Platform.IOS, CleartextPolicy("*", True, None, False, 0, "default (SDK unknown)"))[0]
    assert line.startswith("connections without TLS: not known: the package does not name its SDK")


def all_of_transport(*policies: CleartextPolicy, everything: bool = False) -> list[str]:
    document = AppDocument("a", App(Platform.IOS, "a.b", "0" * 64), cleartext=policies)
    lines = shown(document, everything=everything)
    at = lines.index("Transport security that the app declares") + 1
    return [line.strip() for line in takewhile(lambda line: line.startswith("  "), lines[at:])]


OWN = "Info.plist"
WIDGET = CleartextPolicy("*", True, True, False, 0, "PlugIns/A.appex/Info.plist", part="A.appex")
LOOSE_WIDGET = "connections without TLS in A.appex, only there: allowed for every host (PlugIns/A.appex/Info.plist)"


@each(
    ("rules", "lines"),
    [
        (
            (CleartextPolicy("*", True, False, False, 0, OWN), WIDGET),
            ["connections without TLS: not allowed (Info.plist)", "certificate pins: none", LOOSE_WIDGET],
        ),
        (
            (CleartextPolicy("*", True, True, False, 0, OWN), WIDGET),
            ["connections without TLS: allowed for every host (Info.plist)", "certificate pins: none", LOOSE_WIDGET],
        ),
        (
            (CleartextPolicy("*", True, True, False, 0, OWN), replace(WIDGET, cleartext=False)),
            ["connections without TLS: allowed for every host (Info.plist)", "certificate pins: none"],
        ),
        (
            (
                CleartextPolicy("*", True, False, False, 0, OWN),
                replace(WIDGET, cleartext=False, pins=2, pins_source="PlugIns/A.appex/Info.plist"),
            ),
            [
                "connections without TLS: not allowed (Info.plist)", "certificate pins: none",
                "certificate pins in A.appex, only there: set for every host (PlugIns/A.appex/Info.plist)",
            ],
        ),
        (
            (CleartextPolicy("*", True, None, False, None, UNREAD_INFO), WIDGET),
            [
                "connections without TLS: not known: the Info.plist of the app is missing or cannot be read",
                "certificate pins: not known: the Info.plist of the app is missing or cannot be read", LOOSE_WIDGET,
            ],
        ),
    ],
)  # fmt: skip
def test_the_rule_of_an_extension_is_only_its_own(rules: tuple[CleartextPolicy, ...], lines: list[str]) -> None:
    assert all_of_transport(*rules) == lines


def test_every_entry_shows_the_strict_rule_of_an_extension_too() -> None:
    rules = (CleartextPolicy("*", True, True, False, 0, OWN), replace(WIDGET, cleartext=False))
    assert all_of_transport(*rules, everything=True)[-1] == (
        "connections without TLS in A.appex, only there: not allowed (PlugIns/A.appex/Info.plist)"
    )


def test_hostile_text_stays_on_its_line() -> None:
    app = App(Platform.ANDROID, "a\nb", "0" * 64, name="x\x1b[31m\ny")
    hostile = seen("https://a.test/\u202ex\n", "a.test\n", Party.THIRD, owner="S\nDK")
    for line in shown(AppDocument("p\nq", app, (hostile,)), everything=True):
        assert line.isprintable()


def test_part_of_an_app_is_named_by_its_file() -> None:
    lines = shown(AppDocument("dir/classes.dex", None))
    assert lines[:3] == ["classes.dex", "  dir/classes.dex", "  no back end found"]


def test_addresses_that_are_not_decided_have_their_own_count_and_heading() -> None:
    undecided = NotBackend("https://%s.acme.test/v1", f"{UNDECIDED}: the first part of its host is not known")
    document = msgspec.structs.replace(DOCUMENT, not_backends=(undecided, *DOCUMENT.not_backends))
    assert shown(document)[-2] == (
        "2 texts are not back ends, 1 address is not decided (--all lists them with the reason)"
    )
    lines = shown(document, everything=True)
    assert lines[-4:-1] == [
        "Not decided",
        "  the first part of its host is not known",
        "    https://%s.acme.test/v1",
    ]
    assert "Not back ends" in lines
    alone = msgspec.structs.replace(DOCUMENT, not_backends=(undecided,))
    assert shown(alone)[-2] == "1 address is not decided (--all lists it with the reason)"


def test_a_stream_is_a_host_and_no_data_store() -> None:
    streams = tuple(
        seen(f"{scheme}://media.acme.test/live", "media.acme.test", party, service=scheme)
        for scheme, party in (("rtmp", Party.FIRST), ("rtsp", Party.UNKNOWN))
    )
    lines = [line.plain for line in app_lines(AppDocument("a.apk", None, streams), width=80, everything=False)]
    assert "Data stores" not in lines
    assert lines[2].strip() == "1 own host, 1 host of unknown owner"


def test_an_address_has_no_subdomains_and_an_unidentified_ios_app_no_line_on_authorities() -> None:
    address = CleartextPolicy("192.168.1.53", True, True, False, 0, "res/xml/net.xml", cas_source="res/xml/net.xml")
    lines = shown(AppDocument("a.apk", APP, cleartext=(address,)))
    assert "  connections without TLS: allowed for 192.168.1.53 (res/xml/net.xml)" in lines
    unread = CleartextPolicy("*", True, None, False, None, UNREAD_INFO)
    assert not any(
        "CAs that the user installs" in line for line in shown(AppDocument("a.ipa", None, cleartext=(unread,)))
    )


def test_a_host_with_many_ports_leaves_room_for_others() -> None:
    ports = [
        replace(seen(f"http://192.0.2.7:{n}", "192.0.2.7"), endpoint=at("192.0.2.7", n)) for n in range(8001, 8031)
    ]
    few = [replace(seen(f"http://192.0.2.8:{n}", "192.0.2.8"), endpoint=at("192.0.2.8", n)) for n in range(8001, 8004)]
    lines = shown(AppDocument("a.apk", APP, (*ports, *few)))
    at_line = lines.index("Hosts of unknown owner")
    assert lines[at_line - 1].strip() == "2 hosts of unknown owner"
    rows = [line.split()[0] for line in lines[at_line + 1 : at_line + 5]]
    assert rows == ["http://192.0.2.7:8001", *(f"http://192.0.2.8:{n}" for n in range(8001, 8004))]
    assert lines[at_line + 1].endswith("+29 ports")
    assert sum("192.0.2.7" in line for line in shown(AppDocument("a.apk", APP, tuple(ports)), everything=True)) == 30


def at(host: str, port: int) -> Endpoint:
    return Endpoint(EndpointKind.URL, f"http://{host}:{port}", "http", host, port)
