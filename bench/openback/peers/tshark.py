"""tshark: the protocols that its dissectors name in the packets of each connection, with its heuristics for TDS on.

The server is the end that the first SYN was sent to, and without a SYN the end with the lower port. tshark chooses most
dissectors by port; on other ports it shows TCP. Data stores that speak HTTP are HTTP to it.
"""

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
FIELDS = ("tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.flags.syn",
          "tcp.flags.ack", "frame.protocols")  # fmt: skip
_TRUE = frozenset({"1", "True"})


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    try:
        words = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=False).stdout.split()
    except OSError:
        return None
    return words[2].rstrip(".") if len(words) > 2 else None


def flows(output: bytes) -> Iterator[Flow]:
    """The connections in lines of ``FIELDS`` with tabs; other lines are left out."""
    servers: dict[str, tuple[str, str]] = {}
    words: dict[str, set[str]] = {}
    for line in output.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if len(cells) != len(FIELDS) or not cells[0] or not (cells[3].isdecimal() and cells[6].isdecimal()):
            continue
        stream, source4, source6, source_port, target4, target6, target_port, syn, ack, protocols = cells
        source, target = (source4 or source6, source_port), (target4 or target6, target_port)
        if syn in _TRUE:
            servers[stream] = source if ack in _TRUE else target
        elif stream not in servers:
            servers[stream] = min(source, target, key=lambda end: int(end[1]))
        words.setdefault(stream, set()).update(protocols.split(":"))
    for stream, its in words.items():
        for word in sorted(its):
            yield (*servers[stream], word)


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    fields = [word for field in FIELDS for word in ("-e", field)]

    def read(file: Path, home: Path) -> Iterator[Flow]:
        words: list[str | Path] = [
            "tshark",
            "-n",
            "-r",
            file,
            "-Y",
            "tcp",
            "--enable-heuristic",
            "tds_tcp",
            "-T",
            "fields",
            *fields,
        ]
        return flows(ended(run(words, home)))

    return _captures.answers("tshark", version(), cases, folder, read)
