"""What the name directly before a literal of a script says."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.texts.names_before import BASE, reason
from tieback.recognise.texts.prose import EXAMPLE, ISSUER, REDIRECT, REFERER, SHOWN, USER_AGENT


@each(
    ("before", "behind", "expected"),
    [
        ("{iss:", "}", ISSUER),
        ("{redirect_uri:", "}", REDIRECT),
        ("var redirectUri = ", ";", REDIRECT),
        ("{Referer:", "}", REFERER),
        ("{'User-Agent':", "}", USER_AGENT),
        ("{placeholder:", "}", EXAMPLE),
        ("new URL(path,", ").search", BASE),
        ("new URL(path,", ").host", ""),
        ("fetch(", ")", ""),
    ],
)
def test_the_name_decides(before: str, behind: str, expected: str) -> None:
    data = f'{before}"https://a.shop.test"{behind}'.encode()
    start = len(before)
    assert reason(data, start, start + 1, data.rindex(b'"') + 1) == expected


@each(
    ("text", "expected"),
    [
        ("a=`Acme/${VERSION} (https://a.shop.test)`", USER_AGENT),
        ("a=`Acme/${e.version} (+https://a.shop.test)`", USER_AGENT),
        ("a=`${path}/${name} (https://a.shop.test)`", ""),
        ("a=`Acme/${VERSION}https://a.shop.test`", ""),
    ],
)
def test_the_site_of_a_program_in_a_template(text: str, expected: str) -> None:
    data = text.encode()
    assert reason(data, data.rindex(b"}"), data.index(b"https"), len(data)) == expected


@each(
    ("text", "expected"),
    [
        ("document.title='About https://a.shop.test/about',f()", SHOWN),
        ("document['title']='Terms:\\x20https://a.shop.test/about';", SHOWN),
        ("e.textContent = 'Ask at https://a.shop.test';", SHOWN),
        ("e['innerText']='Ask at https://a.shop.test';", SHOWN),
        # Code that an element runs or loads, an address that other code can read again, and other names.
        ("s.textContent='import a from \"https://a.shop.test/a.js\"';", ""),
        ("s.textContent='@import url(https://a.shop.test/a.css)';", ""),
        ("s.textContent='fetch(`https://a.shop.test`)';", ""),
        ("s.textContent='x=1 // https://a.shop.test';", ""),
        ("e.textContent='https://a.shop.test';", ""),
        ("song.title='About https://a.shop.test';", ""),
        ("e.innerHTML='See https://a.shop.test';", ""),
        ("e.textContent=='See https://a.shop.test';", ""),
    ],
)
def test_words_that_a_page_only_shows(text: str, expected: str) -> None:
    data = text.encode()
    assert reason(data, data.index(b"=") + text.partition("=")[2].index("'") + 1, data.index(b"https"), len(data)) == (
        expected
    )


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_have_an_answer(data: bytes, at: int) -> None:
    assert isinstance(reason(data, min(at, len(data)), min(at + 1, len(data)), len(data)), str)


@each("part", [b"{iss:", b"redirect_uri =", b"new URL(a,", b").search"])
def test_the_cost_is_linear(part: bytes) -> None:
    def work(data: bytes) -> object:
        return [reason(data, at, at + 1, at + 4) for at in range(0, len(data), len(part))]

    assert_linear(lambda size: part * (size // len(part)), work, 20_000)
