"""The pages of accounts over HTTP: first start, sign-in, code, provider, sessions, tokens, users, settings, audit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pyotp
import pytest
from litestar.testing import TestClient

from tests.lab.oidc_provider import CLIENT, SECRET, location_of, oidc_provider
from tests.unit.pipeline.accounts.fast import FAST
from tieback.pipeline.accounts.limits import SignInLimits
from tieback.pipeline.accounts.links import first_admin_link
from tieback.pipeline.accounts.passwords import Passwords
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.secret_box import SecretBox
from tieback.pipeline.accounts.service import AccountService
from tieback.web.app import build_server
from tieback.web.next_page import next_page
from tieback.web.settings import WebSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx import Response
    from litestar.types import ASGIApp

    from tests.lab.oidc_provider import OidcHost
    from tieback.storage.workspace import Workspace

HERE = "http://127.0.0.1:8484"
PASSWORD = "correct horse battery"
HOSTILE = "<script>alert(1)</script>\u202e"


class Server:
    """A server with its accounts, and browsers for it."""

    def __init__(self, workspace: Path, **settings: Any) -> None:
        self.links: list[str] = []
        self.now = 1_790_000_000.0
        self.accounts: AccountService = None  # type: ignore[assignment]
        self.app = build_server(
            WebSettings(workspace=workspace, **settings), accounts=self._open, first_link=self.links.append
        )
        self.client = TestClient(self.app, base_url=HERE)

    def _open(self, workspace: Workspace) -> AccountService:
        self.accounts = AccountService(
            workspace.ledger.accounts,
            passwords=Passwords(FAST),
            limits=SignInLimits(lambda: self.now),
            box=SecretBox(b"k" * 32, "second factor"),
            clock=lambda: self.now,
        )
        return self.accounts

    def empty(self) -> None:
        """Remove all accounts, as at the first start."""
        with self.accounts.store._database.engine.begin() as connection:
            for table in ("users", "user_sessions", "user_tokens", "user_links", "user_log"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        self.accounts.limits = SignInLimits(lambda: self.now)
        link = first_admin_link(self.accounts)
        assert link is not None
        self.links = [link]

    def browser(self) -> TestClient[ASGIApp]:
        """A browser without cookies; the server must run."""
        made = TestClient(self.app, base_url=HERE)
        made.blocking_portal = self.client.blocking_portal
        made.headers["Sec-Fetch-Site"] = "same-origin"
        made.follow_redirects = False
        return made

    def signed_in(self, name: str = "root", password: str = PASSWORD) -> TestClient[ASGIApp]:
        made = self.browser()
        answer = sign_in(made, name, password)
        assert answer.status_code == 303
        return made

    def user(self, name: str, role: Role) -> TestClient[ASGIApp]:
        """A new user, signed in."""
        root = self.signed_in()
        made = root.post("/api/v1/users", json={"name": name, "role": role.value})
        assert made.status_code == 201
        link = made.json()["link"].removeprefix("http://localhost:8484")
        answer = self.browser().post(link, data={"password": PASSWORD, "again": PASSWORD})
        assert answer.headers["location"] == "/sign-in?done=password_set"
        return self.signed_in(name)


def sign_in(browser: TestClient[ASGIApp], name: str = "root", password: str = PASSWORD, to: str = "/") -> Response:
    return browser.post("/sign-in", data={"name": name, "password": password, "next": to})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("accounts") / "ws")
    with made.client:
        yield made


@pytest.fixture
def new_server(running: Server) -> Server:
    """A server before its first administrator exists."""
    running.empty()
    return running


@pytest.fixture
def server(new_server: Server) -> Server:
    """A server with the administrator root."""
    form = {"name": "root", "password": PASSWORD, "again": PASSWORD}
    assert new_server.browser().post(new_server.links[-1], data=form).status_code == 303
    return new_server


# First start


def test_the_first_start(new_server: Server) -> None:
    browser = new_server.browser()
    assert browser.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    assert "no administrator yet" in browser.get("/sign-in").text
    (link,) = new_server.links
    page = browser.get(link)
    assert "Create the first administrator" in page.text
    for form, words in (
        ({"name": "root", "password": PASSWORD, "again": "x"}, "passwords differ"),
        ({"name": "root", "password": "short", "again": "short"}, "A password has"),
        ({"name": HOSTILE, "password": PASSWORD, "again": PASSWORD}, "Not a sign-in name"),
    ):
        answer = browser.post(link, data=form)
        assert answer.status_code == 403
        assert words in answer.text
        assert "<script>alert" not in answer.text
        assert PASSWORD not in answer.text
    done = browser.post(link, data={"name": "root", "password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert browser.get("/account").status_code == 200
    for again in (browser.get(link), browser.post(link, data={"name": "eve", "password": PASSWORD, "again": PASSWORD})):
        assert again.status_code == 404
        assert "cannot be used" in again.text
    assert "no administrator yet" not in new_server.browser().get("/sign-in").text


def test_a_new_start_without_an_administrator_prints_a_new_link(new_server: Server) -> None:
    link = first_admin_link(new_server.accounts)
    assert link is not None
    assert new_server.browser().get(new_server.links[0]).status_code == 404
    assert new_server.browser().get(link).status_code == 200


@pytest.mark.parametrize("secret", ["x", "x" * 3000, "..%2f", "%00", "%ff", "<script>"])
def test_other_links_are_unknown(new_server: Server, secret: str) -> None:
    answer = new_server.browser().get(f"/first-start/{secret}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text.replace('<script src="/static/tieback.js" type="module"></script>', "")


# Sign-in and sessions


def test_signing_in_and_out(server: Server) -> None:
    browser = server.browser()
    answer = sign_in(browser, to="/account?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"tieback=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)
    assert browser.get("/sign-in").headers["location"] == "/"
    before = browser.cookies["tieback"]
    answer = browser.post("/sign-out")
    assert answer.headers["location"] == "/sign-in?done=signed_out"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    other = server.browser()
    other.cookies["tieback"] = before
    assert other.get("/account").status_code != 200


def test_a_refused_sign_in_shows_one_text(server: Server) -> None:
    texts = set()
    for name, password in (("root", "wrong"), ("nobody", PASSWORD), (HOSTILE, "x")):
        answer = sign_in(server.browser(), name, password)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "<script>alert" not in answer.text
        texts.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(texts) == 1


def test_too_many_failures_say_how_long_to_wait(server: Server) -> None:
    for _ in range(5):
        sign_in(server.browser(), "root", "wrong")
    answer = sign_in(server.browser())
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert "Wait 1 second," in answer.text


def test_a_session_that_someone_else_set_is_replaced(server: Server) -> None:
    browser = server.browser()
    browser.cookies["tieback"] = "A" * 43
    answer = sign_in(browser)
    assert "A" * 43 not in answer.headers["set-cookie"]
    other = server.browser()
    other.cookies["tieback"] = "A" * 43
    assert other.get("/account").headers["location"] == "/sign-in?next=%2Faccount"


def test_over_tls_the_cookie_belongs_to_this_host(tmp_path: Path) -> None:
    server = Server(tmp_path / "ws", public_url="https://tieback.hospital.test")
    with server.client:
        browser = server.browser()
        browser.base_url = "https://tieback.hospital.test"
        answer = browser.post(server.links[0], data={"name": "root", "password": PASSWORD, "again": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-tieback=")
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Domain" not in cookie
        assert browser.get("/account").status_code == 200
        plain = server.browser()
        plain.base_url = "https://tieback.hospital.test"
        plain.cookies["tieback"] = browser.cookies["__Host-tieback"]
        assert plain.get("/account").status_code != 200, "a cookie that a subdomain can set does not count"


@pytest.mark.parametrize(
    "to",
    [
        "https://attacker.test", "//attacker.test", "/\\attacker.test", "\\\\attacker.test", "/\t/attacker.test",
        "/\n/attacker.test", "javascript:alert(1)", "attacker.test", "", "/sign-in", "/api/v1/account",
        "/" + "x" * 3000, "/é", " /account", "/first-start/x", "///attacker.test", "/\\/attacker.test",
    ],
)  # fmt: skip
def test_the_sign_in_redirects_only_to_own_pages(server: Server, to: str) -> None:
    assert next_page(to) == "/"
    assert sign_in(server.browser(), to=to).headers["location"] == "/"
    assert server.signed_in().get("/sign-in", params={"next": to}).headers["location"] == "/"


@pytest.mark.parametrize("to", ["/", "/apps", "/apps?q=a%20b&after=x", "/stores/abc~1", "/inventory/apps?show=open"])
def test_own_pages_are_kept(to: str) -> None:
    assert next_page(to) == to


def test_the_own_account_page(server: Server) -> None:
    browser = server.signed_in()
    page = browser.get("/account")
    assert page.status_code == 200
    assert "this one" in page.text
    assert "argon2" not in page.text
    assert browser.get("/api/v1/account").json()["user"]["name"] == "root"
    form = {"current": PASSWORD, "password": "another long password", "again": "another long password"}
    assert browser.post("/account/password", data=form | {"again": "x"}).status_code == 400
    other = server.signed_in()
    answer = browser.post("/account/password", data=form)
    assert answer.headers["location"] == "/account?done=own_password"
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code != 200
    assert sign_in(server.browser()).status_code == 403


# Second factor


def test_the_second_factor(server: Server) -> None:
    browser = server.signed_in()
    page = browser.get("/account/second-factor")
    key = re.search(r"Key: <code>([A-Z2-7]{32})</code>", page.text)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert key
    assert sealed
    assert 'src="data:image/svg+xml' in page.text
    assert page.headers["cache-control"] == "no-store"
    totp = pyotp.TOTP(key[1])
    form = {"sealed": sealed[1], "code": totp.at(int(server.now)), "password": PASSWORD}
    assert browser.post("/account/second-factor", data=form | {"code": "1"}).status_code == 400
    assert browser.post("/account/second-factor", data=form).headers["location"] == "/account?done=add_factor"
    server.now += 30
    other = server.browser()
    answer = sign_in(other, to="/account")
    assert answer.status_code == 200
    assert "Enter your code" in answer.text
    assert other.get("/account").status_code != 200, "the password alone opens nothing"
    assert other.get("/api/v1/account").status_code == 401
    first = other.cookies["tieback"]
    wrong = other.post("/sign-in/code", data={"code": "12345", "next": "/account"})
    assert wrong.status_code == 403
    assert "code is wrong" in wrong.text
    code = totp.at(int(server.now))
    done = other.post("/sign-in/code", data={"code": code, "next": "/account"})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert other.cookies["tieback"] != first
    assert other.get("/account").status_code == 200
    third = server.browser()
    sign_in(third)
    assert third.post("/sign-in/code", data={"code": code}).status_code == 403, "a code counts once"
    assert "Sign in again" in server.browser().post("/sign-in/code", data={"code": code}).text
    server.now += 30
    drop = {"code": totp.at(int(server.now)), "password": PASSWORD}
    assert other.post("/account/second-factor/remove", data=drop).status_code == 303
    assert sign_in(server.browser()).status_code == 303


# Provider


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcHost]:
    with oidc_provider() as host:
        yield host


@pytest.fixture(scope="module")
def running_with_provider(provider: OidcHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("provider")
    file = folder / "sign-in.toml"
    file.write_text(
        f'[oidc]\nname = "Hospital"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
        'client_secret_env = "PROVIDER_SECRET"\n[oidc.roles]\nstaff = "analyst"\n"<b>admins</b>" = "admin"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROVIDER_SECRET", SECRET)
        made = Server(folder / "ws", sign_in=file)
    with made.client:
        yield made


@pytest.fixture
def with_provider(running_with_provider: Server, provider: OidcHost) -> Server:
    provider.reset()
    running_with_provider.empty()
    return running_with_provider


def callback(browser: TestClient[ASGIApp], to: str = "/account") -> str:
    """The address with which the provider sends the browser back."""
    begun = browser.get("/sign-in/oidc", params={"next": to}, headers={"Sec-Fetch-Site": "none"})
    assert begun.status_code == 302
    assert dict(parse_qsl(urlsplit(begun.headers["location"]).query))["code_challenge_method"] == "S256"
    back = location_of(begun.headers["location"])
    assert back.startswith(f"{HERE}/sign-in/callback?")
    return back.removeprefix(HERE)


def test_a_sign_in_by_the_provider(with_provider: Server, provider: OidcHost) -> None:
    browser = with_provider.browser()
    assert "Sign in with Hospital" in browser.get("/sign-in").text
    back = callback(browser)
    done = browser.get(back, headers={"Sec-Fetch-Site": "cross-site"})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert browser.get("/api/v1/account").json()["user"]["name"] == "ann@127.0.0.1"
    assert "tieback-sign-in" not in browser.cookies
    replay = browser.get(back)
    assert replay.status_code == 502
    assert "did not begin" in replay.text


def test_the_provider_answer_of_another_browser_is_refused(with_provider: Server) -> None:
    attacker, victim = with_provider.browser(), with_provider.browser()
    back = callback(attacker)
    callback(victim)
    answer = victim.get(back)
    assert answer.status_code == 502
    assert victim.get("/account").status_code != 200


def test_a_user_without_a_group_is_refused(with_provider: Server, provider: OidcHost) -> None:
    provider.user = {"sub": "7", "preferred_username": HOSTILE, "name": HOSTILE, "groups": [HOSTILE]}
    browser = with_provider.browser()
    answer = browser.get(callback(browser))
    assert answer.status_code == 403
    assert "no role here" in answer.text
    assert browser.get("/account").status_code != 200
    assert with_provider.accounts.store.count() == 0


def test_a_provider_that_fails_is_named(with_provider: Server, provider: OidcHost) -> None:
    browser = with_provider.browser()
    answer = browser.get(callback(browser) + "&error=" + HOSTILE)
    assert answer.status_code == 502
    assert "did not sign you in" in answer.text
    assert "<script>alert" not in answer.text


def test_answers_of_the_provider_are_limited(with_provider: Server, provider: OidcHost) -> None:
    for _ in range(5):
        browser = with_provider.browser()
        assert browser.get(callback(browser) + "&error=access_denied").status_code == 502
    before = len(provider.requests)
    browser = with_provider.browser()
    answer = browser.get(callback(browser))
    assert answer.status_code == 429
    assert len(provider.requests) == before + 1, "only the browser went there"


def test_the_settings_show_the_provider_without_its_secret(with_provider: Server, provider: OidcHost) -> None:
    provider.user |= {"groups": ["<b>admins</b>"]}
    browser = with_provider.browser()
    assert browser.get(callback(browser)).status_code == 303
    page = browser.get("/settings")
    assert page.status_code == 200
    assert "&lt;b&gt;admins&lt;/b&gt;" in page.text
    assert SECRET not in page.text
    found = browser.get("/api/v1/settings").json()
    assert found["provider"]["roles"] == {"<b>admins</b>": "admin", "staff": "analyst"}
    assert SECRET not in str(found)


def test_without_a_provider_its_addresses_do_not_exist(server: Server) -> None:
    assert server.browser().get("/sign-in/oidc").status_code == 404
    assert server.browser().get("/sign-in/callback?code=x&state=y").status_code == 404


# Tokens


def test_a_token_is_created_shown_once_used_and_revoked(server: Server) -> None:
    browser = server.signed_in()
    page = browser.post("/tokens", data={"name": HOSTILE, "role": "analyst", "scope": "read", "days": "30"})
    assert page.status_code == 201
    assert "<script>alert" not in page.text
    secret = re.search(r"tbk_[\w-]{43}", page.text)
    assert secret
    assert page.headers["cache-control"] == "no-store"
    listed = browser.get("/tokens")
    assert secret[0] not in listed.text
    assert "<script>alert" not in listed.text
    program = server.browser()
    del program.headers["Sec-Fetch-Site"]
    program.headers["Authorization"] = f"Bearer {secret[0]}"
    assert program.get("/api/v1/tokens").status_code == 200
    assert program.get("/api/v1/users").status_code == 403, "the role of the token is lower than its owner's"
    (row,) = browser.get("/api/v1/tokens").json()["items"]
    assert (row["state"], row["reads_only"], row["role"]) == ("valid", True, "analyst")
    assert row["used"] is not None
    assert program.delete(f"/api/v1/tokens/{row['id']}").status_code == 403, "it only reads"
    assert browser.post(f"/tokens/{row['id']}/revoke").headers["location"] == "/tokens?done=revoke_form"
    assert program.get("/api/v1/tokens").status_code == 401
    assert browser.get("/api/v1/tokens").json()["items"][0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"name": "ci"}, 201),
        ({"name": "ci", "role": "viewer", "reads_only": False, "days": 365}, 201),
        ({"name": "ci", "days": 366}, 400),
        ({"name": "", "days": 1}, 400),
        ({"name": "ci", "role": "owner"}, 400),
        ({}, 400),
    ],
)
def test_tokens_by_the_api(server: Server, data: dict[str, Any], status: int) -> None:
    answer = server.signed_in().post("/api/v1/tokens", json=data)
    assert answer.status_code == status
    if status == 201:
        assert answer.json()["secret"].startswith("tbk_")


def test_a_token_makes_no_tokens_and_no_users(server: Server) -> None:
    made = server.signed_in().post("/api/v1/tokens", json={"name": "ci", "role": "admin", "reads_only": False}).json()
    program = server.browser()
    program.headers["Authorization"] = f"Bearer {made['secret']}"
    assert program.get("/api/v1/users").status_code == 200
    for path, body in (
        ("/api/v1/tokens", {"name": "more", "role": "admin", "reads_only": False}),
        ("/api/v1/users", {"name": "eve", "role": "admin"}),
    ):
        answer = program.post(path, json=body)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
    assert program.delete(f"/api/v1/tokens/{made['token']['id']}").status_code == 200, "it may revoke itself"
    assert program.get("/api/v1/users").status_code == 401


def test_a_bearer_token_replaces_the_session_of_the_browser(server: Server) -> None:
    browser = server.signed_in()
    for value in ("Bearer tbk_wrong", "Bearer ", "Basic cm9vdDp4", "bearer"):
        assert browser.get("/api/v1/account", headers={"Authorization": value}).status_code == 401


def test_tokens_of_others_are_for_administrators(server: Server) -> None:
    ben = server.user("ben", Role.ANALYST)
    mine = server.signed_in().post("/api/v1/tokens", json={"name": "root's"}).json()["token"]["id"]
    theirs = ben.post("/api/v1/tokens", json={"name": "ben's"}).json()["token"]["id"]
    assert [one["name"] for one in ben.get("/api/v1/tokens?everyone=true").json()["items"]] == ["ben's"]
    assert ben.delete(f"/api/v1/tokens/{mine}").status_code == 404
    root = server.signed_in()
    assert len(root.get("/api/v1/tokens?everyone=true").json()["items"]) == 2
    assert "ben" in root.get("/tokens?everyone=true").text
    assert root.delete(f"/api/v1/tokens/{theirs}").status_code == 200


# Users


def test_users_are_created_changed_and_disabled(server: Server) -> None:
    root = server.signed_in()
    page = root.post("/users", data={"name": "ben", "display": HOSTILE, "role": "analyst"})
    assert page.status_code == 201
    link = re.search(r"http://localhost:8484(/first-start/[\w-]{43})", page.text)
    assert link
    assert "<script>alert" not in page.text
    assert root.post(link[1], data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    ben = server.signed_in("ben")
    assert ben.get("/users").status_code == 403
    assert ben.get("/account").status_code == 200
    (row,) = [one for one in root.get("/api/v1/users").json()["items"] if one["name"] == "ben"]
    for path in ("/users", f"/users/{row['id']}"):
        text = root.get(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "argon2" not in text
    assert root.post(f"/users/{row['id']}/role", data={"role": "admin"}).status_code == 303
    assert ben.get("/users").status_code == 200, "the new role applies at once"
    assert root.post(f"/users/{row['id']}/sessions/end").status_code == 303
    assert ben.get("/users").status_code != 200
    assert root.post(f"/users/{row['id']}/disable").status_code == 303
    assert sign_in(server.browser(), "ben").status_code == 403
    assert root.post(f"/users/{row['id']}/enable").status_code == 303
    assert sign_in(server.browser(), "ben").status_code == 303
    assert root.post(f"/users/{row['id']}/second-factor/remove").status_code == 303
    assert root.post(f"/users/{row['id']}/password-link").status_code == 201
    assert root.post(f"/users/{row['id']}/role", data={"role": "owner"}).status_code == 400


def test_users_by_the_api(server: Server) -> None:
    root = server.signed_in()
    made = root.post("/api/v1/users", json={"name": "ben", "role": "viewer", "display": "Ben"})
    assert made.status_code == 201
    key = made.json()["user"]["id"]
    assert root.post("/api/v1/users", json={"name": "ben", "role": "viewer"}).status_code == 400
    assert root.get(f"/api/v1/users/{key}").json()["user"]["display"] == "Ben"
    etag = root.get(f"/api/v1/users/{key}").headers["etag"]
    changed = root.patch(f"/api/v1/users/{key}", json={"role": "analyst"}, headers={"If-Match": etag})
    assert changed.json()["user"]["role"] == "analyst"
    stale = root.patch(f"/api/v1/users/{key}", json={"disabled": True}, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert root.patch(f"/api/v1/users/{key}", json={"disabled": True}).json()["user"]["disabled"] is True
    unknown = root.patch(f"/api/v1/users/{key}", json={"disable": False})
    assert (unknown.status_code, "unknown field `disable`" in unknown.text) == (400, True)
    assert root.delete(f"/api/v1/users/{key}/sessions").status_code == 200
    assert root.delete(f"/api/v1/users/{key}/second-factor").status_code == 200
    assert (
        root.post(f"/api/v1/users/{key}/password-link").json()["link"].startswith("http://localhost:8484/first-start/")
    )
    for method, path in (
        ("GET", "/api/v1/users/none"),
        ("PATCH", "/api/v1/users/none"),
        ("DELETE", "/api/v1/users/none/sessions"),
        ("POST", "/api/v1/users/none/password-link"),
    ):
        body = {"role": "viewer"} if method == "PATCH" else None
        assert root.request(method, path, json=body).status_code == 404


def test_a_user_is_removed_on_the_page_and_by_the_api(server: Server) -> None:
    root, ben, eve = server.signed_in(), server.user("ben", Role.ADMIN), server.user("eve", Role.VIEWER)
    keys = {one["name"]: one["id"] for one in root.get("/api/v1/users").json()["items"]}
    page = root.get(f"/users/{keys['eve']}").text
    assert f'action="/users/{keys["eve"]}/remove"' in page
    assert eve.post(f"/users/{keys['ben']}/remove").status_code == 403
    answer = root.post(f"/users/{keys['eve']}/remove")
    assert (answer.status_code, answer.headers["location"]) == (303, "/users?done=remove_user_form")
    assert "The user is removed." in root.get("/users?done=remove_user_form").text
    assert eve.get("/account").status_code != 200
    etag = root.get(f"/api/v1/users/{keys['ben']}").headers["etag"]
    assert root.patch(f"/api/v1/users/{keys['ben']}", json={"role": "admin", "disabled": True}).status_code == 200
    stale = root.delete(f"/api/v1/users/{keys['ben']}", headers={"If-Match": etag})
    assert stale.status_code == 412
    removed = root.delete(f"/api/v1/users/{keys['ben']}")
    assert (removed.status_code, removed.json()["name"]) == (200, "ben")
    assert ben.get("/account").status_code != 200
    assert root.delete(f"/api/v1/users/{keys['ben']}").status_code == 404
    own = root.delete(f"/api/v1/users/{keys['root']}")
    assert (own.status_code, "your own account" in own.json()["detail"]) == (400, True)
    text = root.get("/audit").text
    for words in ("user removed", "ben", "eve"):
        assert words in text
    assert [one["name"] for one in root.get("/api/v1/users").json()["items"]] == ["root"]


def test_the_last_administrator_stays(server: Server) -> None:
    root = server.signed_in()
    key = root.get("/api/v1/account").json()["user"]["id"]
    answer = root.patch(f"/api/v1/users/{key}", json={"role": "viewer"})
    assert answer.status_code == 400
    assert "last administrator" in answer.json()["detail"]
    assert root.get("/users").status_code == 200


def test_a_list_of_users_has_pages(server: Server) -> None:
    root = server.signed_in()
    for name in ("ann", "ben", "zoe"):
        root.post("/api/v1/users", json={"name": name, "role": "viewer"})
    first = root.get("/api/v1/users?limit=2").json()
    assert [one["name"] for one in first["items"]] == ["ann", "ben"]
    assert first["total"] == 4
    second = root.get("/api/v1/users", params={"limit": 2, "after": first["next"]}).json()
    assert [one["name"] for one in second["items"]] == ["root", "zoe"]
    assert second["next"] is None


# Audit


def test_the_audit_log_shows_changes_and_detects_edits(server: Server) -> None:
    root = server.signed_in()
    root.post("/api/v1/users", json={"name": "ben", "role": "viewer"})
    sign_in(server.browser(), "root", "wrong")
    page = root.get("/audit")
    assert page.status_code == 200
    for words in ("user created", "sign-in refused", "first administrator"):
        assert words in page.text
    assert "The chain is intact" in root.get("/audit?verify=true").text
    assert root.get("/api/v1/audit/verification").json()["ok"] is True
    found = root.get("/api/v1/audit?limit=2").json()
    assert [one["action"] for one in found["lines"]["items"]] == ["sign-in refused", "password link"]
    older = root.get("/api/v1/audit", params={"limit": 2, "after": found["next"]}).json()
    assert older["lines"]["items"][0]["action"] == "user created"
    assert root.get("/api/v1/audit?author=ben").json()["lines"]["items"] == []
    with server.accounts.store._database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE user_log SET author = 'eve' WHERE seq = 1")
    page = root.get("/audit?verify=true")
    assert "The log was changed" in page.text
    assert root.get("/api/v1/audit/verification").json() == {
        "ok": False,
        "lines": 0,
        "head": "0" * 64,
        "problem": "line 1 was edited: the hash does not match the content",
    }


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.OPERATOR])
def test_only_administrators_see_users_settings_and_the_log(server: Server, role: Role) -> None:
    ben = server.user("ben", role)
    for path in ("/users", "/settings", "/audit", "/audit?verify=true"):
        assert ben.get(path).status_code == 403
        assert ben.get(f"/api/v1{path}").status_code == 403
    for path in ("/account", "/tokens"):
        assert ben.get(path).status_code == 200
        assert ben.get(f"/api/v1{path}").status_code == 200


def test_no_page_has_inline_scripts_or_styles(server: Server) -> None:
    root = server.signed_in()
    key = root.get("/api/v1/account").json()["user"]["id"]
    paths = (
        "/sign-in",
        "/account",
        "/account/second-factor",
        "/tokens",
        "/users",
        f"/users/{key}",
        "/settings",
        "/audit",
    )
    for path in paths:
        text = (server.browser() if path == "/sign-in" else root).get(path).text
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", text), path


# What is wrong with a form

WRONG = [
    # form, its fields, what is wrong, what it has again
    ("/users", {"name": "B<n", "display": "<b>", "role": "operator"}, "Not a sign-in name",
     ['value="B&lt;n"', 'value="&lt;b&gt;"', 'value="operator" selected']),
    ("/users", {"name": "root", "display": "Ben", "role": "owner"}, "No role is chosen", ['value="root"']),
    ("/users/OWN/role", {"role": "viewer"}, "administrator", ['value="viewer" selected']),
    ("/users/OWN/disable", {}, "administrator", []),
    ("/users/OWN/remove", {}, "This is your own account", []),
    ("/tokens", {"name": "<ci>", "role": "viewer", "scope": "change", "days": "366"}, "366 is not between 1 and 365",
     ['value="&lt;ci&gt;"', 'value="viewer" selected', 'value="change" selected', 'value="366"']),
    ("/tokens", {"name": "ci", "role": "viewer", "scope": "read", "days": "<9"}, "Not a number of days",
     ['value="ci"', 'value="&lt;9"']),
    ("/account/password", {"current": PASSWORD, "password": "another long one", "again": "yet another"},
     "passwords differ", []),
    ("/account/password", {"current": "wrong word", "password": "another long one", "again": "another long one"},
     "password is wrong", []),
    ("/account/second-factor/remove", {"password": PASSWORD, "code": "123456"}, "There is no second factor", []),
]  # fmt: skip


@pytest.mark.parametrize(("form", "fields", "problem", "again"), WRONG)
def test_what_is_wrong_is_beside_its_form_with_what_was_entered(
    server: Server, form: str, fields: dict[str, str], problem: str, again: list[str]
) -> None:
    browser = server.signed_in()
    (row,) = browser.get("/api/v1/users").json()["items"]
    action = form.replace("OWN", row["id"])
    answer = browser.post(action, data=fields)
    assert answer.status_code == 400, answer.text
    assert answer.headers["cache-control"] == "no-store"
    text = answer.text
    assert text.count('role="alert"') == 1
    beside = text[text.index('role="alert"') :].partition("</section>")[0]
    assert problem.lower() in beside.partition("</p>")[0].lower()
    if "There is no" not in problem:
        assert f'action="{action}"' in beside
    for one in again:
        assert one in beside, one
    for name, value in fields.items():
        assert name not in ("current", "password", "again", "code") or value not in text, "a secret is sent back"
    (after,) = browser.get("/api/v1/users").json()["items"]
    assert {"signed_in": 0} | after == {"signed_in": 0} | row
    assert browser.get("/api/v1/tokens").json()["items"] == []


def test_the_last_administrator_keeps_the_page_of_the_own_user(server: Server) -> None:
    browser = server.signed_in()
    (row,) = browser.get("/api/v1/users").json()["items"]
    page = browser.post(f"/users/{row['id']}/remove").text
    assert "<details open><summary>Remove" in page


def test_a_second_factor_that_was_scanned_stays_after_a_wrong_code(server: Server) -> None:
    """Otherwise each typing error would need another scan, and the app would have keys that never work."""
    browser = server.signed_in()

    def key_of(page: str) -> tuple[str, str]:
        key, sealed = re.search(r"Key: <code>([A-Z2-7]{32})", page), re.search(r'name="sealed" value="([^"]+)"', page)
        assert key
        assert sealed
        return key[1], sealed[1]

    key, sealed = key_of(browser.get("/account/second-factor").text)
    for code, password in (("1", PASSWORD), (pyotp.TOTP(key).at(int(server.now)), "wrong")):
        answer = browser.post("/account/second-factor", data={"sealed": sealed, "code": code, "password": password})
        assert answer.status_code == 400
        assert "is wrong" in answer.text.partition('role="alert"')[2].partition("</p>")[0]
        assert key_of(answer.text) == (key, sealed)
        assert 'src="data:image/svg+xml' in answer.text
    for other in (sealed[:-6] + "AAAAAA", "", "x"):
        answer = browser.post("/account/second-factor", data={"sealed": other, "code": "1", "password": PASSWORD})
        assert answer.status_code == 400
        assert key_of(answer.text)[0] != key
    form = {"sealed": sealed, "code": pyotp.TOTP(key).at(int(server.now)), "password": PASSWORD}
    assert browser.post("/account/second-factor", data=form).status_code == 303


def test_too_many_wrong_passwords_are_refused_beside_the_form(server: Server) -> None:
    browser = server.signed_in()
    form = {"current": "wrong word", "password": "another long one", "again": "another long one"}
    answers = [browser.post("/account/password", data=form) for _ in range(30)]
    last = answers[-1]
    assert (answers[0].status_code, last.status_code) == (400, 429)
    assert int(last.headers["retry-after"]) > 0
    assert 'action="/account/password"' in last.text.partition('role="alert"')[2]
