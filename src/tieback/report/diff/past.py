"""Data of an earlier report for a comparison, from a JSON or NDJSON file or from a report in memory."""

import mmap
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tieback.intake.apps.shared_keys import is_shared
from tieback.model.app import Signer
from tieback.model.document import SCHEMA_VERSION
from tieback.model.errors import InputError
from tieback.model.exposure import Exposure, Finding, Severity
from tieback.model.figure import Figure
from tieback.model.probe import Ability, Access, Entry, Outcome, Privileges, RansomVerdict, is_undecided
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.model.report.scope import SkipReason
from tieback.model.sighting import UnreadCode
from tieback.report.public import ROUNDED

_OLD_VENDOR = re.compile(r"for (.*) alone: its apps and the stores that they lead to", re.DOTALL)
_OLD_PUBLIC = "public: totals alone, "
"""Audience texts of reports before version 0.2."""
_OLD_ROUNDED = re.compile(r"(?<=^public: totals only, no group of fewer than \d, )figures rounded down")
"""Part of the audience text of earlier reports, which rounded the same figures."""
MAX_HEAD = 32 << 20
"""Most bytes of the first line of an NDJSON report."""
ADVICE = "Create one with `tieback report --format json --out FILE`"


class PastRansom(msgspec.Struct, frozen=True):
    """Part of a store."""

    verdict: RansomVerdict = RansomVerdict.NONE


class PastClass(msgspec.Struct, frozen=True):
    """Part of a store."""

    pii_class: str


class PastStore(msgspec.Struct, frozen=True):
    """A store of an earlier report."""

    id: str
    product: str
    version: str
    access: Access
    addresses: tuple[str, ...]
    targets: tuple[str, ...]
    records: Figure
    bytes: Figure
    pii: tuple[PastClass, ...] = ()
    ransom: PastRansom = PastRansom()
    honeypot: tuple[str, ...] = ()
    privileges: Privileges = Privileges.NONE
    untested: tuple[str, ...] = ()
    abilities: tuple[Ability, ...] = ()
    entry: Entry = Entry.NONE

    @property
    def undecided(self) -> bool:
        """As ``Exposure.undecided``."""
        return is_undecided(self.access, self.untested)

    @property
    def label(self) -> str:
        """Product, version and first target."""
        at = f" at {self.targets[0]}" if self.targets else ""
        return f"{self.product} {self.version}".strip() + at

    @property
    def places(self) -> frozenset[str]:
        """All targets and addresses of the store."""
        return frozenset((*self.targets, *self.addresses))


class PastSigner(msgspec.Struct, frozen=True):
    """Part of an app."""

    sha256: str
    subject: str = ""


class PastApp(msgspec.Struct, frozen=True):
    """An app of an earlier report."""

    sha256: str
    platform: str = "unknown"
    bundle_id: str = ""
    name: str = ""
    version_name: str = ""
    unread: tuple[UnreadCode, ...] = ()
    """Its parts that were not read."""
    signer: PastSigner | None = None

    @property
    def marks(self) -> frozenset[str]:
        """Digests of its package, and of its signer unless others share the key: unrelated apps have none in common."""
        if self.signer is None or is_shared(Signer(self.signer.sha256, self.signer.subject)):
            return frozenset((self.sha256,))
        return frozenset((self.sha256, self.signer.sha256))

    @property
    def subject(self) -> str:
        """Key of the app that is stable across releases."""
        return f"{self.platform}:{self.bundle_id}" if self.bundle_id else self.sha256

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name or self.bundle_id or self.sha256[:12]} {self.version_name}".strip()


class PastFinding(msgspec.Struct, frozen=True):
    """A finding of an earlier report."""

    id: str
    """ID, stable over runs."""
    rule: str
    """ID of the finding rule."""
    title: str
    """The finding in one line."""
    severity: Severity
    """Severity in this report."""
    exposures: tuple[str, ...]
    """IDs of the exposures concerned."""
    apps: tuple[str, ...]
    """SHA-256 of the apps concerned."""
    evidence: tuple[str, ...] = ()
    """Where it was found, and how."""


class PastProbe(msgspec.Struct, frozen=True):
    """A probed target."""

    target: str
    outcome: Outcome


class PastCapture(msgspec.Struct, frozen=True):
    """A capture of an earlier report."""

    path: str
    unread: tuple[UnreadCode, ...] = ()
    """Its parts that were not read."""


class PastServer(msgspec.Struct, frozen=True):
    """A server in a capture of an earlier report, with the app that contacted it."""

    app_sha256: str


class PastRules(msgspec.Struct, frozen=True):
    """A file with rules of a user of an earlier report."""

    name: str
    sha256: str


class PastPlugin(msgspec.Struct, frozen=True):
    """A plug-in of an earlier report."""

    name: str
    version: str = ""


class PastTool(msgspec.Struct, frozen=True):
    """What made an earlier report: findings may differ if this differs."""

    version: str = ""
    """Version of tieback; empty if it is not known."""
    rules: tuple[PastRules, ...] = ()
    plugins: tuple[PastPlugin, ...] = ()


class PastReport(msgspec.Struct, frozen=True):
    """The compared data of a report."""

    name: str
    created: datetime
    audience: str
    apps: dict[str, PastApp]
    """By content hash."""
    stores: dict[str, PastStore]
    """By id."""
    findings: dict[str, PastFinding]
    """By id, worst first, including suppressed ones."""
    asked: dict[str, Outcome]
    """By target."""
    probed: bool = True
    """As ``Report.probed``."""
    captures: tuple[PastCapture, ...] = ()
    captured: frozenset[str] = frozenset()
    """Keys of the apps in the captures, which are content hashes for scanned apps."""
    suppressed: int = 0
    """How many of ``findings`` are suppressed."""
    tool: PastTool = PastTool()


class PastScope(msgspec.Struct, frozen=True):
    """What an earlier run probed."""

    targets_asked: int = 0
    targets_out_of_scope: int | None = 0
    skipped: tuple[tuple[str, int], ...] = ()

    @property
    def reached(self) -> bool:
        """As ``RunScope.reached``."""
        return self.targets_asked > dict(self.skipped).get(SkipReason.OVER_BUDGET, 0)


class _Summary(msgspec.Struct, frozen=True):
    app: PastApp
    unread: tuple[UnreadCode, ...] = ()

    @property
    def known(self) -> PastApp:
        """The app, with its parts that were not read."""
        return msgspec.structs.replace(self.app, unread=self.unread)


class _Suppressed(msgspec.Struct, frozen=True):
    finding: PastFinding


class _Document(msgspec.Struct, frozen=True):
    schema: str
    created: datetime
    audience: str = ""
    scope: PastScope | None = None
    apps: tuple[_Summary, ...] = ()
    exposures: tuple[PastStore, ...] = ()
    findings: tuple[PastFinding, ...] = ()
    suppressed: tuple[_Suppressed, ...] = ()
    probes: tuple[PastProbe, ...] = ()
    captures: tuple[PastCapture, ...] = ()
    servers: tuple[PastServer, ...] = ()
    tool_version: str = ""
    rules: tuple[PastRules, ...] = ()
    plugins: tuple[PastPlugin, ...] = ()


def read_past(path: Path) -> PastReport:
    """Read a JSON or NDJSON report.

    Raises:
        InputError: the file cannot be read or is not a report.
    """
    try:
        with path.open("rb") as file:
            head = file.readline(MAX_HEAD)
            if not head.strip() and not file.read(1):
                raise InputError("is empty", where=str(path), advice=ADVICE)
            if begins_lines(head):
                file.seek(0)
                return _from_lines(path.name, file)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                document = msgspec.json.decode(view, type=_Document)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice=ADVICE) from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(f"is not a tieback report ({error})"[:300], where=str(path), advice=ADVICE) from None
    if document.schema != f"tieback/report/{SCHEMA_VERSION}":
        raise InputError(f"is {document.schema[:80]!r}, not a report", where=str(path), advice=ADVICE)
    return _past(
        path.name,
        document.created,
        _audience(document.audience),
        (one.known for one in document.apps),
        document.exposures,
        document.findings,
        [one.finding for one in document.suppressed],
        document.probes,
        document.scope,
        document.captures,
        document.servers,
        PastTool(document.tool_version, document.rules, document.plugins),
    )


def _audience(text: str) -> str:
    """The audience text of an earlier report in its current wording."""
    text = _OLD_VENDOR.sub(r"only for \1: its apps and the stores that they lead to", text)
    return _OLD_ROUNDED.sub(ROUNDED, text.replace(_OLD_PUBLIC, "public: totals only, ", 1))


def begins_lines(head: bytes) -> bool:
    """True if the first line is a complete document, as in NDJSON; a pretty-printed document is not."""
    try:
        return msgspec.json.decode(head, type=_Kind).schema.startswith("tieback/report-head/")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def past_from_report(report: Report, name: str) -> PastReport:
    """Return the compared data of a report in memory; its long tables are read once."""
    return _past(
        name,
        report.created,
        report.audience,
        (_app(summary) for summary in report.apps.rows()),
        (_store(store) for store in report.exposures()),
        (_finding(one) for one in report.findings.rows()),
        [_finding(one.finding) for one in report.suppressed.rows()],
        (PastProbe(probe.target, probe.outcome) for probe in report.probes.rows()),
        _scope(report),
        (PastCapture(one.path, one.unread) for one in report.captures.rows()),
        (PastServer(one.app_sha256) for one in report.servers.rows()),
        PastTool(
            report.tool_version,
            tuple(PastRules(one.name, one.sha256) for one in report.rules),
            tuple(PastPlugin(one.name, one.version) for one in report.plugins),
        ),
    )


def _scope(report: Report) -> PastScope | None:
    return None if report.scope is None else msgspec.convert(report.scope, PastScope, from_attributes=True)


def worst_first(finding: PastFinding) -> tuple[int, str, str]:
    """Sort key of findings."""
    return -finding.severity.rank, finding.rule, finding.id


def _past(
    name: str,
    created: datetime,
    audience: str,
    apps: Iterable[PastApp],
    stores: Iterable[PastStore],
    findings: Iterable[PastFinding],
    suppressed: Sequence[PastFinding],
    probes: Iterable[PastProbe],
    scope: PastScope | None,
    captures: Iterable[PastCapture],
    servers: Iterable[PastServer],
    tool: PastTool,
) -> PastReport:
    by_id = {store.id: store for store in stores}
    return PastReport(
        name,
        created,
        audience,
        {app.sha256: app for app in apps},
        by_id,
        {finding.id: finding for finding in sorted((*findings, *suppressed), key=worst_first)},
        {probe.target: probe.outcome for probe in probes},
        bool(by_id) or (scope is not None and scope.reached),
        tuple(captures),
        frozenset(server.app_sha256 for server in servers),
        len(suppressed),
        tool,
    )


def _from_lines(name: str, lines: Iterable[bytes]) -> PastReport:
    rows: dict[str, list[Any]] = {}
    head: Any = None
    for line in lines:
        if not line.strip():
            continue
        kind = msgspec.json.decode(line, type=_Kind).schema.split("/")[1:2]
        shape = _SHAPES.get(kind[0] if kind else "")
        if shape is _Head:
            head = msgspec.json.decode(line, type=_Head)
        elif shape is not None:
            rows.setdefault(kind[0], []).append(msgspec.json.decode(line, type=shape))
    if head is None:
        raise ValueError("the line with schema report-head is missing")
    return _past(
        name,
        head.created,
        _audience(head.audience),
        (one.known for one in rows.get("app-summary", ())),
        rows.get("exposure", ()),
        rows.get("finding", ()),
        [one.finding for one in rows.get("suppressed", ())],
        rows.get("probe", ()),
        head.scope,
        rows.get("capture-summary", ()),
        rows.get("contacted-server", ()),
        PastTool(head.tool_version, head.rules, head.plugins),
    )


class _Kind(msgspec.Struct, frozen=True):
    schema: str


class _Head(msgspec.Struct, frozen=True):
    created: datetime
    audience: str = ""
    scope: PastScope | None = None
    tool_version: str = ""
    rules: tuple[PastRules, ...] = ()
    plugins: tuple[PastPlugin, ...] = ()


_SHAPES: dict[str, type] = {
    "report-head": _Head,
    "app-summary": _Summary,
    "exposure": PastStore,
    "finding": PastFinding,
    "suppressed": _Suppressed,
    "probe": PastProbe,
    "capture-summary": PastCapture,
    "contacted-server": PastServer,
}


def _app(summary: AppSummary) -> PastApp:
    app = summary.app
    signer = None if app.signer is None else PastSigner(app.signer.sha256, app.signer.subject)
    return PastApp(app.sha256, app.platform.value, app.bundle_id, app.name, app.version_name, summary.unread, signer)


def _store(store: Exposure) -> PastStore:
    return PastStore(
        store.id,
        store.product,
        store.version,
        store.access,
        store.addresses,
        store.targets,
        store.records,
        store.bytes,
        tuple(PastClass(line.pii_class) for line in store.pii),
        PastRansom(store.ransom.verdict),
        store.honeypot,
        store.privileges,
        store.untested,
        store.abilities,
        store.entry,
    )


def _finding(finding: Finding) -> PastFinding:
    return PastFinding(
        finding.id,
        finding.rule,
        finding.title,
        finding.severity,
        finding.exposures,
        finding.apps,
        finding.evidence,
    )
