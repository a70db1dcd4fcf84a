"""Seeds of the probes of HTTP servers: the answers of the pages in ``tests/unit/probes/pages``, in order."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bench.fuzz.interface import ROOT

if TYPE_CHECKING:
    from tieback.scope.conversation import Target

PAGES = ROOT / "tests" / "unit" / "probes" / "pages"
"""Pages of HTTP servers, one file per probe; their form is in ``tests/unit/probes/conftest.py``."""
_MISSING: Mapping[str, Any] = {"status": 404, "body": "404 page not found"}


def page_answers() -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """Name of the probe, and the answers that it gets from its pages."""
    from tieback.model.grant import Depth
    from tieback.probes import PROBES
    from tieback.probes.playback import MemoryPeer, play

    probes = {probe.meta.name: probe for probe in PROBES}
    for path in sorted(PAGES.glob("*.toml")):
        probe = probes.get(path.stem)
        if probe is None:
            continue
        pages: Mapping[str, Mapping[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["page"]
        given: list[bytes] = []

        def answer(sent: bytes, pages: Mapping[str, Mapping[str, Any]] = pages, given: list[bytes] = given) -> bytes:
            line, _, rest = sent.decode("utf-8", "replace").partition(" HTTP/1.1\r\n")
            body = rest.partition("\r\n\r\n")[2]
            page = pages.get(f"{line} {body}".rstrip()) or pages.get(line) or _MISSING
            given.append(_wire(page))
            return given[-1]

        play(probe.run(fuzz_target(probe.meta.ports[0]), Depth.SAMPLE), MemoryPeer(answer), probe.meta.sends)
        yield path.stem, tuple(given)


def fuzz_target(port: int) -> "Target":
    """The target of every fuzzed conversation, under a grant that permits all reading."""
    from tieback.scope.conversation import Target

    return Target("127.0.0.1", port, passwordless=("root", "postgres"), mcp=True)


def _wire(page: Mapping[str, Any]) -> bytes:
    body = str(page.get("body", "")).encode()
    fields = "".join(f"{name}: {value}\r\n" for name, value in page.get("headers", {}).items())
    return f"HTTP/1.1 {page.get('status', 200)} x\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body
