"""Cookies: a login, an identifier of a browser, or neither."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.leaks.cookies import judge_cookie, judge_cookies, load_cookie_rules

SESSIONS = [
    ("PHPSESSID", "5dfcuh85kg0vvidf8nrsjtbob5"), ("JSESSIONID", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
    ("sid", "0123456789abcdef"), ("session-token", "7KHh5TjS5kJElrNKp7iQYV"), ("connect.sid", "s%3AkT9.qX2v"),
    ("auth", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln"), ("NID", "7a8b9c"), ("remember_me", "42:9f8e7d6c"),
    ("unknown_name", "701ad312-4801-47e7-ac00-cb37ae2f4aff"), ("user_token", "k2T4x9"),
]  # fmt: skip
TRACKERS = [
    ("_ga", "GA1.2.996834645.1605768991"), ("_gid", "GA1.2.1281782721.1612375473"),
    ("__utma", "190908281.1560095611.1381843968.1381843968.1381843968.1"), ("_fbp", "fb.1.1558571054389.1098115397"),
    ("NID", "511=BAHWPTlkSPB_hw96gq96obXtsqMaGHlEDdj6ysrLQJH2RYE5BJx"), ("pgv_pvid", "1579199280"),
    ("__gads", "ID=fc0f22f78d82fb44-22c49e17a8cd00c1:T=1654385143"), ("_ttp", "e84639b7-9400-406c-97e1-03f8da4815f8"),
]  # fmt: skip
NEITHER = [
    ("lang", "en-us"), ("lc-main", "en_US"), ("security", "low"), ("yummy_cookie", "choco"),
    ("tasty_cookie", "strawberry"),
    ("AWSALB", "gsRNGSSa+OXp2ce0M6NuSAci2W3rXHUmqsJrqY6GEpklMCshG6nu9cIzy"), ("_gat", "1"), ("access_token", "null"),
    ("session", "deleted"), ("session-id-time", "2082787201l"), ("ui-tabs-1", "4"), ("theme", "dark-mode"),
    ("csrf", "-84612738"), ("BIGipServerpool_web", "1677787402.36895.0000"), ("_create_date", "2022-06-04"),
    ("__cf_bm", "kT9qX2vmVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv"), ("_version", "v20200505"), ("next", "https://shop.test/start"),
]  # fmt: skip


@each(("name", "value"), SESSIONS)
def test_a_login_is_a_credential(name: str, value: str) -> None:
    assert judge_cookie(name, value) == "secret_token"


@each(("name", "value"), TRACKERS)
def test_a_known_tracker_is_an_identifier(name: str, value: str) -> None:
    assert judge_cookie(name, value) == "device_id"


@each(("name", "value"), NEITHER)
def test_settings_and_load_balancers_are_neither(name: str, value: str) -> None:
    assert judge_cookie(name, value) == ""


@each(
    ("header", "set_cookie", "pii_class"),
    [
        ("lang=en-us; PHPSESSID=5dfcuh85kg0vvidf8nrsjtbob5; _ga=GA1.2.996834645.1605768991", False, "secret_token"),
        ("lang=en-us; _ga=GA1.2.996834645.1605768991", False, "device_id"),
        ("yummy_cookie=choco; tasty_cookie=strawberry", False, ""),
        ("lang=en-us; expires=Fri, 12-May-2017 21:37:51 GMT", True, ""),
        ("sid=0123456789abcdef; Path=/; HttpOnly", True, "secret_token"),
        ("", False, ""),
        (";;=;a", False, ""),
    ],
)
def test_the_gravest_cookie_decides_about_a_header(header: str, set_cookie: bool, pii_class: str) -> None:
    assert judge_cookies(header, set_cookie=set_cookie) == pii_class


@given(st.text(max_size=300), st.booleans())
def test_any_header_has_a_verdict(header: str, set_cookie: bool) -> None:
    assert judge_cookies(header, set_cookie=set_cookie) in {"secret_token", "device_id", ""}


def test_each_cookie_rule_has_names_and_a_source() -> None:
    rules = load_cookie_rules()
    every = (*rules.tracker, *rules.infrastructure, *rules.setting)
    assert all(rule.names and rule.source and rule.names == tuple(map(str.lower, rule.names)) for rule in every)
