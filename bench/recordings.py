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
from tieback.backends.probe_hints import ProbeHints, endpoint_hints, url_endpoint
from tieback.model.document import decode
from tieback.model.figure import Quality
from tieback.model.probe import Access, ProbeReport
from tieback.pipeline.probing.targets import replay_from
from tieback.scope.replay import ChangedSend, ReplayDialer
from tieback.scope.transcript import ConnectionRecord, EventKind, Transcript

FOLDER = Path(__file__).parents[1] / "tests" / "recordings"
PERMISSIONS: Mapping[str, Mapping[str, bool]] = {"pocketbase-*": {"scans": True}, "mcp-*": {"mcp": True}}
"""Permissions of today's grants, by pattern of the conversations that need them. There were no such keys then."""
NO_PROBE = "-"
"""Product of a server that no probe is for: it must not get a product, or an access that is exposed."""
ANY_PASSWORD = "any user name with any password"
"""Value of ``default_accounts.toml`` for a server that accepts every password, but no client without one. Such a client
cannot read it: the server is closed."""
ESTIMATES = 0.02
"""An estimate of records is right if it differs by at most this fraction."""
USUAL_PORT = "-usual-port"
"""Ending of the name of a conversation with the same server at the usual port of its product."""
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

    passwordless: tuple[str, ...] = ()
    """The accounts that the grant named."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """What differs from the truth; empty if all is right."""
        account = default_account(self.truth.conversation)
        if account and account not in self.passwordless:
            return tuple(_differences_untested(self.truth, self.report, account))
        return tuple(_differences(self.truth, self.report))

    @property
    def false_open(self) -> bool:
        """True if a closed server is called open."""
        return self.truth.has_probe and self.truth.access == "closed" and self.report.access.exposed

    @property
    def false_closed(self) -> bool:
        """True if records that anyone can read are called closed."""
        known = self.truth.has_probe and self.truth.access != "closed"
        needs_password = default_account(self.truth.conversation) == ANY_PASSWORD
        return known and self.report.access in CLOSED and not self.report.untested and not needs_password


def _differences_untested(truth: Truth, report: ProbeReport, account: str) -> Iterator[str]:
    """As ``_differences``, if the records need an account that the grant does not name: the report must name it."""
    if report.product != truth.product:
        yield f"product {report.product or 'unknown'}, not {truth.product or 'unknown'}"
    if report.version and report.version != truth.version:
        yield f"version {report.version}, not {truth.version}"
    if report.access not in (Access.AUTH_REQUIRED, Access.ANY_USER):
        yield f"access {report.access}, although {account} was not tried"
    clauses = report.problems if account == ANY_PASSWORD else report.untested
    if not any(re.search(rf"\b{re.escape(account)}\b", clause) for clause in clauses):
        yield f"it does not say that {account} was not tried"
    if report.containers:
        yield f"{len(report.containers)} containers, although {account} was not tried"


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


@cache
def default_accounts() -> Mapping[str, str]:
    """Account without a password through which the records are readable, by pattern of conversations."""
    text = (FOLDER / "default_accounts.toml").read_text(encoding="utf-8")
    accounts: dict[str, str] = tomllib.loads(text)["account"]
    return accounts


def default_account(conversation: str) -> str:
    """The account that a conversation's records need; empty if they need none."""
    return next((name for glob, name in default_accounts().items() if fnmatchcase(conversation, glob)), "")


def known_wrong() -> Mapping[str, str]:
    """Cause by conversation with depth, from ``known_wrong.toml``."""
    groups = tomllib.loads((FOLDER / "known_wrong.toml").read_text(encoding="utf-8"))["wrong"]
    return {name: group["cause"] for group in groups for name in group["conversations"]}


@cache
def proxies() -> list[Mapping[str, Any]]:
    """The proxies of ``changed_sends.toml``."""
    found: list[Mapping[str, Any]] = tomllib.loads((FOLDER / "changed_sends.toml").read_text(encoding="utf-8"))["proxy"]
    return found


def recordings() -> Iterator[tuple[str, str, tuple[Transcript, ...]]]:
    """Conversation, depth and transcripts of every file, by name.

    A server with a recording at its usual port too answers there what its other port was not asked.
    """
    with tarfile.open(FOLDER / "conversations.tar.xz") as archive:
        read = {}
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            name, depth, _ = member.name.rsplit(".", 2)
            read[name, depth] = file.read()
    for (name, depth), lines in read.items():
        found = _transcripts(lines)
        usual = read.get((f"{name}{USUAL_PORT}", "describe"))
        if usual is not None:
            place, other = (one[0].target.place.encode() for one in (found, _transcripts(usual)))
            probes = {one.probe for one in found}
            target = found[0].target
            more = (one for one in _transcripts(usual, other, place) if one.probe not in probes)
            found += tuple(msgspec.structs.replace(one, target=target) for one in more)
        yield name, depth, found


def _transcripts(lines: bytes, place: bytes = b"", now: bytes = b"") -> tuple[Transcript, ...]:
    """The transcripts of a file; in their bytes, one ``host:port`` is replaced by another."""
    read = tuple(decode(line, "transcript", Transcript) for line in io.BytesIO(lines))
    return tuple(_at(one, place, now) for one in read) if place else read


def _at(transcript: Transcript, place: bytes, now: bytes) -> Transcript:
    lines = (
        msgspec.structs.replace(
            line,
            events=tuple(
                msgspec.structs.replace(event, data=event.data.replace(place, now))
                if event.what is EventKind.SENT
                else event
                for event in line.events
            ),
        )
        for line in transcript.lines
    )
    return msgspec.structs.replace(transcript, lines=tuple(lines))


def changes_for(name: str) -> list[ChangedSend]:
    """The changed sends that apply to a conversation."""
    return [
        ChangedSend(
            one["probe"],
            re.compile(one["now"].encode("latin-1"), re.DOTALL),
            one.get("recorded", "").encode("latin-1"),
            _answer(one),
            tuple(
                (re.compile(part["command"].encode("latin-1")), part["answer"].encode("latin-1"))
                for part in one.get("parts", ())
            ),
            tuple(text.encode("latin-1") for text in one.get("later", ())),
        )
        for one in changed_sends()
        if fnmatchcase(name, one.get("conversations", "*")) and not one.get("unanswered")
    ]


def _answer(entry: Mapping[str, Any]) -> bytes | None:
    """The bytes of an entry's own answer, with its repeated part, or those of a file."""
    if "answer_file" in entry:
        name: str = entry["answer_file"]
        return (FOLDER / "answers" / name).read_bytes()
    if "answer" not in entry:
        return None
    text: str = entry["answer"] + entry.get("repeated", "") * entry.get("times", 0)
    return text.encode("latin-1")


def is_listed(name: str, probe: str, data: bytes) -> bool:
    """True if ``changed_sends.toml`` lists this send of this conversation as unanswered."""
    return any(
        one["probe"] == probe and re.fullmatch(one["now"].encode("latin-1"), data, re.DOTALL) is not None
        for one in changed_sends()
        if one.get("unanswered") and fnmatchcase(name, one.get("conversations", "*"))
    )


@cache
def app_urls() -> Mapping[str, list[str]]:
    """URLs of an app by conversation, from ``app_urls.toml``."""
    urls: Mapping[str, list[str]] = tomllib.loads((FOLDER / "app_urls.toml").read_text(encoding="utf-8"))
    return urls


def _behind(name: str, depth: str, held: tuple[Transcript, ...]) -> tuple[Transcript, ...]:
    """The transcripts, with those of the server behind a proxy where its own conversation ended too early."""
    found = list(held)
    for proxy in proxies():
        if proxy["conversation"] != name:
            continue
        (at,) = (at for at, one in enumerate(held) if one.probe == proxy["probe"])
        (server,) = (one for one in _all()[proxy["server"], proxy.get("depth", depth)] if one.probe == proxy["probe"])
        shakes = [line for one in held if one.probe == proxy.get("handshake") for line in one.lines]
        again = [_handshake(line, EventKind.UNVERIFIED) for line in shakes[-2:-1]]
        lines = again + [_handshake(line, EventKind.TLS) for line in shakes[-1:]] * held[at].limits.max_connections
        found[at] = msgspec.structs.replace(held[at], lines=(*held[at].lines, *lines, *server.lines))
    return tuple(found)


def _handshake(line: ConnectionRecord, end: EventKind) -> ConnectionRecord:
    """The connection up to the end of its handshake."""
    last = next(at for at, event in enumerate(line.events) if event.what is end)
    return msgspec.structs.replace(line, events=line.events[: last + 1])


@cache
def _all() -> Mapping[tuple[str, str], tuple[Transcript, ...]]:
    return {(name, depth): transcripts for name, depth, transcripts in recordings()}


async def _replay(transcripts: tuple[Transcript, ...], name: str) -> tuple[ProbeReport, ReplayDialer]:
    for pattern, allowed in PERMISSIONS.items():
        if fnmatchcase(name, pattern):
            transcripts = tuple(
                msgspec.structs.replace(one, target=msgspec.structs.replace(one.target, **allowed))
                for one in transcripts
            )
    dialer = ReplayDialer(transcripts, changes_for(name))
    names = (pair for url in app_urls().get(name, ()) for pair in endpoint_hints(url_endpoint(url)).names)
    (report,) = [report async for report in replay_from(dialer, ProbeHints(tuple(names)))]
    return report, dialer


@cache
def replay_all() -> tuple[Replayed, ...]:
    """Replay every conversation."""
    found = []
    for (name, depth), transcripts in _all().items():
        report, dialer = asyncio.run(_replay(_behind(name, depth, transcripts), name))
        named = dict.fromkeys(account for one in transcripts for account in one.target.passwordless)
        found.append(
            Replayed(truths()[name], depth, report, tuple(dialer.unrecorded), frozenset(dialer.used), tuple(named))
        )
    return tuple(found)


def by_server() -> dict[str, int]:
    """Counts over the servers that a probe is for: a server is right if each of its conversations is."""
    known: dict[str, list[Replayed]] = {}
    for one in replay_all():
        if one.truth.has_probe:
            known.setdefault(one.truth.conversation, []).append(one)
    return {
        "servers": len(known),
        "right": sum(not any(one.wrong for one in its) for its in known.values()),
        "false_open": sum(any(one.false_open for one in its) for its in known.values()),
        "false_closed": sum(any(one.false_closed for one in its) for its in known.values()),
    }


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
