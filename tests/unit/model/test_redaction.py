"""What redaction masks, and what it must leave readable."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.redaction import (
    _AUTH_SCHEME,
    _NAMES,
    _RUN,
    _SCHEME_NAMES,
    _SECRETS,
    _SHORT_RUNS,
    _may_be_named,
    is_random,
    public_prefix,
    redact,
    redact_path,
)

READABLE = [
    "https://api.shop.de/v1/users",
    "https://api.shop.de/v1/orders?format=json&page=12&lang=de",
    "see https://docs.shop.de/guide/getting-started",
    'new OkHttpClient().get("https://api.shop.de/v2/items")',
    "mongodb://db1.shop.de:27017,db2.shop.de:27017/prod",
    "https://firestore.googleapis.com/v1/projects/shop-prod/databases",
    "https://d111111abcdef8.cloudfront.net/static/app.js",
    'setBaseUrl("https://api.shop.de") // com.shop.app2.net',
    "Basic authentication for https://api.shop.de",
    "https://login.microsoftonline.com/common/oauth2/token",
]


@each("text", READABLE)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


@each(
    ("path", "shown", "prefix"),
    [
        ("/v1/users", "/v1/users", "/v1/users"),
        ("/es/customers/_search", "/es/customers/_search", "/es/customers/_search"),
        ("/o/550e8400-e29b-41d4-a716-446655440000/x", "/o/550e8400-e29b-41d4-a716-446655440000/x", None),
        ("/public-photos/2020/a.jpg", "/public-photos/2020/a.jpg", None),
        ("/reset/token", "/reset/token", None),
        ("/token/1a2b3c4d5e6f", "/token/***", "/token/"),
        ("/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc/x", "/reset/***/x", "/reset/"),
        ("/user/anna.berg@shop.de/profile", "/user/***/profile", "/user/"),
        ("/user/anna.berg%40shop.de", "/user/***", "/user/"),
        ("/a;jsessionid=0123456789ABCDEF/b", "/a/b", "/a"),
        ("/u/jane@shop.de;v=1/b", "/u/***/b", "/u/"),
        ("/u/jane%40shop.de%20/x", "/u/***/x", "/u/"),
        ("/u/9e107d9d372bb6826bd81d3542a419d6", "/u/***", "/u/"),
    ],
)
def test_secret_segments_of_paths(path: str, shown: str, prefix: str | None) -> None:
    assert redact_path(path) == shown
    assert public_prefix(path) == (path if prefix is None else prefix)


@each(
    ("path", "prefix"),
    [
        ("/static/9e107d9d372bb6826bd81d3542a419d6/a.png", None),
        ("/a/9e107d9d372bb6826bd81d3542a419d6.JPG", None),
        ("/t/9e107d9d372bb6826bd81d3542a419d6.woff2", None),
        ("/t/9e107d9d372bb6826bd81d3542a419d6.eot", None),
        ("/t/9e107d9d372bb6826bd81d3542a419d6.tar", "/t/"),
        ("/token/9e107d9d372bb6826bd81d3542a419d6.ttf", "/token/"),
        ("/token/9e107d9d372bb6826bd81d3542a419d6/a.png", "/token/"),
        ("/user/anna.berg@shop.de/a.png", "/user/"),
        ("/img/icon@2x.png", None),
        ("/img/icon@1.5x.PNG", None),
        ("/img/anna@2x.de", "/img/"),
        ("/img/anna@shop.png", "/img/"),
        # The name of a size.
        ("/a/9e107d9d372bb6826bd81d3542a419d6.jpg@!width_800", None),
        ("/a/9e107d9d372bb6826bd81d3542a419d6.jpg!small", None),
        ("/a/anna.berg@shop.de!small", "/a/"),
        ("/a/9e107d9d372bb6826bd81d3542a419d6!small", "/a/"),
        ("/static/9e107d9d372bb6826bd81d3542a419d6/a.json", "/static/"),
    ],
)
def test_a_picture_or_font_of_a_package_keeps_its_name(path: str, prefix: str | None) -> None:
    assert public_prefix(path, constant=True) == (path if prefix is None else prefix)


@pytest.mark.parametrize("word", ["getAccountManager", "com_shop_app_net_http", "ViewController2", "0123456789012345"])
def test_names_and_numbers_are_not_random(word: str) -> None:
    assert not is_random(word)


@given(st.text(max_size=300), st.booleans())
def test_redaction_keeps_the_length(text: str, cut: bool) -> None:
    assert len(redact(text, cut=cut)) == len(text)


@given(st.text(alphabet="/;@%.aA1_-", max_size=60))
@example("1@1.AA;")
def test_the_public_prefix_has_nothing_to_redact(text: str) -> None:
    prefix = public_prefix(text)
    assert text.startswith(prefix)
    assert redact_path(prefix) == prefix


NAMES = (
    "password passwd passphrase passw pass pwd pw psw secret token tok authorization auth sig signature certificate"
    " credential credentials cred session sessionid session_id jsessionid sid jwt otp pin hmac ticket appsecret"
    " api_key app-key access_key secretkey master_key account_key adminkey client_key private_key search_key"
    " server_key shared_key write_key APIKEY Pin OTP"
)


@each("name", NAMES.split())
def test_the_value_of_every_secret_name_is_masked(name: str) -> None:
    assert redact(f"x {name}=Hunter22") == f"x {name}=********"


@given(st.text(alphabet="://@<>=eyJ.a1pwd tcp(", max_size=60))
def test_a_pattern_that_is_left_out_would_change_nothing(text: str) -> None:
    for needed, pattern in _SECRETS:
        assert needed in text or pattern.search(text) is None


_NAMED_TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [*(one.strip("(?:)") for one in _NAMES.split("|")), *_SCHEME_NAMES, "http", "https", "Access-Key"]
        ),
        st.sampled_from(["=", ":", " ", '"', "'", "//", "x", "_", "a" * 14, "B7" * 9, ".", "/", "K", "pw", "pin"]),
        st.text(alphabet="aPpwdTken=:\"' /", max_size=6),
    ),
    max_size=12,
).map("".join)


@given(_NAMED_TEXTS)
@example('"AppSecret" : "x"')
@example("https://h?private-key=1")
def test_texts_without_a_sign_of_a_pattern_have_no_match(text: str) -> None:
    lower = text.lower()
    [named] = [pattern for needed, pattern in _SECRETS if not needed]
    assert _may_be_named(lower) or named.search(text) is None
    assert any(name in lower for name in _SCHEME_NAMES) or _AUTH_SCHEME.search(text) is None
    assert not _SHORT_RUNS.fullmatch(text) or _RUN.search(text) is None
