"""Accounts in a browser: users by link and by provider, tokens, suppressing a finding, and the end of a session."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.lab.direct import open_directly
from tests.lab.oidc_provider import CLIENT, SECRET, OidcHost, oidc_provider
from tests.lab.served import PASSWORD, Served, chromium, first_start, served
from tests.unit.pipeline.workspaces import make
from tests.unit.web.test_findings import FINDINGS, FIRST, STORES, UNTIL
from tieback.storage.workspace import Workspace

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcHost]:
    with oidc_provider() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: OidcHost) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("accounts")
    workspace = make(folder, stores=STORES)
    with Workspace.open(workspace) as opened:
        run = opened.ledger.latest_run()
        assert run is not None
        opened.ledger.conclusions.save(run.id, STORES, FINDINGS)
    settings = folder / "sign-in.toml"
    settings.write_text(
        f'[oidc]\nname = "Hospital"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
        'client_secret_env = "TIEBACK_TEST_OIDC_SECRET"\n[oidc.roles]\nstaff = "analyst"\n'
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIEBACK_TEST_OIDC_SECRET", SECRET)
        with served(workspace, folder, "--sign-in", str(settings)) as running:
            yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(server: Served, browser: Browser) -> Page:
    """A page in which the administrator ``ann`` is signed in."""
    page = browser.new_page()
    first_start(server, page)
    return page


@pytest.fixture
def page(browser: Browser, admin: Page) -> Iterator[Page]:
    """A page of another browser, in which no user is signed in. ``admin``: the server has its administrator before."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def signed_in_as(page: Page) -> Locator:
    """Name and role in the head of the page."""
    return page.locator(".who")


def sign_in(page: Page, server: Served, name: str, password: str) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in_at_provider(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_role("link", name="Sign in with Hospital").click()


def fetched(url: str, **headers: str) -> tuple[int, object]:
    """Status and JSON document that a program gets."""
    try:
        with open_directly(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_new_user_sets_a_password_by_the_link_and_signs_in(server: Served, admin: Page, page: Page) -> None:
    admin.goto(f"{server.url}/users")
    admin.get_by_label("Name", exact=True).fill("bea")
    admin.get_by_label("Shown as").fill("Bea Lind")
    admin.get_by_label("Role").select_option("analyst")
    admin.get_by_role("button", name="Create the user").click()
    link = admin.get_by_label("Link to set a password").input_value().replace("localhost", "127.0.0.1")
    password = "a long phrase for bea"

    page.goto(link)
    expect(main_of(page)).to_contain_text("For the user bea")
    for field in page.locator("input[type=password]").all():
        field.fill(password)
    page.get_by_role("button", name="Set the password").click()
    expect(main_of(page)).to_contain_text("Your password is set")
    again = page.goto(link)
    assert again is not None
    assert again.status == 404, "a link works once"

    sign_in(page, server, "bea", "a wrong phrase for bea")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong")
    sign_in(page, server, "bea", password)
    expect(signed_in_as(page)).to_contain_text("analyst")
    refused = page.goto(f"{server.url}/users")
    assert refused is not None
    assert refused.status == 403, "users are for administrators"
    admin.goto(f"{server.url}/users")
    expect(admin.get_by_role("row").filter(has_text="Bea Lind")).to_contain_text("active")


@pytest.mark.more
def test_a_group_of_the_provider_gives_the_role(server: Served, provider: OidcHost, page: Page) -> None:
    provider.user = {"sub": "1", "preferred_username": "oda", "name": "Oda Moe", "groups": ["visitors", "staff"]}
    sign_in_at_provider(page, server)
    page.wait_for_url(f"{server.url}/")
    # The host in the name distinguishes the user from a local one.
    expect(signed_in_as(page)).to_contain_text("oda@127.0.0.1 analyst")
    page.goto(f"{server.url}/account")
    expect(main_of(page)).to_contain_text("The sign-in provider has your password")


@pytest.mark.more
def test_another_group_gives_no_role(server: Served, provider: OidcHost, admin: Page, page: Page) -> None:
    provider.user = {"sub": "2", "preferred_username": "per", "name": "Per Dal", "groups": ["visitors"]}
    sign_in_at_provider(page, server)
    expect(page.get_by_role("alert")).to_contain_text("Your account has no role here")
    page.goto(f"{server.url}/apps")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    admin.goto(f"{server.url}/users")
    expect(main_of(admin)).not_to_contain_text("Per Dal")


@pytest.mark.more
def test_a_token_is_shown_once_and_works_until_it_is_revoked(server: Served, admin: Page) -> None:
    admin.goto(f"{server.url}/tokens")
    admin.get_by_label("Name", exact=True).fill("nightly export")
    admin.get_by_role("button", name="Create the token").click()
    secret = admin.get_by_label("Token", exact=True).input_value()
    bearer = {"Authorization": f"Bearer {secret}"}
    status, document = fetched(f"{server.url}/api/v1/apps", **bearer)
    assert status == 200
    assert isinstance(document, dict)
    assert "Fieldhand" in {one["name"] for one in document["items"]}

    admin.goto(f"{server.url}/tokens")
    expect(main_of(admin)).to_contain_text("nightly export")
    assert secret not in admin.content()
    admin.get_by_role("button", name="Revoke the token nightly export").click()
    expect(admin.get_by_role("status")).to_have_text("The token is revoked.")
    assert fetched(f"{server.url}/api/v1/apps", **bearer)[0] == 401


def test_a_finding_is_suppressed_counted_and_restored(server: Served, admin: Page) -> None:
    totals = admin.get_by_role("list", name="Totals of the run")
    admin.goto(f"{server.url}/findings/{FIRST.id}")
    admin.get_by_label("Reason, with a ticket number").fill("test system, ticket 4711")
    admin.get_by_label("Last day").fill(UNTIL)
    admin.get_by_role("button", name="Suppress the finding").click()
    expect(main_of(admin)).to_contain_text(f"Suppressed until {UNTIL} by ann: test system, ticket 4711")
    admin.goto(f"{server.url}/findings?suppressed=yes")
    expect(totals.get_by_role("listitem").filter(has_text="of these suppressed")).to_contain_text("1")
    expect(admin.locator("#findings tbody tr")).to_have_count(1)

    admin.goto(f"{server.url}/findings/{FIRST.id}")
    admin.get_by_role("button", name="Undo the suppression").click()
    expect(admin.get_by_role("status")).to_have_text("The finding counts again.")
    admin.goto(f"{server.url}/findings")
    expect(totals.get_by_role("listitem").filter(has_text="of these suppressed")).to_contain_text("0")
    expect(admin.locator("#findings tbody tr")).to_have_count(len(FINDINGS))


@pytest.mark.more
def test_signing_out_ends_the_session_at_the_server(server: Served, page: Page) -> None:
    sign_in(page, server, "ann", PASSWORD)
    expect(signed_in_as(page)).to_contain_text("admin")
    cookie = "; ".join(f"{one.get('name')}={one.get('value')}" for one in page.context.cookies())
    assert fetched(f"{server.url}/api/v1/apps", Cookie=cookie)[0] == 200
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto(f"{server.url}/apps")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert fetched(f"{server.url}/api/v1/apps", Cookie=cookie)[0] == 401
