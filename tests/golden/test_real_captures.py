"""Accuracy on real captures with their truth: the store, whether it was encrypted, and every name that tshark sees.

Reads the sample captures, whose ``MANIFEST.tsv`` holds the truth; see ``tests/samples.py``.
"""

import csv
import shutil
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests import samples
from tieback.intake.traffic.open import open_traffic
from tieback.model.flow import Flow, FlowEvidence, add_stated

DATA = samples.directory("captures")
CAPTURES = {".pcap", ".pcapng", ".cap"}
ENCRYPTION = {"no": {False}, "starttls": {True}, "mixed": {True, False}}
BAR = 0.97
"""Share of the files with a data store on which the right one is told."""

pytestmark = samples.needs("captures")


@pytest.fixture(autouse=True, scope="module")
def verified() -> None:
    samples.verified("captures")


@cache
def flows(name: str) -> tuple[Flow, ...]:
    opened = open_traffic(DATA / name)
    try:
        return tuple(seen.flow for seen in opened.flows())
    finally:
        opened.close()


@cache
def truth() -> tuple[dict[str, str], ...]:
    with (DATA / "MANIFEST.tsv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if Path(row["file"]).suffix in CAPTURES]
    return tuple(rows)


def told(row: dict[str, str]) -> set[str]:
    """Protocols told from payload."""
    return {flow.protocol for flow in flows(row["file"]) if flow.evidence is FlowEvidence.PAYLOAD}


def test_the_right_store() -> None:
    stores = [row for row in truth() if row["kind"] == "datastore"]
    misses = [(row["file"], row["truth"], told(row)) for row in stores if row["truth"] not in told(row)]
    print(f"{len(stores) - len(misses)} of {len(stores)} stores; missed: {misses}")  # noqa: T201 - shown with -rP
    assert len(stores) > 50
    assert len(misses) <= (1 - BAR) * len(stores), misses


def test_encrypted_or_not() -> None:
    wrong = []
    for row in truth():
        if row["kind"] == "datastore" and row["truth"] in told(row):
            found = {
                flow.encrypted
                for flow in flows(row["file"])
                if flow.protocol == row["truth"] and flow.evidence is FlowEvidence.PAYLOAD
            }
            if found != ENCRYPTION[row["encryption"]]:
                wrong.append((row["file"], row["encryption"], found))
    assert wrong == []


def test_no_store_where_there_is_none() -> None:
    stores = {row["truth"] for row in truth() if row["kind"] == "datastore"}
    claimed = [
        (row["file"], told(row) & stores) for row in truth() if row["kind"] != "datastore" and told(row) & stores
    ]
    assert claimed == []


PROXIES = ("http_connect.pcap", "http_proxy.pcap")
"""Captures with tunnels through a proxy."""


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.more
def test_names_equal_tsharks_on_every_tcp_flow() -> None:
    fields = [
        "ip.src",
        "ipv6.src",
        "tcp.srcport",
        "ip.dst",
        "ipv6.dst",
        "tcp.dstport",
        "tls.handshake.extensions_server_name",
    ]
    total = 0
    misses: list[tuple[str, tuple[str, str, str, str], set[str] | None, set[str] | None]] = []
    for row in truth():
        command = ["tshark", "-n", "-r", str(DATA / row["file"]), "-Y", "tcp && tls.handshake.extensions_server_name"]
        command += ["-T", "fields", "-E", "occurrence=f", *(word for field in fields for word in ("-e", field))]
        theirs: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for line in subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60
        ).stdout.splitlines():
            here4, here6, port, there4, there6, other, name = line.split("\t")
            theirs[here4 or here6, port, there4 or there6, other].add(name)
        ours: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for flow in flows(row["file"]):
            if flow.transport == "tcp" and flow.tls and flow.tls.sni:
                ours[flow.client.ip, str(flow.client.port), flow.server.ip, str(flow.server.port)].add(flow.tls.sni)
        total += len(theirs)
        # In a tunnel of a proxy the server is the one behind the proxy, not the address that tshark shows.
        for key in [key for key in theirs if key not in ours and row["file"].endswith(PROXIES)]:
            behind = next((other for other in ours if other[:2] == key[:2] and other not in theirs), None)
            assert behind is not None, key
            assert ours.pop(behind) == theirs.pop(key)
        misses += [(row["file"], key, names, ours.get(key)) for key, names in theirs.items() if ours.get(key) != names]
        misses += [(row["file"], key, None, names) for key, names in ours.items() if key not in theirs]
    print(f"{total} TCP flows with a name; different: {misses}")  # noqa: T201 - shown with -rP
    assert total > 300
    assert misses == []


def test_every_packet_of_a_server_name_flow_is_counted() -> None:
    files = [row["file"] for row in truth()]
    assert sum(add_stated(flow.packets_out, flow.packets_in) or 0 for name in files for flow in flows(name)) > 25_000


def test_stores_are_not_claimed_with_more_than_certainty() -> None:
    assert all(0 <= flow.confidence <= 1 for row in truth() for flow in flows(row["file"]))
