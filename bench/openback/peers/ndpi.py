"""nDPI: the protocol of each flow, as ``ndpiReader -v 2`` prints it with the confidence ``DPI``; guesses are no claim.

A name such as ``TLS.MongoDB`` counts by each of its parts.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _captures
from bench.openback.peers._answers import ended
from bench.openback.peers._captures import Flow
from bench.openback.peers._programs import run
from bench.openback.schema import Case, Result

TOPICS = _captures.TOPICS
CLAIMS = _captures.CLAIMS
_FLOW = re.compile(
    r"^\s{0,8}\d{1,9}\s{1,4}(?:TCP|UDP) \S{3,60} (?:<->|->) \[?([0-9a-fA-F.:]{3,45}?)\]?:(\d{1,5}) "
    r"\[proto: [\d.]{1,20}/([^\]]{1,60})\]"
)
MAX_LINE = 10_000


def version() -> str | None:
    """Version of nDPI; ``None`` if it is not installed."""
    try:
        said = subprocess.run(["ndpiReader", "-h"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = re.search(r"nDPI (\d[\d.]*)", said.stdout + said.stderr)
    return found[1] if found else "4.2"


def flows(output: bytes) -> Iterator[Flow]:
    """The detected flows; the part about flows that were not detected has other lines."""
    for line in output.decode("utf-8", "replace").splitlines():
        match = _FLOW.match(line[:MAX_LINE])
        if match is not None and "[Confidence: DPI" in line[:MAX_LINE]:
            for word in match[3].split("."):
                yield match[1], match[2], word


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""

    def read(file: Path, home: Path) -> Iterator[Flow]:
        return flows(ended(run(["ndpiReader", "-q", "-v", "2", "-i", file], home)))

    return _captures.answers("ndpi", version(), cases, folder, read)
