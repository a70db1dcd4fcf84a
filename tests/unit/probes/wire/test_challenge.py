"""Login demands and redirects are read from any header fields, and every other text demands nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.probes.wire.challenge import login_demand, redirect_path
from tieback.probes.wire.http import Response


def answer(status: int, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@each(
    ("challenge", "demand"),
    [
        ("Basic", "Basic"),
        ('basic realm="a b", charset="UTF-8"', 'basic realm="a b"'),
        ('Custom x="1", Bearer realm="api"', 'Bearer realm="api"'),
        ('Digest realm="a", nonce="secret-looking", Basic realm="b"', 'Digest, Basic realm="a"'),
        ("Basically", ""),
        ('Custom realm="Basic"', ""),
        ("", ""),
    ],
)
def test_challenges(challenge: str, demand: str) -> None:
    assert login_demand(answer(401, www_authenticate=challenge)) == demand


@each("page", ["/login", "login.php", "/a/b/sign-in?x", "/oauth2/start", "/saml2/x", "/ui/login/"])
def test_login_pages(page: str) -> None:
    assert login_demand(answer(302, location=page)) == f"redirect to {page.partition('?')[0]}"


@each("page", ["/catalogin", "/loginfo", "/help-login", "/a b/login", "", "/single"])
def test_other_pages(page: str) -> None:
    assert login_demand(answer(302, location=page)) == ""


@given(st.sampled_from([200, 301, 302, 401, 407]), st.text(max_size=300))
def test_any_text_gives_one_short_line_or_a_path_of_the_same_host(status: int, text: str) -> None:
    read = answer(status, www_authenticate=text, proxy_authenticate=text, location=text)
    assert len(login_demand(read)) <= 300
    path = redirect_path(read, "h.test:80", tls=False)
    assert path == "" or (path.startswith("/") and "?" not in path and status in (301, 302))


@pytest.mark.parametrize("piece", ["a/", "/a", "login/", "basic,", ", "])
def test_the_cost_of_hostile_text_is_linear(piece: str) -> None:
    def read(size: int) -> tuple[Response, ...]:
        text = piece * size
        return answer(302, location=text), answer(401, www_authenticate=text)

    assert_linear(read, lambda found: [login_demand(one) for one in found], 2_400)
