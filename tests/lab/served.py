"""`tieback serve` as a process, and a browser that is signed in to it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.lab.ports import free_port
from tests.lab.told import SECONDS, wait_for_line

PASSWORD = "correct horse battery staple"
"""Of the administrator whom ``first_start`` creates; the server exists only for the test."""
_LINK = r"http://\S+/first-start/\S+"


class Served(msgspec.Struct):
    """A running server."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def first_link(self) -> str:
        """The link that creates the administrator."""
        return wait_for_line(self.log, _LINK, self.process)[0]


@contextmanager
def served(workspace: Path, folder: Path, *words: str) -> Iterator[Served]:
    """The pages of a workspace, on a free port of loopback; ended by its process ID."""
    port = free_port()
    log = folder / f"serve-{port}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tieback", "serve", "-w", str(workspace), "--port", str(port), *words],
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "COLUMNS": "200"},
        )
    try:
        wait_for_line(log, "tieback serves", process)
        yield Served(f"http://127.0.0.1:{port}", process, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=SECONDS * 1000)  # for a busy machine; the default is 5 s
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


def first_start(server: Served, page: Page) -> None:
    """Create the administrator ``ann`` by the link on the terminal; the page is signed in then."""
    link = server.first_link.replace("localhost", "127.0.0.1")
    page.goto(link)
    page.get_by_label("Name", exact=True).fill("ann")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    page.wait_for_url(f"{server.url}/")


def shape(path: str) -> str:
    """The address without IDs and query: pages of one kind are opened once."""
    return re.sub(r"/[^/]*\d[^/]*", "/ID", path.partition("?")[0])


def opened(page: Page, server: Served) -> Iterator[str]:
    """Open one page of each kind that a link leads to, and yield its address."""
    waiting, seen = deque(["/"]), set()
    while waiting:
        path = waiting.popleft()
        if shape(path) in seen:
            continue
        seen.add(shape(path))
        answer = page.goto(server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        yield path
        links = page.eval_on_selector_all("a[href]", "found => found.map((one) => one.getAttribute('href'))")
        waiting += [one for one in links if one.startswith("/") and not one.startswith(("/api/", "/static"))]


def watch(page: Page, complaints: list[str]) -> None:
    """Collect what the browser complains about."""

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
