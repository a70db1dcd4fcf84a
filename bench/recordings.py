"""Recorded conversations with real servers, replayed with the current probes and held against what is true there.

``tests/recordings`` has the conversations, the truth about each server, and the sends that changed since. A
conversation is right if product, version, access, records and bytes are those of the truth. Nothing is contacted.
"""

import asyncio
import csv
import io
import re
import tarfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from bench.measure import table
from tieback.assess.leaves import bytes_total, records_total
from tieback.model.document import decode
from tieback.model.figure import Quality
from tieback.model.probe import Access, ProbeReport
from tieback.pipeline.probing.targets import replay_from
from tieback.scope.replay import ChangedSend, ReplayDialer
from tieback.scope.transcript import Transcript

FOLDER = Path(__file__).parents[1] / "tests" / "recordings"
NO_PROBE = "-"
"""Product of a server that no probe is for: it must not get a product, or an access that is exposed."""
ESTIMATES = 0.02
"""An estimate of records is right if it differs by at most this fraction."""
CLOSED = (Access.AUTH_REQUIRED, Access.LOCKED, Access.FIREWALLED)
_EXPECTED = {
    "open": (Access.OPEN, Access.ANY_USER),
    "partial": (Access.PARTIAL, Access.ANY_USER),
    "closed": CLOSED,
}


class Truth(msgspec.Struct, frozen=True):
    """What the official client of a server sees without an account, or with a standard account without a password."""

    conversation: str
    product: str
    """As a probe should name it; empty if the server does not show it, ``-`` if no probe is for it."""
    version: str
    """Empty if the server does not show it."""
    access: str
    """``open``, ``partial`` or ``closed``."""
    records: str
    """Empty if the protocol has no count."""
    bytes: str
    """Empty if it was not measured."""
    state: str
    containers: str

    @property
    def has_probe(self) -> bool:
        """True if a probe is for this product."""
        return self.product != NO_PROBE


class Replayed(msgspec.Struct, frozen=True):
    """A conversation replayed with the current probes."""

    truth: Truth
    depth: str
    """``describe``: no account was named in the grant. ``sample``: the usual administrators were."""
    report: ProbeReport
    unrecorded: tuple[tuple[str, bytes], ...]
    """Probe and bytes of every send without a recorded answer."""
    used: frozenset[ChangedSend]
    """The changed sends that were replayed."""

    @property
    def name(self) -> str:
        """The conversation with its depth."""
        return f"{self.truth.conversation}.{self.depth}"

    @property
    def wrong(self) -> tuple[str, ...]:
        """What differs from the truth; empty if all is right."""
        return tuple(_differences(self.truth, self.report))

    @property
    def false_open(self) -> bool:
        """True if a closed server is called open."""
        return self.truth.has_probe and self.truth.access == "closed" and self.report.access.exposed

    @property
    def false_closed(self) -> bool:
        """True if records that anyone can read are called closed."""
        return self.truth.has_probe and self.truth.access != "closed" and self.report.access in CLOSED


def _differences(truth: Truth, report: ProbeReport) -> Iterator[str]:
    if not truth.has_probe:
        if report.product:
            yield f"product {report.product}"
        if report.access.exposed:
            yield f"access {report.access}"
        return
    if report.product != truth.product:
        yield f"product {report.product or 'unknown'}, not {truth.product or 'unknown'}"
    hidden = not report.version and truth.access == "closed"
    if report.version != truth.version and truth.version and not hidden:
        yield f"version {report.version or 'unknown'}, not {truth.version}"
    expected = _EXPECTED[truth.access]
    if truth.access == "open" and not truth.records:
        expected += (Access.PARTIAL,)
    if truth.records == "0" and truth.access == "open":
        expected += (Access.OPEN_EMPTY,)
    if report.access not in expected:
        yield f"access {report.access}, not {truth.access}"
    records, held = records_total(report.containers), bytes_total(report.containers)
    near = ESTIMATES * int(truth.records or 0) if records.quality is Quality.ESTIMATE else 0
    if truth.records and abs(records.value - int(truth.records)) > near:
        yield f"records {records.value} ({records.quality}), not {truth.records}"
    if truth.bytes and held.value != int(truth.bytes):
        yield f"bytes {held.value} ({held.quality}), not {truth.bytes}"


def run() -> str:
    """Replay, and return the report section."""
    rows = []
    for depth, what in (("describe", "no account named in the grant"), ("sample", "administrators named in the grant")):
        one = figures(depth)
        rows.append(
            [
                f"`{depth}`, {what}",
                f"{one['right']} of {one['with_probe']}",
                str(one["false_open"]),
                str(one["false_closed"]),
                f"{one['misnamed']} of {one['without_probe']}",
            ]
        )
    causes = Counter(known_wrong().values())
    return (
        "## Recorded conversations with real servers\n\n`python -m bench recordings`: conversations from "
        f"`tests/recordings`, replayed with the current probes. {headline()}\n\nA conversation is right if product, "
        "version, access, records and bytes are what the official client of the server sees.\n\n"
        + table(["depth", "right", "false open", "false closed", "other products misnamed or called open"], rows)
        + "\n\nCauses of the others:\n\n"
        + table(["conversations", "cause"], [[str(count), cause] for cause, count in causes.most_common()])
    )


def headline() -> str:
    """The figure in one line."""
    one = figures()
    return (
        f"{one['right']} of {one['with_probe']} conversations right; false open: {one['false_open']}, "
        f"false closed: {one['false_closed']}."
    )


@cache
def truths() -> Mapping[str, Truth]:
    """The truth by conversation."""
    with (FOLDER / "truth.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["conversation"]: Truth(**row) for row in rows}


@cache
def changed_sends() -> list[Mapping[str, Any]]:
    """The entries of ``changed_sends.toml``."""
    sends: list[Mapping[str, Any]] = tomllib.loads((FOLDER / "changed_sends.toml").read_text(encoding="utf-8"))["send"]
    return sends


def known_wrong() -> Mapping[str, str]:
    """Cause by conversation with depth, from ``known_wrong.toml``."""
    groups = tomllib.loads((FOLDER / "known_wrong.toml").read_text(encoding="utf-8"))["wrong"]
    return {name: group["cause"] for group in groups for name in group["conversations"]}


def recordings() -> Iterator[tuple[str, str, tuple[Transcript, ...]]]:
    """Conversation, depth and transcripts of every file, by name."""
    with tarfile.open(FOLDER / "conversations.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            name, depth, _ = member.name.rsplit(".", 2)
            lines = io.BytesIO(file.read())
            yield name, depth, tuple(decode(line, "transcript", Transcript) for line in lines)


def changes_for(name: str) -> list[ChangedSend]:
    """The changed sends that apply to a conversation."""
    return [
        ChangedSend(
            one["probe"],
            re.compile(one["now"].encode("latin-1"), re.DOTALL),
            one.get("recorded", "").encode("latin-1"),
            one["answer"].encode("latin-1") if "answer" in one else None,
            tuple(
                (re.compile(part["command"].encode("latin-1")), part["answer"].encode("latin-1"))
                for part in one.get("parts", ())
            ),
            one.get("connects", False),
        )
        for one in changed_sends()
        if fnmatchcase(name, one.get("conversations", "*")) and not one.get("unanswered")
    ]


def is_listed(name: str, probe: str, data: bytes) -> bool:
    """True if ``changed_sends.toml`` lists this send of this conversation as unanswered."""
    return any(
        one["probe"] == probe and re.fullmatch(one["now"].encode("latin-1"), data, re.DOTALL) is not None
        for one in changed_sends()
        if one.get("unanswered") and fnmatchcase(name, one.get("conversations", "*"))
    )


async def _replay(transcripts: tuple[Transcript, ...], name: str) -> tuple[ProbeReport, ReplayDialer]:
    dialer = ReplayDialer(transcripts, changes_for(name))
    (report,) = [report async for report in replay_from(dialer)]
    return report, dialer


@cache
def replay_all() -> tuple[Replayed, ...]:
    """Replay every conversation."""
    found = []
    for name, depth, transcripts in recordings():
        report, dialer = asyncio.run(_replay(transcripts, name))
        found.append(Replayed(truths()[name], depth, report, tuple(dialer.unrecorded), frozenset(dialer.used)))
    return tuple(found)


def figures(depth: str = "") -> dict[str, int]:
    """Counts over the conversations of one depth, or of all."""
    replayed = [one for one in replay_all() if depth in ("", one.depth)]
    known = [one for one in replayed if one.truth.has_probe]
    return {
        "conversations": len(replayed),
        "with_probe": len(known),
        "right": sum(not one.wrong for one in known),
        "false_open": sum(one.false_open for one in known),
        "false_closed": sum(one.false_closed for one in known),
        "without_probe": len(replayed) - len(known),
        "misnamed": sum(bool(one.wrong) for one in replayed if not one.truth.has_probe),
    }
