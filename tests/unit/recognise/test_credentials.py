"""Credentials: every example of the rule file, grades, and nothing of a secret in any find."""

import base64
import random
import re
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples, few
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, CredentialGrade, Sighting
from tieback.recognise.anchors import parse
from tieback.recognise.credentials import (
    credential_verdict,
    decode_jwt,
    entropy,
    is_password,
    is_placeholder,
    is_public_structure,
    is_short_block,
)
from tieback.recognise.endpoints.verdict import fingerprint
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Find
from tieback.recognise.patterns import CredentialRule, IssuedToken, UserinfoRule
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
EXTRACTOR = EndpointExtractor(RULES)
ALL = RULES.credentials.rules
TOKENS = RULES.credentials.tokens
EXAMPLES = [(rule, text) for rule in ALL for text in rule.match]


AZURITE = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account key of the emulator, which Microsoft publishes."""
SID = "ACea23143b0a87f416437cb3347b773ee9"
JWT_IO = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ",
)


def finds(text: str, kind: BufferKind = BufferKind.TEXT) -> list[Find]:
    return list(EXTRACTOR.extract(Artifact("f", (Buffer("f", kind, text.encode()),))))


def credentials(text: str) -> list[Credential]:
    return [find for find in finds(text) if isinstance(find, Credential)]


def named(example: tuple[CredentialRule, str]) -> str:
    return example[0].kind


@each("example", EXAMPLES, ids=named)
def test_examples_match(example: tuple[CredentialRule, str]) -> None:
    rule, text = example
    kinds = {one.kind for one in credentials(text)}
    assert rule.kind in kinds or (rule.kind == "jwt" and "supabase_anon" in kinds)


@each("example", [(rule, text) for rule in ALL for text in rule.avoid], ids=named)
def test_examples_to_avoid_do_not(example: tuple[CredentialRule, str]) -> None:
    rule, text = example
    assert [one for one in credentials(text) if one.kind == rule.kind] == []


@each("example", EXAMPLES, ids=named)
@each("around", ["{}", 'a="https://api.shop.de/x" {} b="https://b.shop.de/y"', "db.x.test:5432 {}"])
def test_nothing_of_a_secret_is_in_any_find(example: tuple[CredentialRule, str], around: str) -> None:
    rule, text = example
    found = rule.compiled.search(text)
    assert found is not None
    secret = found["secret"]
    secrets = [secret] if secret != "service_account" else [text[text.index("-----BEGIN") : text.index("-----END")]]
    for find in finds(around.format(text)):
        if isinstance(find, PublicKey):
            continue  # public by design, and kept: see below
        shown = str(msgspec.to_builtins(find))
        for one in secrets:
            assert one not in shown
            assert len(one) < 24 or one[8:24] not in shown or not isinstance(find, Credential)


@each("example", EXAMPLES, ids=named)
def test_only_public_keys_keep_their_value(example: tuple[CredentialRule, str]) -> None:
    _, text = example
    every = finds(text)
    public = {one.fingerprint for one in every if isinstance(one, Credential) and one.grade is CredentialGrade.PUBLIC}
    kept = [one for one in every if isinstance(one, PublicKey)]
    assert {fingerprint(key.value) for key in kept} <= public
    assert all(key.services for key in kept)


USERINFO = RULES.credentials.userinfo


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule in USERINFO for text in rule.match])
def test_known_user_information_has_its_own_kind_and_grade(rule: UserinfoRule, text: str) -> None:
    assert [(one.kind, one.grade) for one in credentials(f'dsn = "https://{text}"')] == [(rule.kind, rule.grade)]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule in USERINFO for text in rule.avoid])
def test_other_user_information_stays_a_credential(rule: UserinfoRule, text: str) -> None:
    found = credentials(f'url = "https://{text}"')
    assert [one for one in found if one.kind == rule.kind] == []
    assert any(one.grade is not CredentialGrade.PUBLIC for one in found)


PUBLIC_BY_DESIGN = {
    "google_api_key", "supabase_publishable_key", "algolia_search_key", "parse_client_key", "stripe_publishable_key",
    "appsync_api_key",
    "twilio_account_sid", "facebook_client_token", "mapbox_public_token", "amplitude_api_key", "segment_write_key",
    "mixpanel_token", "bugsnag_api_key", "appsflyer_dev_key", "contentful_delivery_token", "shopify_storefront_token",
    "pusher_app_key", "recaptcha_site_key", "posthog_project_key", "datadog_client_token", "branch_key",
    "intercom_sdk_key", "square_application_id", "razorpay_key_id", "new_relic_mobile_token", "launchdarkly_mobile_key",
    "revenuecat_google_key", "revenuecat_apple_key", "stytch_public_token", "clerk_publishable_key",
    "paystack_public_key",
}  # fmt: skip


def test_the_keys_that_are_public_by_design() -> None:
    assert {rule.kind for rule in ALL if rule.grade is CredentialGrade.PUBLIC} == PUBLIC_BY_DESIGN


@each("example", [(rule, text) for rule, text in EXAMPLES if rule.grade is CredentialGrade.PUBLIC], ids=named)
@each("around", ["{}", "const settings = {{{}}};"])
def test_a_public_key_is_not_also_reported_as_a_secret(example: tuple[CredentialRule, str], around: str) -> None:
    _, text = example
    merged = merge_finds(None, finds(around.format(text)), RULES).credentials
    assert {one.grade for one in merged} == {CredentialGrade.PUBLIC}


@each(
    ("text", "kind"),
    [
        ('client_secret: "Hh14AymjrPLU2c0xmtS7kD9MMJsLvXZY"', "oauth_client_secret"),
        ('clientSecret = "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"', "google_oauth_client_secret"),
        ('client_secret: "xK28Q~zkbTthAGJiI3J0Imsi79Bj09v5mo5TTtz3"', "azure_ad_client_secret"),
        ('algoliaApiKey: "ea23143b0a87f416437cb3347b773ee9"', "algolia_api_key"),
        ('{"apiKey": "AIza4Jd1RgWChsomgCCdtaTtOo4kwCGH2L8PhsE"}', "google_api_key"),
        ('accessToken: "pk.eyJ1CFCPWiw8OF6NmIgg7CPcZxdia59g3rM.Tyi0VhG1AWUUQSKSR6IIUH"', "mapbox_public_token"),
        ('apiKey = "pk_live_Hh14AymjrPLU2c0xmtS7kD9MMJsLvXZY"', "stripe_publishable_key"),
        ('apiKey = "7dAkTiUn5TyOd5Ff25eWaQPG"', "generic_api_key"),
        ('"X-Api-Key": "7dAkTiUn5TyOd5Ff25eWaQPG"', "http_api_key"),
        ('authToken: "7dAkTiUn5TyOd5Ff25eWaQPG"', "generic_secret"),
    ],
)
def test_one_value_is_reported_under_its_most_specific_name(text: str, kind: str) -> None:
    assert [one.kind for one in merge_finds(None, finds(text), RULES).credentials] == [kind]


def line_of(text: str, one: Credential) -> str:
    """The line of the text that the evidence of a credential names."""
    assert one.evidence.offset is not None
    data = text.encode()
    assert 0 <= one.evidence.offset < len(data)
    begin = max(data.rfind(b"\n", 0, one.evidence.offset), data.rfind(b"\r", 0, one.evidence.offset)) + 1
    return data[begin:].decode().splitlines()[0]


def has_value(line: str, one: Credential) -> bool:
    """True if the credential itself is in the line: some text of its length has its fingerprint."""
    length = int(one.masked.rpartition("(")[2].rstrip(")"))
    texts = {line[at : at + length] for at in range(len(line) - length + 1)}
    return "-----BEGIN" in line or any(fingerprint(text) == one.fingerprint for text in texts)


@each("example", EXAMPLES, ids=named)
@each("change", [(", ", ",\n  "), (": ", ":\n "), (",", ",\r\n")])
def test_the_line_of_a_credential_is_that_of_its_value(
    example: tuple[CredentialRule, str], change: tuple[str, str]
) -> None:
    """Also where its name, or the identifier beside it, is on another line."""
    text = f"first line\n{example[1].replace(*change)}\nlast line"
    for one in credentials(text):
        line = line_of(text, one)
        assert has_value(line, one), (one.kind, line)
        assert "first line" not in one.evidence.context
        assert not any(fingerprint(part) == one.fingerprint for part in re.findall(r"[\w/+=.-]+", one.evidence.context))


AWS_FILE = """{{
  "api": "https://api.shop.test/v2",
  "{0}": "{1}",
  "{2}": "{3}",
  "stripe": ""
}}"""


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("first", ["id", "secret"])
def test_each_half_of_a_pair_has_its_own_place(first: str, wide: bool) -> None:
    pair = ("key_id", "AKIAQ3EGRZ7YTPK5WUNB"), ("key", "1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB3e5H5UPO")
    (a, b), (c, d) = pair if first == "id" else pair[::-1]
    text = AWS_FILE.format(a, b, c, d)
    data = text.encode("utf-16-le" if wide else "utf-8")
    found = [
        one
        for one in EXTRACTOR.extract(Artifact("f", (Buffer("f", BufferKind.TEXT, data, base=100, utf16=wide),)))
        if isinstance(one, Credential)
    ]
    unit = 1 + wide
    assert {one.kind: one.evidence.offset for one in found} == {
        "aws_access_key_id": 100 + text.index("AKIA") * unit,
        "aws_secret_access_key": 100 + text.index("1eHk") * unit,
    }
    contexts = {one.kind: one.evidence.context for one in found}
    assert contexts["aws_secret_access_key"].startswith('  "key": "***"')
    assert contexts["aws_access_key_id"].startswith('  "key_id": "***"')


def test_a_secret_belongs_to_the_nearest_identifier() -> None:
    other = "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv/Bq2We"
    text = f'a = ["AKIAQ3EGRZ7YTPK5WUNB", "{AWS_SECRET}"]\nb = ["AKIAQ3EGRZ7YTPK5WUNC", "{other}"]'
    secrets = {fingerprint(AWS_SECRET): 1, fingerprint(other): 2}
    lines = {
        one.fingerprint: text.encode()[: one.evidence.offset].count(b"\n") + 1
        for one in credentials(text)
        if one.kind == "aws_secret_access_key"
    }
    assert lines == secrets


AWS_KEY, AWS_SECRET = "AKIAQ3EGRZ7YTPK5WUNB", "1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB3e5H5UPO"


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        (f"AWS_ACCESS_KEY_ID={AWS_KEY}", {"aws_access_key_id": "limited"}),
        (
            f"AWS_ACCESS_KEY_ID={AWS_KEY}\nAWS_SECRET_ACCESS_KEY={AWS_SECRET}",
            {"aws_access_key_id": "normal", "aws_secret_access_key": "superuser"},
        ),
        (
            f'{{"id": "{AWS_KEY}", "key": "{AWS_SECRET}"}}',
            {"aws_access_key_id": "normal", "aws_secret_access_key": "superuser"},
        ),
    ],
)
def test_the_name_of_a_key_gives_access_only_with_its_secret(text: str, grades: dict[str, str]) -> None:
    assert {one.kind: one.grade.value for one in merge_finds(None, finds(text), RULES).credentials} == grades


def test_key_under_an_ambiguous_name_is_not_kept() -> None:
    every = finds(
        'algoliaApiKey: "ea23143b0a87f416437cb3347b773ee9", algoliaAdminKey: "fb23143b0a87f416437cb3347b773ee9"'
    )
    merged = merge_finds(None, every, RULES).credentials
    assert {one.kind for one in merged} == {"algolia_api_key", "algolia_admin_key"}
    assert not [one for one in every if isinstance(one, PublicKey)]


def test_no_rule_of_a_secret_names_a_service() -> None:
    # A JSON Web Token's grade is in its claims: only an anonymous role is public.
    assert {rule.kind for rule in ALL if rule.services and rule.grade is not CredentialGrade.PUBLIC} == {"jwt"}


@pytest.mark.parametrize(("role", "kept"), [("anon", 1), ("service_role", 0), ("authenticated", 0), ("", 0)])
def test_of_tokens_only_the_anonymous_is_kept(role: str, kept: int) -> None:
    claims = {"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": role}
    head, body = (
        base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    keys = [one for one in finds(f'key = "{head}.{body}.c2lnbmF0dXJlLW1hZGUtdXA"') if isinstance(one, PublicKey)]
    assert len(keys) == kept
    assert all((key.kind, key.endpoint) == ("supabase_anon", "supabase:abcdefghijklmnopqrst") for key in keys)


def test_each_rule_has_examples_and_a_grade() -> None:
    assert all((rule.match and rule.avoid) or rule.issued for rule in ALL)
    assert all(rule.source and rule.reason for rule in ALL)
    assert len({token.kind for token in TOKENS}) == len(TOKENS)


def issued(form: str, source: random.Random, *, repeated: str = "") -> str:
    """A text of the form of an issued token; with one character repeated if ``repeated`` fits in its class."""
    text = ""
    for atom, times in parse(form):
        least, _, most = times.strip("{}?").partition(",")
        size = source.randint(int(least or 1), int(most or least or 1))
        chars = [char for char in map(chr, range(33, 127)) if re.fullmatch(atom, char)]
        text += repeated * size if repeated in chars and size > 8 else "".join(source.choices(chars, k=size))
    return text


@each("token", TOKENS, ids=lambda token: token.kind)
def test_an_issued_token_is_found_by_its_form(token: IssuedToken) -> None:
    source = random.Random(token.kind)
    for around in ("{}", 'key:"{}"', "https://api.shop.de/v1?key={}&x=1"):
        text = issued(token.form, source)
        found = [one for one in credentials(around.format(text)) if one.kind == token.kind]
        assert [(one.grade, one.fingerprint) for one in found] == [(token.grade, fingerprint(text))]


@each("token", TOKENS, ids=lambda token: token.kind)
def test_a_placeholder_or_a_part_of_base64_is_no_issued_token(token: IssuedToken) -> None:
    source = random.Random(token.kind)
    for one in "xX0":
        if (text := issued(token.form, source, repeated=one)).count(one) > 8:
            assert [find for find in credentials(f'key:"{text}"') if find.kind == token.kind] == []
    text = issued(token.form, source)
    for around in ("Qm9/{}", "{}/Qm9", "aB3{}", "{}0aB"):
        kinds = [find.kind for find in credentials(around.format(text)) if find.fingerprint == fingerprint(text)]
        assert token.kind not in kinds


@each("token", [one for one in TOKENS if one.anchor], ids=lambda token: token.kind)
def test_the_cost_of_a_form_with_an_anchor_inside_is_linear(token: IssuedToken) -> None:
    assert_linear(partial(repeated, issued(token.form, random.Random(1))[:-1]), finds, 16_000)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        f'"AccountKey={AZURITE};"',
        '"jwtToken":"' + ".".join((*JWT_IO, "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c")) + '"',
        'test_api_key="2b7e151628aed2a6abf7158809cf4f3c"',
    ],
)
def test_published_values_are_no_credentials(text: str) -> None:
    assert credentials(text) == []


@each(
    ("text", "kind", "grade"),
    [
        ("Basic c3ZjOktkODNzUHE5THE=", "http_basic", "normal"),
        ("Basic N2RBa1RpVW41VHlPZDVGZjI1ZVdhUVBHOg==", "http_basic", "unknown"),
        ("ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==", "elastic_api_key", "normal"),
        ("Bearer 7dAkTiUn5TyOd5Ff25eWaQPG", "http_bearer", "unknown"),
        (f'twilio("{SID}","fb23143b0a87f416437cb3347b773ee9")', "twilio_auth_token", "superuser"),
        (f'{{sid:"{SID}", authToken: "fb23143b0a87f416437cb3347b773ee9"}}', "twilio_auth_token", "superuser"),
    ],
)
def test_credentials_of_requests(text: str, kind: str, grade: str) -> None:
    found = merge_finds(None, finds(text), RULES).credentials
    assert [(one.kind, one.grade.value) for one in found if one.grade is not CredentialGrade.PUBLIC] == [(kind, grade)]


@each(
    "text",
    [
        "Basic " + base64.b64encode(b"user:password").decode(),
        "Basic " + base64.b64encode(b"no colon in this").decode(),
        "Basic " + base64.b64encode(b"svc:\x00\x01\x02\x03").decode(),
        "Basic YWJj=YWJj",
        "ApiKey " + base64.b64encode(b"a text of another form: not a key").decode(),
        'accessKey:"persist-root-v2-session-2"',
        'authToken:"getAccessTokenForSession2"',
        'password:"Passwort2"',
    ],
)
def test_texts_of_the_same_form_are_none(text: str) -> None:
    assert credentials(text) == []


def token(claims: dict[str, object]) -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.KhgX2b0WQm5n7pVt8yLc3dRfZs9uEa4iHjTkOoPqYlU"


REF = "kqmzvtbwxyrnplhgfdsc"


@pytest.mark.parametrize(
    ("claims", "kind", "grade", "endpoint"),
    [
        (
            {"iss": "supabase", "ref": REF, "role": "anon", "exp": 1950000000},
            "supabase_anon",
            CredentialGrade.PUBLIC,
            REF,
        ),
        (
            {"iss": "supabase", "ref": REF, "role": "service_role"},
            "supabase_service_role",
            CredentialGrade.SUPERUSER,
            REF,
        ),
        ({"iss": "https://auth.shop.de", "sub": "alice@shop.de"}, "jwt", CredentialGrade.NORMAL, ""),
    ],
)
def test_tokens_are_decoded(claims: dict[str, object], kind: str, grade: CredentialGrade, endpoint: str) -> None:
    (one,) = credentials(f'key = "{token(claims)}"')
    assert (one.kind, one.grade) == (kind, grade)
    assert one.endpoint == (f"supabase:{endpoint}" if endpoint else "")
    assert one.claims["iss"] == claims["iss"]
    assert "sub" not in one.claims


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        (
            "?sv=2022-11-02&sp=r&se=2030-01-01&sig=kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4%3D",
            {"azure_sas": CredentialGrade.NORMAL},
        ),
        (
            "?sv=2022-11-02&sp=rw&se=2030-01-01&sig=kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4%3D",
            {"azure_sas": CredentialGrade.SUPERUSER},
        ),
        ("mongodb://u:Hunter22secret@db.x.test/s", {"password_in_connection_string": CredentialGrade.SUPERUSER}),
        ("mqtt://u:Hunter22secret@mq.x.test", {"password_in_connection_string": CredentialGrade.NORMAL}),
        (
            'id="AKIAQ3EGRZ7YTPK5WUNB" key="kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv/Bq2We"',
            {"aws_access_key_id": CredentialGrade.NORMAL, "aws_secret_access_key": CredentialGrade.SUPERUSER},
        ),
    ],
)
def test_credential_forms_have_their_grade(text: str, grades: dict[str, CredentialGrade]) -> None:
    assert {one.kind: one.grade for one in credentials(text)} == grades


def test_the_same_credential_has_the_same_fingerprint() -> None:
    key = "AIzaSyB7kQ2mVx8Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv"
    first, second = credentials(f'a="{key}" b="{key}"')
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 16
    assert first.masked == "AI***Xv (39)"


def dex_kinds(*strings: str) -> dict[str, str]:
    """Kinds of the credentials in strings of a DEX file, by fingerprint."""
    data, starts = b"", []
    for text in strings:
        data += bytes([len(text) & 127])
        starts.append(len(data))
        data += text.encode() + b"\0"
    buffer = Buffer("classes.dex", BufferKind.DEX, data, starts=np.array(starts, dtype=np.int64))
    every = list(EXTRACTOR.extract(Artifact("f", (buffer,))))
    return {one.fingerprint: one.kind for one in merge_finds(None, every, RULES).credentials}


SECRET_32 = "fb23143b0a87f416437cb3347b773ee9"


@each(
    ("text", "value", "kind"),
    [
        (
            "client_id=ea23143b0a87f416437cb3347b773ee9&client_secret={}&grant_type=code",
            SECRET_32,
            "oauth_client_secret",
        ),
        ("https://sms.shop.de/api/sendhttp.php?authkey={}&route=4", "482371Kvx9e8TS5ab89464", "query_key"),
        ("appkey={}", SECRET_32, "query_key"),
        ("&appid={}", SECRET_32, "query_key"),
        ('{{"secretKey": "{}"}}', "7dAkTiUn5TyOd5Ff25eWaQPG", "generic_secret"),
        ("masterKey={}", "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4", "parse_master_key"),
        ("TWILIO_AUTH_TOKEN={}", SECRET_32, "twilio_auth_token"),
    ],
)
def test_a_name_and_its_value_in_one_string_of_a_dex_file_are_read(text: str, value: str, kind: str) -> None:
    assert dex_kinds("a", text.format(value), "zebra") == {fingerprint(value): kind}


@each(
    "strings",
    [
        ("masterKey=", "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4"),
        ("client_secret", "=Hh14AymjrPLU2c0xmtS7kD9MMJsLvXZY"),
        ("api_key=", "ea23143b0a87f416437cb3347b773ee9"),
        ("secretKey: ", '"7dAkTiUn5TyOd5Ff25eWaQPG"'),
        ("?appid=", "ea23143b0a87f416437cb3347b773ee9"),
    ],
)
def test_the_next_string_of_a_dex_file_is_not_the_value_of_a_name(strings: tuple[str, ...]) -> None:
    assert dex_kinds("a", *strings, "zebra") == {}


@each(
    "text",
    [
        "https://api.shop.de/v1?api_key=YOUR_API_KEY_GOES_HERE1",
        "https://api.shop.de/v1?api_key=${process.env.API_KEY_2}",
        "https://api.shop.de/v1?api_key={api_key_of_user_1}",
        "https://api.shop.de/v1?appkey=com.shop.android.release2",
        "https://api.shop.de/v1?token=getAccessTokenForSession2",
        "https://api.shop.de/v1?key=persist-root-v2-session-key",
        "https://api.shop.de/v1?appid=wx8f3a2b1c9d7e4f60&lang=de",
        "https://api.shop.de/v1?key=id&appid=6b1f8c3e-94d2-4a7b-8e15-c03d9a72f4b6",
        "https://f.shop.de/o/a.png?alt=media&token=6b1f8c3e-94d2-4a7b-8e15-c03d9a72f4b6",
        "https://api.shop.de/v1?monkey=ea23143b0a87f416437cb3347b773ee9",
        "https://api.shop.de/v1?hash=ea23143b0a87f416437cb3347b773ee9",
    ],
)
def test_words_identifiers_and_links_in_queries_are_no_keys(text: str) -> None:
    assert credentials(f'get("{text}")') == []


@each(
    ("query", "value"),
    [
        ("?appid={}", SECRET_32),
        ("?q=Bonn&appid={}&units=metric", SECRET_32),
        ("?api_key={}", SECRET_32),
        ("?apikey={}", "vhk4mzq8wns2x7d5g9t3r6pb"),
        ("?consumer_key={}", "1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB3e5H5UPO"),
        ("?authkey={}", "482371Kvx9e8TS5ab89464"),
        ("?key={}", "6e920e88bf4ba1af"),
        ("?x=1&amp;access_token={}", "7dAkTiUn5TyOd5Ff25eWaQPG"),
        ("?subscription-key={}", SECRET_32),
        ("?api_key={}", "6b1f8c3e-94d2-4a7b-8e15-c03d9a72f4b6"),
    ],
)
def test_keys_in_queries_have_the_grade_of_a_name(query: str, value: str) -> None:
    text = f'get("https://api.shop.de/v1{query.format(value)}")'
    found = merge_finds(None, finds(text), RULES).credentials
    assert [(one.kind, one.grade, one.fingerprint) for one in found] == [
        ("query_key", CredentialGrade.UNKNOWN, fingerprint(value))
    ]
    assert value not in str(msgspec.to_builtins(finds(text)))


def test_a_service_account_inside_of_a_text_is_the_same_as_outside() -> None:
    (rule,) = (rule for rule in ALL if rule.kind == "google_service_account")
    (plain,) = (one for one in credentials(rule.match[0]) if one.kind == rule.kind)
    inner = msgspec.json.encode({"credentials": rule.match[0]}).decode()
    (quoted,) = (one for one in credentials(inner) if one.kind == rule.kind)
    assert (quoted.fingerprint, quoted.claims) == (plain.fingerprint, plain.claims)


def test_a_published_private_key_is_not_reported() -> None:
    (rule,) = (rule for rule in ALL if rule.kind == "private_key")
    text = rule.match[0]
    found = rule.compiled.search(text)
    assert found is not None
    (key,) = credential_verdict(found, rule, text).secrets
    assert credential_verdict(found, rule, text, {key.fingerprint}).secrets == ()


def test_each_published_value_is_listed_once_with_its_source() -> None:
    known = RULES.credentials.known
    assert len(known) >= 30
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in known)
    assert len(set(known.values())) == len(known)


@each(
    "text",
    [
        "YOUR_API_KEY",
        "changeme",
        "Change_here",
        "xxxx",
        "example",
        "AKIAIOSFODNN7EXAMPLE",
        "00000000000",
        "${KEY}",
        "abcdefghijklm",
    ],
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["Kd83!sPq", "kZ8rQ2mVx7Lw0pTn5Yb3"])
def test_credentials_are_not_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(("text", "bits"), [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0)])
def test_entropy(text: str, bits: float) -> None:
    assert entropy(text) == pytest.approx(bits)


def test_pem_markers_without_content_are_not_a_key() -> None:
    assert is_short_block("-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----")


@given(st.text(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_is_a_token_or_none(text: str) -> None:
    assert decode_jwt(text) is None or "." in text


@given(st.sampled_from(EXAMPLES), st.data())
@settings(max_examples=examples(150), deadline=None)
def test_any_text_near_a_rule_gets_a_verdict(example: tuple[CredentialRule, str], data: st.DataObject) -> None:
    rule, text = example
    at, size = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 12))
    changed = text[:at] + data.draw(st.text(max_size=12)) + text[at + size :]
    found = rule.compiled.search(changed)
    if found is not None:
        verdict = credential_verdict(found, rule, changed)
        assert bool(verdict.secrets) is not bool(verdict.rejected)


@pytest.mark.parametrize("rule", few(ALL, 12), ids=lambda rule: rule.kind)
def test_the_cost_of_hostile_text_is_linear(rule: CredentialRule) -> None:
    for text in rule.match:
        assert_linear(partial(repeated, text[: len(text) // 2]), finds, 32_000)


def repeated(text: str, size: int) -> str:
    return text * (size // len(text))


KEY_88, KEY_44 = (
    f"{'1eHkgcdh5iOqwGkyetxGyhNvWbFZJ8mB3e5H5UPO' * 2}aB3dE5==",
    "qGQ7yk7n5iNal3kj2UW4luGZsM0N7bmOZCoeTqXCBc6=",
)


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        (f"DefaultEndpointsProtocol=https;AccountName=shopdata;AccountKey={KEY_88}", "azure-blob:shopdata"),
        (f"AccountEndpoint=https://shopdb.documents.azure.com:443/;AccountKey={KEY_88};", "cosmosdb:shopdb"),
        (
            f"Endpoint=sb://shop-bus.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={KEY_44}",
            "azure-service-bus:shop-bus",
        ),
        (f"HostName=shop-hub.azure-devices.net;DeviceId=a;SharedAccessKey={KEY_44}", "azure-iot-hub:shop-hub"),
        (f"AccountName=other;\nAccountKey={KEY_88}", ""),
    ],
)
def test_a_connection_string_of_azure_names_the_resource_of_its_key(text: str, endpoint: str) -> None:
    assert [one.endpoint for one in credentials(text)] == [endpoint]


def test_the_reference_lists_each_kind_under_its_grade() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "credentials.md").read_text(encoding="utf-8")
    parts = {part.partition("`")[0]: part for part in page.split("\n### `")[1:]}
    graded = [(rule.kind, rule.grade) for rule in ALL] + [(rule.kind, rule.grade) for rule in USERINFO]
    for kind, grade in graded:
        assert f"`{kind}`" in parts[grade.value]


KEYED_FORMS = ('{}="{}"', '"{}": "{}"', "{}: '{}'")


@each("length", [32, 100, 128, 129, 160, 256, 400, 512])
@each("name", ["partner_api_key", "signing_secret", "X-Api-Key", "cohere_token"])
def test_a_key_is_found_at_any_length_that_services_issue(length: int, name: str) -> None:
    value = "".join(random.Random(f"{length}{name}").choices("0123456789abcdef", k=length))
    for form in KEYED_FORMS:
        found = merge_finds(None, finds(form.format(name, value)), RULES).credentials
        assert [one.fingerprint for one in found] == [fingerprint(value)]


@each("end", ["\n", "\r\n"])
def test_the_first_line_of_a_file_of_keys_is_no_address(end: str) -> None:
    line = f"PARTNER_API_KEY={SECRET_32}"
    assert "query_key" not in {one.kind for one in credentials(f"{line}{end}NEXT=1")}
    assert [one.kind for one in credentials(f"{line}&lang=de")] == ["query_key"]


@each(
    "text",
    [
        # Public keys of RSA, EC and Ed25519, and a certificate, as base64 of DER.
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + "7dAkTiUn5TyOd5Ff25eWaQPG" * 14 + "x9KwIDAQAB",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" + "7dAkTiUn5TyOd5Ff25eWaQPG" * 3 + "x9Kq7Lm2Zp3dAbCd",
        "MCowBQYDK2VwAyEA7dAkTiUn5TyOd5Ff25eWaQPGx9Kq7Lm2Zp3dAbCdEf0=",
    ],
)
def test_a_public_key_is_no_credential(text: str) -> None:
    assert is_public_structure(text)
    for name in ("license_key", "encryptionKey", "server_key", "certificate"):
        assert credentials(f'{name}="{text}"') == []


@each(
    "text",
    [
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7dAkTiUn5TyOd5Ff25eWaQPG",
        "MC4CAQAwBQYDK2VwBCIEIH" + "7dAk" * 11,
        "Ma1b2c3" * 12,
        "7dAkTiUn5TyOd5Ff25eWaQPG" * 4,
    ],
)
def test_private_keys_and_other_texts_are_no_public_structure(text: str) -> None:
    assert not is_public_structure(text)


@each(
    "text",
    [
        "T7!kW2#mQ9z", "x9Kq7Lm2Zp", "x9Kq-7Lm2Zp", "x9Kq@7Lm2Zp", "Sumpf88dotter", "Torf8stich!x", "admin@1234",
        "Buche!2024rot", "T7,kW2;mQ9z", "Summer2024!", "U3VtcGY4OA==",
    ],
)  # fmt: skip
def test_texts_that_people_choose_as_a_password(text: str) -> None:
    assert is_password(text)


@each(
    "text",
    [
        "Step2Title", "reset2Screen3Title", "PBKDF2WithHmacSHA1", "i18nLoginHint", "Passwort2*",
        "required|min:8|Max:32", "/User/Reset2/New", "./views/Login2.html", "User1@shop.de", "[A-Za-z0-9]+",
        "https://shop.de/Reset2", "step-2-of-reset", "Base64Encoded", "e2eTestName", "UmI5/CV1AiM=", "#A1b2c3d4",
        "next(e,1A)",
    ],
)  # fmt: skip
def test_names_messages_and_rules_are_no_passwords(text: str) -> None:
    assert not is_password(text)


ISSUED = [*((rule.kind, text) for rule, text in EXAMPLES if not rule.keyed), *(
    (token.kind, issued(token.form, random.Random(token.kind))) for token in TOKENS
)]  # fmt: skip


@each("example", ISSUED, ids=lambda example: example[0])
@each("around", ["{}", '{{"key": "{}"}}', 'token = "{}"'])
def test_one_value_has_one_kind(example: tuple[str, str], around: str) -> None:
    kinds: dict[str, set[str]] = {}
    for one in merge_finds(None, finds(around.format(example[1])), RULES).credentials:
        kinds.setdefault(one.fingerprint, set()).add(one.kind)
    assert [sorted(names) for names in kinds.values() if len(names) > 1] == []


@each("token", TOKENS, ids=lambda token: token.kind)
@each("url", ["mysql://app:{}@db.shop.de/shop", "https://app:{}@api.shop.de/v1"])
def test_a_known_key_as_a_password_is_reported_once_with_its_place(token: IssuedToken, url: str) -> None:
    text = issued(token.form, random.Random(token.kind))
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,200}", text):
        found = merge_finds(None, finds(f'"{url.format(text)}"'), RULES).credentials
        assert [one.fingerprint for one in found if one.grade is not CredentialGrade.PUBLIC] in (
            [fingerprint(text)],
            [],
        )
        assert all("shop.de" in one.endpoint for one in found)


def test_the_key_of_a_service_account_is_reported_once() -> None:
    (rule,) = (rule for rule in ALL if rule.kind == "google_service_account")
    assert [one.kind for one in merge_finds(None, finds(rule.match[0]), RULES).credentials] == [rule.kind]


@each(
    ("text", "kind", "endpoint"),
    [
        (
            f"Endpoint=https://shop-hub.service.signalr.net;AccessKey={KEY_44};Version=1.0;",
            "azure_access_key",
            "https://shop-hub.service.signalr.net",
        ),
        (
            f"Endpoint=https://shop.azconfig.io;Id=Ab1c-l6-s0:x9K;Secret={KEY_44}",
            "azure_access_key",
            "https://shop.azconfig.io",
        ),
        (
            f"endpoint=https://shop.germany.communication.azure.com/;accesskey={KEY_88}",
            "azure_access_key",
            "https://shop.germany.communication.azure.com",
        ),
        (
            f"shop-cache.redis.cache.windows.net:6380,password={KEY_44},ssl=True,abortConnect=False",
            "password_in_connection_string",
            "azure-redis:shop-cache",
        ),
        ("cache.shop.de:6379,ssl=false,password=Kd83!sPq", "password_in_connection_string", "cache.shop.de:6379"),
        (
            f"https://shopdata.blob.core.windows.net/media?sv=2022-11-02&sp=rw&se=2030-01-01&sig={KEY_44}",
            "azure_sas",
            "azure-blob:shopdata/media",
        ),
        (
            f"AccountEndpoint=https://shopdb.documents.azure.com:443/;AccountKey={KEY_88};",
            "azure_cosmos_key",
            "cosmosdb:shopdb",
        ),
    ],
)  # fmt: skip
def test_a_key_of_azure_has_the_place_that_its_text_names(text: str, kind: str, endpoint: str) -> None:
    every = finds(f'"{text}"')
    (one,) = merge_finds(None, every, RULES).credentials
    assert (one.kind, one.endpoint) == (kind, endpoint)
    assert endpoint in {find.endpoint.value for find in every if isinstance(find, Sighting)}


def test_the_project_of_a_service_account_is_a_sighting_and_that_of_its_key() -> None:
    (rule,) = (rule for rule in ALL if rule.kind == "google_service_account")
    merged = merge_finds(None, finds(rule.match[0]), RULES)
    assert [one.endpoint for one in merged.credentials] == ["gcp-project:shop-1234"]
    assert [one.endpoint.value for one in merged.sightings] == ["gcp-project:shop-1234"]
    alone = merge_finds(None, finds('{"client_email": "backup@shop-4711.iam.gserviceaccount.com"}'), RULES)
    assert [one.endpoint.value for one in alone.sightings] == ["gcp-project:shop-4711"]
    assert alone.credentials == ()


@each(
    ("text", "endpoint"),
    [
        (f'key = "{token({"iss": "supabase", "ref": REF, "role": "service_role"})}"', f"supabase:{REF}"),
        (f'key = "{token({"iss": "supabase", "ref": REF, "role": "anon"})}"', f"supabase:{REF}"),
        ("cloudinary://874837483274837:7dAkTiUn5TyOd5Ff25eWaQPGx9K@shop", "cloudinary:shop"),
        ('clerk: "pk_live_Y2xlcmsuc2hvcC5kZSQ"', "https://clerk.shop.de"),
    ],
)
def test_a_project_that_only_its_key_names_is_a_back_end(text: str, endpoint: str) -> None:
    merged = merge_finds(None, finds(text), RULES)
    assert [one.endpoint for one in merged.credentials] == [endpoint]
    assert [(one.endpoint.value, one.count) for one in merged.sightings] == [(endpoint, 1)]


def test_a_project_with_an_address_and_a_key_is_one_back_end() -> None:
    text = f'createClient("https://{REF}.supabase.co", "{token({"iss": "supabase", "ref": REF, "role": "anon"})}")'
    merged = merge_finds(None, finds(text), RULES)
    assert [(one.endpoint.value, one.evidence.how) for one in merged.sightings] == [(f"supabase:{REF}", "text/url")]


@each(
    ("text", "kind"),
    [
        ("EAAATyi0VhG1AWUUQSKSR6IIUHqGQ7yk7n5iNal3kj2UW4luGZsM0N7bmOZCoeTq", "square_token"),
        ("pk_live_33ed8b293933a3cb87d070ef3554754583918ddc", "paystack_public_key"),
        ("sk_live_33ed8b293933a3cb87d070ef3554754583918ddc", "paystack_secret_key"),
        ("pk_test_Y2xlcmsuYS5zaG9wLmRlJA==", "clerk_publishable_key"),
        ("pk_live_Hh14AymjrPLU2c0xmtS7kD9MMJsLvXZY", "stripe_publishable_key"),
        ("sk_live_wT3nZ8kQvB5mXc1LrYp7Ds9GhJ2fKa4EuNo6RiVt0M", "clerk_secret_key"),
        ("sk_test_wT3nZ8kQvB5mXc1LrYp7Ds9GhJ2fKa4EuNo6RiVt0M", "clerk_test_key"),
        ("sk_live_51T3nZ8kQvB5mXc1LrYp7Ds9GhJ2fKa4EuNo6RiVt0M", "stripe_secret_key"),
        ("rk_live_wT3nZ8kQvB5mXc1LrYp7Ds9GhJ2fKa4EuNo6RiVt0M", "stripe_secret_key"),
    ],
)
def test_keys_of_two_services_with_the_same_beginning(text: str, kind: str) -> None:
    assert [one.kind for one in merge_finds(None, finds(f'"key": "{text}"'), RULES).credentials] == [kind]


@each("rest", ["4eC39HqLyjWDarjtT1zdp7dc", "BQokikJOvBiI2HlWgH4olfQ2", "tR3PYbcVNZZ796tH88S4VQ2u"])
def test_the_test_keys_in_the_documentation_of_stripe_are_no_credentials(rest: str) -> None:
    assert credentials(f'stripe("sk_test_{rest}")') == []


def test_the_only_key_id_has_its_grade_with_a_secret_elsewhere_in_the_app() -> None:
    apart = f'id = "{AWS_KEY}"' + " " * 600 + f'aws_secret_access_key = "{AWS_SECRET}"'
    assert {one.kind: one.grade.value for one in merge_finds(None, finds(apart), RULES).credentials} == {
        "aws_access_key_id": "normal",
        "aws_secret_access_key": "superuser",
    }
    other = AWS_KEY[:-1] + "C"
    two = merge_finds(None, finds(f'{apart}{" " * 600}other = "{other}"'), RULES).credentials
    assert {one.grade.value for one in two if one.kind == "aws_access_key_id"} == {"limited"}


@each(
    ("text", "endpoint"),
    [
        ("https://API.shop.de/v1/weather?q=Bonn&appid={}", "https://api.shop.de"),
        ("https://api.shop.de:8443?key={}", "https://api.shop.de:8443"),
        ("url = 'wss://live.shop.de/feed?token={}'", "wss://live.shop.de"),
        # Another address before it, or a host that is put in later.
        ("https://api.shop.de/v1 and &appid={}", ""),
        ("https://${{host}}/v1?appid={}", ""),
        ("https://%s.shop.de/v1?appid={}", ""),
        ("'&api_key={}'", ""),
    ],
)
def test_a_key_in_an_address_names_its_api(text: str, endpoint: str) -> None:
    found = [one for one in credentials(f"{text.format(SECRET_32)} ") if one.kind == "query_key"]
    assert [one.endpoint for one in found] == [endpoint]
