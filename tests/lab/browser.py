"""A headless Chromium for the tests of pages, driven by its DevTools protocol over a pipe.

No port is opened and no driver is installed.
Source: https://chromedevtools.github.io/devtools-protocol/; with ``--remote-debugging-pipe`` the browser reads commands
from descriptor 3 and answers on 4, JSON documents that each end in a NUL.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import pytest

SECONDS = 60.0
"""For one answer: the machine may be busy."""


class Browser:
    """One browser with one page; use it in a ``with`` statement."""

    def __init__(self, profile: Path, *, width: int = 1280, height: int = 900) -> None:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            pytest.skip("chromium is not installed")
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        words = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe", "--lang=en",
            f"--user-data-dir={profile}", f"--window-size={width},{height}", "--force-color-profile=srgb",
            "about:blank",
        ]  # fmt: skip
        # The browser's descriptors are always 3 and 4.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *words],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._number = 0
        self._rest = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []
        """What the page did: requests, violations of its policy, messages of its console."""
        (target,) = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """One command and its answer; events on the way are kept."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while True:
            found = self._next(end)
            if found.get("id") == self._number:
                assert "error" not in found, found["error"]
                result: dict[str, Any] = found["result"]
                return result
            self.events.append(found)

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(end - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            piece = os.read(self._from, 1 << 20)
            assert piece, "the browser is gone"
            self._rest += piece
        document, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(document)
        return found

    def open(self, page: Path) -> None:
        """Load a file and wait for its end."""
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        end = time.monotonic() + SECONDS
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._next(end))

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key: its DOM name, virtual key code, and the text that it types."""
        words: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code, "code": key}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **words)
        self.call("Input.dispatchKeyEvent", type="keyUp", **words)

    def requests(self) -> list[str]:
        """What was asked for beside the page itself."""
        urls = [one["params"]["request"]["url"] for one in self.events if one["method"] == "Network.requestWillBeSent"]
        return urls[1:]

    def complaints(self) -> list[str]:
        """Errors, and violations of the page's policy."""
        logged = [one["params"]["entry"]["text"] for one in self.events if one["method"] == "Log.entryAdded"]
        thrown = [str(one["params"]) for one in self.events if one["method"] == "Runtime.exceptionThrown"]
        return logged + thrown

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """A screenshot as PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self) -> bytes:
        """What the browser prints."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def scheme(self, name: str) -> None:
        """``dark`` or ``light``."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])
