"""Transcripts of real servers (osmem: of an emulation), written by ``tests/servers/test_probe_recordings.py``.

Pages of stores that speak HTTP stand in ``pages/<probe>.toml``, each with its source.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from tieback.model.grant import Depth
from tieback.model.probe import ProbeReport
from tieback.model.public_key import PublicKey
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers, server_bytes
from tieback.scope.conversation import Target
from tieback.scope.transcript import read_transcripts


class Recording(msgspec.Struct, frozen=True):
    greeting: bytes
    answers: tuple[bytes, ...]


@pytest.fixture
def recorded() -> Callable[[str], Recording]:
    """A recording by its name."""

    def read(name: str) -> Recording:
        (transcript,) = read_transcripts(Path(__file__).parent / "recorded" / f"{name}.jsonl")
        return Recording(*server_bytes(transcript))

    return read


@pytest.fixture
def replay(recorded: Callable[[str], Recording]) -> Callable[..., PlaybackResult[ProbeReport]]:
    """``replay(probe, name, depth, **target)``: run a probe against a recording."""

    def run(probe: Probe, name: str, depth: Depth = Depth.DESCRIBE, **more: object) -> PlaybackResult[ProbeReport]:
        found = recorded(name)
        target = msgspec.convert({"host": "127.0.0.1", "port": 1, **more}, Target)
        peer = MemoryPeer(recorded_answers(found.answers), greeting=found.greeting)
        return play(probe.run(target, depth), peer, probe.meta.sends)

    return run


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str = ""
    status: int = 200
    headers: dict[str, str] = {}

    def wire(self, verb: str = "GET") -> bytes:
        body = self.body.encode()
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"HTTP/1.1 {self.status} x\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
        return head if verb == "HEAD" else head + body


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: str
    access: str
    version: str = ""
    identity: str = ""
    """Its key."""
    records: dict[str, int] = {}
    bytes: dict[str, int] = {}
    fields: dict[str, list[str]] = {}
    requests: int = 0
    """At depth describe."""
    names: tuple[str, ...] = ()
    """What the app names."""
    resource: str = ""
    """What is asked about at a host that many customers share; ``{resource}`` in the pages' paths."""
    keys: tuple[tuple[str, str], ...] = ()
    """Kinds and values of public keys that the app carries."""
    host: str = "127.0.0.1"
    found: bool = True
    """Whether the finder knows it by what ``GET /`` and few more requests answer."""


class Pages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    expect: Expected
    page: dict[str, Page]
    """By verb and path."""


type Change = Mapping[str, "Page | int | str"]
"""Page, status alone, or body alone, by verb and path."""


class Web:
    """Stores made of pages."""

    def pages(self, name: str) -> Pages:
        path = Path(__file__).parent / "pages" / f"{name}.toml"
        return msgspec.toml.decode(path.read_bytes(), type=Pages)

    def ask(
        self, name: str, change: Change | None = None, depth: Depth = Depth.DESCRIBE, **more: object
    ) -> PlaybackResult[ProbeReport]:
        """Ask the store of that name with its probe, after some of its pages were changed. The grant allows all."""
        return self.ask_with(name, name, change, depth, **more)

    def ask_with(
        self, probe_name: str, name: str, change: Change | None = None, depth: Depth = Depth.DESCRIBE, **more: object
    ) -> PlaybackResult[ProbeReport]:
        """Ask the store with the probe of another name."""
        pages = self.pages(name)
        all_pages = {**pages.page, **{key: _page(value) for key, value in (change or {}).items()}}
        expect = pages.expect
        all_pages = {key.replace("{resource}", expect.resource): page for key, page in all_pages.items()}
        probe = next(probe for probe in PROBES if probe.meta.name == probe_name)

        def answer(sent: bytes) -> bytes:
            verb, path, _ = sent.decode().split(" ", 2)
            body = sent.partition(b"\r\n\r\n")[2].decode()
            page = all_pages.get(f"{verb} {path} {body}".rstrip()) or all_pages.get(f"{verb} {path}")
            return (page or Page("404 page not found", 404)).wire(verb)

        wanted: dict[str, object] = {"port": probe.meta.ports[0], "names": expect.names, "resource": expect.resource}
        wanted |= {
            "scans": True,
            "mcp": True,
            "host": expect.host,
            "keys": [PublicKey(kind, value) for kind, value in expect.keys],
            **more,
        }
        return play(probe.run(msgspec.convert(wanted, Target), depth), MemoryPeer(answer), probe.meta.sends)


def _page(value: Page | int | str) -> Page:
    if isinstance(value, int):
        return Page(status=value)
    return Page(value) if isinstance(value, str) else value


@pytest.fixture
def web() -> Web:
    """``web.ask(name, change, depth, **target)``."""
    return Web()
