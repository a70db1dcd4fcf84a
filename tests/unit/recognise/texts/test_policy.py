"""What the Content-Security-Policy of a page keeps it from loading."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.policy import FORBIDDEN, MAX_POLICY

CORDOVA = (
    "default-src 'self' data: gap: https://ssl.gstatic.com 'unsafe-eval'; style-src 'self' 'unsafe-inline'; media-src *"
)
"""The policy of the start page of a new app of Cordova."""
SCRIPT = '<script src="https://a.shop.test/a.js"></script>'


def reason(policy: str, element: str, *, before: str = "", attribute: str = "http-equiv") -> str:
    head = f'<meta {attribute}="Content-Security-Policy" content="{policy}">'
    page = f"<!DOCTYPE html><html><head>{before}{head}</head><body>{element}</body></html>"
    place = page.index(element or before) + (element or before).index("https:")
    return TextPlaces("www/index.html", page.encode()).reason(place)


@each(
    "policy, element",
    [
        (CORDOVA, SCRIPT),
        (CORDOVA, '<link rel="stylesheet" href="https://a.shop.test/a.css">'),
        (CORDOVA, '<img src="https://a.shop.test/a.png">'),
        (CORDOVA, '<iframe src="https://a.shop.test/"></iframe>'),
        (CORDOVA, '<script>fetch("https://a.shop.test/v")</script>'),
        ("default-src * 'unsafe-inline'; script-src 'self'", SCRIPT),
        ("default-src *; img-src 'none'", '<img src="https://a.shop.test/a.png">'),
        ("script-src https://b.shop.test *.a.shop.test data:", SCRIPT),
        ("script-src http:; script-src-elem wss://b.shop.test", SCRIPT),
        ("script-src", SCRIPT),
        ("script-src ws://b.shop.test a.shop.test.b.test", SCRIPT),
        ("default-src &#39;self&#39;", SCRIPT),
    ],
)
def test_a_page_does_not_load_what_its_policy_forbids(policy: str, element: str) -> None:
    assert reason(policy, element) == FORBIDDEN


@each(
    "policy, element",
    [
        (CORDOVA, '<audio src="https://a.shop.test/a.mp3"></audio>'),
        (CORDOVA, '<video><source src="https://a.shop.test/a.mp4"></video>'),
        (CORDOVA, '<form action="https://a.shop.test/v">'),
        (CORDOVA.replace("'unsafe-eval'", "'unsafe-inline'"), '<script>fetch("https://a.shop.test/v")</script>'),
        ("default-src *", SCRIPT),
        ("default-src 'self' https:", SCRIPT),
        ("default-src 'self' http:", SCRIPT),
        ("default-src https://*", SCRIPT),
        ("default-src https://*:*", SCRIPT),
        ("default-src http://*.shop.test:443/a/", SCRIPT),
        ("default-src a.shop.test", SCRIPT),
        ("default-src a.shop.test:443", SCRIPT),
        ("default-src https:*", SCRIPT),
        ("default-src 'self'; script-src *", SCRIPT),
        ("script-src 'nonce-4AEemGb0xJptoIGFP3Nd'", SCRIPT.replace(" src", ' nonce="4AEemGb0xJptoIGFP3Nd" src')),
        ("script-src 'sha256-AA=='", '<script>fetch("https://a.shop.test/v")</script>'),
        ("style-src 'self'; connect-srv 'none'", SCRIPT),
        ("", SCRIPT),
        ("default-src 'self', script-src *", SCRIPT),
        ("default-src 'self'" + " " * MAX_POLICY, SCRIPT),
    ],
)
def test_what_a_policy_permits_or_does_not_name_stays(policy: str, element: str) -> None:
    assert reason(policy, element) == ""


def test_only_a_policy_in_the_head_counts_and_for_what_is_behind_it() -> None:
    assert reason(CORDOVA, SCRIPT) == FORBIDDEN
    assert reason(CORDOVA, "", before=SCRIPT) == ""
    assert reason(CORDOVA, SCRIPT, attribute="name") == ""
    assert reason(CORDOVA, SCRIPT, before="<body>") == ""
    assert reason(CORDOVA, f"-->{SCRIPT}", before="<!--") == ""


def test_several_policies_must_all_permit_an_address() -> None:
    head = '<meta http-equiv=Content-Security-Policy content="script-src *">'
    assert reason(CORDOVA, SCRIPT, before=head) == FORBIDDEN


@settings(max_examples=examples(60))
@given(st.text(alphabet="'*:;/ .aselfdt-srchnoc&#39", max_size=60), st.text(alphabet='<>="/ ascript:', max_size=30))
def test_a_damaged_policy_never_raises(policy: str, element: str) -> None:
    reason(policy.replace('"', ""), element + SCRIPT)
