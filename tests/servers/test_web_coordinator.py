"""The coordinator's journey in a browser: an open store, its case, a letter, and re-checks until it is closed.

The server is `tieback serve` in a process of its own, the store is a real one on loopback, and the re-checks run from
the server's queue under the grant of this test. OpenSearch is emulated by osmem-server.
"""

import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.lab.patient import PATIENT
from tests.lab.ports import free_port, free_subnet
from tieback.lab.osmem import request, start_osmem
from tieback.lab.process import RunningServer, stop
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.scope.grant import render_grant

APP = Path(__file__).parents[2] / "labs" / "apps" / "fieldhand.apk"
NET = f"127.77.{free_subnet()}"
PASSWORD = "correct horse battery staple"
SECONDS = 120.0
"""For the start of the server and for a re-check: the machine may be busy."""

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(600)]


class Served(NamedTuple):
    """A running server."""

    link: str
    """Where the first administrator is created."""
    workspace: Path
    store: RunningServer


def address(served: Served) -> str:
    return served.link.partition("/first-start")[0]


def tieback(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "tieback", *map(str, words)], check=True, capture_output=True, timeout=240)


def filled_store(folder: Path) -> RunningServer:
    store = start_osmem(folder, f"{NET}.10", 9200)
    rows = (f'{{"index":{{"_index":"machines"}}}}\n{{"serial":{n},"email":"x"}}\n' for n in range(120))
    request(store.address, store.port, "POST", "/_bulk?refresh=true", "".join(rows).encode())
    return store


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("coordinator")
    workspace = folder / "ws"
    today = datetime.now(UTC).date()
    target = TargetRule(match=f"{NET}.0/24", ports="any", depth=Depth.DESCRIBE)
    grant = Grant(
        authorised_by="Nordwind Energie AG",
        contact="security@nordwind.example",
        not_after=today + timedelta(days=30),
        target=(target,),
        hosts={"es.fieldhand.test": f"{NET}.10"},
        limits=PATIENT,
    )
    (folder / "lab.toml").write_text(render_grant(grant))
    store = filled_store(folder / "search")
    try:
        tieback("scan", APP, "--grant", folder / "lab.toml", "-w", workspace, "--workers", "1")
        shutil.copy(folder / "lab.toml", workspace / "grants" / "lab.toml")
        with server(workspace) as link:
            yield Served(link, workspace, store)
    finally:
        stop(store)


@contextmanager
def server(workspace: Path) -> Iterator[str]:
    """`tieback serve`; yields the link for the first administrator."""
    words = [sys.executable, "-m", "tieback", "serve", "-w", str(workspace), "--port", str(free_port())]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, env=os.environ | {"COLUMNS": "300"})
    try:
        yield first_link(process)
    finally:
        process.terminate()
        process.wait(60)
        assert process.stderr is not None
        process.stderr.close()


def first_link(process: "subprocess.Popen[bytes]") -> str:
    assert process.stderr is not None
    heard = b""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if select.select([process.stderr], [], [], 1)[0]:
            heard += os.read(process.stderr.fileno(), 4096)
        if found := re.search(rb"once\): (http://\S+)\n", heard):
            return found[1].decode()
        if process.poll() is not None:
            break
    raise AssertionError(f"the server printed no link: {heard.decode(errors='replace')}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def session(served: Served, browser: Browser) -> StorageState:
    """The cookies of the first administrator, who was created by the link on the terminal."""
    expect.set_options(timeout=SECONDS * 1000)
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.link)
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("link", name="ann")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


def re_check(page: Page, case: str) -> str:
    """Start a re-check from the page of a case, wait for its end, and return the verdict that the case shows."""
    page.goto(case)
    page.get_by_role("button", name="Re-check now").click()
    page.wait_for_url("**/runs/**")  # the page renews itself, and then no longer shows that the run was queued
    run = page.url.partition("?")[0]
    deadline = time.monotonic() + SECONDS
    state = ""
    while state != "done" and time.monotonic() < deadline:
        state = json.loads(page.request.get(run.replace("/runs/", "/api/v1/runs/")).text())["run"]["state"]
        assert state not in {"failed", "cancelled"}, page.request.get(run).text()
        page.wait_for_timeout(300)
    assert state == "done"
    page.goto(case)
    return page.locator("#verdict strong").inner_text()


def test_from_an_open_store_to_its_re_check(
    served: Served, browser: Browser, session: StorageState, tmp_path: Path
) -> None:
    context = browser.new_context(storage_state=session)
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address(served))

    # The open store, worst first, with what it shows and how to close it.
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Stores").click()
    expect(page.locator("#stores tbody tr").first).to_contain_text("open")
    page.locator("#stores tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("opensearch")
    expect(page.get_by_role("region", name="Containers")).to_contain_text("machines")
    expect(page.get_by_role("region", name="Containers")).to_contain_text("120")
    expect(page.get_by_role("region", name="Apps that lead to the store")).to_contain_text("Fieldhand")
    expect(page.locator("section", has=page.locator("#close-it"))).to_contain_text("private address")

    # Its case, with a note.
    page.get_by_role("button", name="Open a case").click()
    expect(page.get_by_role("status")).to_have_text("The case is open.")
    case = page.url.partition("?")[0]
    page.get_by_label("Note", exact=True).fill("called <b>them</b>")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("region", name="Log of the case")).to_contain_text("called <b>them</b>")

    # A letter: read, downloaded, and recorded as sent. Nothing else sends it.
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Write the letter").click()
    expect(page.locator("#not-sent")).to_be_visible()
    expect(page.locator("#letter-text")).to_contain_text("Nordwind Energie AG")
    expect(page.locator("#letter-text")).to_contain_text("es.fieldhand.test:9200")
    with page.expect_download() as got:
        page.get_by_role("link", name="eml", exact=True).click()
    draft = tmp_path / "letter.eml"
    got.value.save_as(draft)
    assert b"X-Unsent: 1" in draft.read_bytes()
    page.get_by_role("button", name="Record as sent").click()
    expect(page.get_by_role("status").first).to_contain_text("Recorded as sent.")
    page.goto(case)
    expect(page.locator("#case-state")).to_contain_text("notified")

    # Re-checks under the grant on the server: open, and then closed.
    assert re_check(page, case) == "open"
    stop(served.store)
    assert re_check(page, case) in {"closed", "closed at known places"}
    expect(page.get_by_text("All re-checks (2)")).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("link", name="Download the evidence").click()
    got.value.save_as(tmp_path / "evidence.zip")
    tieback("case", "evidence", "verify", tmp_path / "evidence.zip")
    page.goto(case.rpartition("/cases/")[0] + "/case-log")
    expect(page.locator("#verified")).to_contain_text("Verified")
    assert complaints == []
    context.close()


def test_a_finding_is_suppressed_without_scripts(served: Served, browser: Browser, session: StorageState) -> None:
    plain = browser.new_context(storage_state=session, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{address(served)}/findings")
    rows = page.locator("#findings tbody tr")
    before = rows.count()
    rows.first.locator("th a").click()
    page.get_by_label("Reason, with a ticket number").fill("test system, ticket 4711")
    page.get_by_label("Last day").fill((datetime.now(UTC).date() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Suppress the finding").click()
    expect(page.get_by_role("status")).to_contain_text("It stays listed and counted")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Findings").click()
    expect(rows).to_have_count(before)
    expect(rows.first).to_contain_text("ticket 4711")
    rows.first.locator("th a").click()
    page.get_by_role("button", name="Undo the suppression").click()
    expect(page.get_by_role("status")).to_contain_text("counts again")
    plain.close()
