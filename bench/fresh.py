"""Captures that are not among the samples: data stores recognised, and server names beside tshark's.

Reads the capture files of the test suites of nDPI, zeek, suricata-verify and arkime from the folder in
``TIEBACK_FRESH``, which has a checkout of each under that name. Files of ``tests/samples.tsv`` are left out.
``fresh.tsv`` has the truth: number of flows per file and protocol, from tshark's dissectors. Each difference between
tshark and tieback was read by hand. All other flows of all files are no data stores. Only verdicts from content count,
not guesses by port.
"""

import csv
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.measure import table
from bench.traffic import same_names
from tests import samples
from tieback.intake.traffic.open import open_traffic
from tieback.model.flow import FlowEvidence
from tieback.pipeline.mapping.flow_endpoints import STORE_PROTOCOLS

TRUTH = Path(__file__).with_name("fresh.tsv")
VARIABLE = "TIEBACK_FRESH"
REPOSITORIES = ("nDPI", "zeek", "suricata-verify", "arkime")
PRECISION, RECALL, NAMES = 0.99, 0.97, 0.97
"""The bars."""
_SUFFIXES = frozenset({".pcap", ".pcapng", ".cap", ".trace"})
_HELLO = re.compile(rb"\x16\x03[\x00-\x03]..\x01", re.DOTALL)
"""A TLS record with a ClientHello; files without one are not given to tshark."""

type Found = Counter[tuple[str, str]]
"""Number of flows by file and protocol."""


class Truth(NamedTuple):
    """What the files contain."""

    sure: Found
    unsure: Found
    """Flows that can be called so or not: made by hand, and no product sends them."""


def run() -> str:
    """Measure, and return the report section."""
    folder = Path(os.environ.get(VARIABLE, ""))
    if not os.environ.get(VARIABLE) or not folder.is_dir():
        return f"## Fresh captures\n\nNot measured: {VARIABLE} names no folder.\n"
    files = list(fresh_files(folder))
    found = stores(folder, files)
    truth = read_truth()
    right, wrong, missed, lines = compare(found, truth)
    cases = {key for key in truth.sure if found[key] >= truth.sure[key]}
    equal, total = same_names([file for file in files if _HELLO.search(file.read_bytes())])
    rows = [
        ("data stores, precision", f"{right / max(right + wrong, 1):.3f}", f"{right} of {right + wrong}", PRECISION),
        ("data stores, recall", f"{right / max(right + missed, 1):.3f}", f"{right} of {right + missed}", RECALL),
        (
            "files with all their flows of a store",
            f"{len(cases) / len(truth.sure):.3f}",
            f"{len(cases)} of {len(truth.sure)}",
            "",
        ),
        ("server names as tshark's", f"{equal / max(total, 1):.3f}", f"{equal} of {total}", NAMES),
    ]
    return (
        f"## Fresh captures\n\n{len(files)} files.\n\n"
        + table(("what", "share", "flows", "bar"), [tuple(map(str, row)) for row in rows])
        + "\n"
        + "\n".join(f"- {line}" for line in lines)
        + "\n"
    )


def fresh_files(folder: Path) -> Iterator[Path]:
    """The capture files of the repositories, each content once, without the samples."""
    known = {one.sha256 for one in samples.manifest()}
    for name in REPOSITORIES:
        for path in sorted((folder / name).rglob("*")):
            if path.suffix not in _SUFFIXES or not path.is_file():
                continue
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digest not in known:
                known.add(digest)
                yield path


def stores(folder: Path, files: list[Path]) -> Found:
    """Flows that tieback recognises as those of a data store."""
    found: Found = Counter()
    for path in files:
        opened = open_traffic(path)
        for seen in opened.flows():
            if seen.flow.protocol in STORE_PROTOCOLS and seen.flow.evidence is FlowEvidence.PAYLOAD:
                found[str(path.relative_to(folder)), seen.flow.protocol] += 1
        opened.close()
    return found


def read_truth() -> Truth:
    """The lines of ``fresh.tsv``."""
    truth = Truth(Counter(), Counter())
    with TRUTH.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and not row[0].startswith("#"):
                file, protocol, flows, _ = row
                kind = truth.unsure if protocol.endswith("?") else truth.sure
                kind[file, protocol.rstrip("?")] += int(flows)
    return truth


def compare(found: Found, truth: Truth) -> tuple[int, int, int, list[str]]:
    """Right, wrong and missed flows, and a line for each difference."""
    right = wrong = missed = 0
    lines = []
    for key in sorted({*found, *truth.sure}):
        more, less = found[key] - truth.sure[key] - truth.unsure[key], truth.sure[key] - found[key]
        right += min(found[key], truth.sure[key])
        wrong += max(more, 0)
        missed += max(less, 0)
        lines += [f"wrong: {more} {key[1]} in {key[0]}"] if more > 0 else []
        lines += [f"missed: {less} {key[1]} in {key[0]}"] if less > 0 else []
    return right, wrong, missed, lines
