"""The evidence of a case, collected from the workspace: from the app to the store, with what proves each step.

The archive is for a third party. It contains no notes, letters, contacts, or apps of other vendors.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC
from importlib import resources

import msgspec

from tieback import __version__
from tieback.cases.evidence import AUDIT, make_manifest, seal_bundle
from tieback.cases.timestamps import CONTENT_TYPE, MAX_RESPONSE, check_response, make_request
from tieback.model.backend import Backend
from tieback.model.case import Case
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.probe import ProbeReport
from tieback.pipeline.disclosure.cases import CaseService
from tieback.scope.audit_part import AuditPart, hosts_of, read_part
from tieback.scope.services import RequestOutcome, ServiceClient

_EVENTS = frozenset({"opened", "check", "state"})
"""Events of the case log that are evidence; notes, letters and answers are not."""


class Evidence(msgspec.Struct, frozen=True):
    """An archive, and what it lacks."""

    data: bytes
    audit_blocks: int
    audit_left_out: int
    """Blocks of the audit log that also name other hosts."""
    time: str = ""
    """Time of the time stamp, ISO 8601."""


def write_evidence(work: CaseService, case: Case, *, tsa: str = "", others: bool = False) -> Evidence:
    """Collect the evidence of a case into one archive.

    Args:
        work: the cases of the workspace.
        case: the case.
        tsa: URL of a time stamp authority; by default none is contacted.
        others: keep blocks of the audit log that also name other hosts.

    Raises:
        InputError: the authority gave no time stamp.
        UsageError: the URL is not allowed for a service, or the extra for time stamps is missing.
        WorkspaceError: the workspace or the key cannot be read.
    """
    part = read_part(work.audit_file, hosts_of((*case.all_places, *case.store.addresses)), others=others)
    files = dict(_files(work, case, part))
    created = work.now.astimezone(UTC).isoformat(timespec="seconds")
    manifest = make_manifest(files, case.id, __version__, created)
    stamp, time = _time_stamp(manifest, tsa) if tsa else (b"", "")
    return Evidence(seal_bundle(files, manifest, stamp), part.blocks, part.left_out, time)


def _files(work: CaseService, case: Case, part: AuditPart) -> Iterator[tuple[str, bytes]]:
    endpoints = {route.endpoint for route in case.store.routes}
    backends = [one for one in work.backends() if one.endpoint.value in endpoints]
    reports = [one for one in work.probe_reports() if one.target in case.all_places]
    readme = resources.files("tieback.cases").joinpath("evidence.md").read_text(encoding="utf-8")
    yield "README.md", readme.replace("CASE", case.id).replace("VERSION", __version__).encode()
    yield "case.json", _document("evidence-case", _case(work, case))
    yield "path.json", _document("evidence-path", {"routes": list(_routes(work, case))})
    yield "network.json", _document("evidence-network", _network(case, backends))
    yield "conversation.json", _document("evidence-conversation", {"reports": [_talk(one) for one in reports]})
    yield (
        "grant.json",
        _document("evidence-grant", {"sha256": work.grant_sha256, "run": work.run.id if work.run else ""}),
    )
    lines = [line for line in work.log(case.id) if line.event in _EVENTS]
    yield "history.jsonl", b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    yield AUDIT, b"".join(line + b"\n" for line in part.lines)


def _case(work: CaseService, case: Case) -> dict[str, object]:
    store = case.store
    names = {vendor.id: vendor.name for vendor in work.vendors()}
    return {
        "id": case.id,
        "vendor": names.get(case.vendor, case.vendor),
        "owner": case.owner,
        "provider": case.provider,
        "state": case.state,
        "opened": case.opened,
        "reached": case.reached,
        "places": case.all_places,
        "check": case.check,
        "unfixed": case.unfixed,
        "confirmed": case.confirmed,
        "store": {
            name: getattr(store, name)
            for name in (
                "id", "identity", "product", "version", "access", "entry", "privileges", "targets", "addresses",
                "containers", "records", "bytes", "pii", "ransom", "severity", "proofs", "experimental", "untested",
                "abilities",
            )
        },
    }  # fmt: skip


def _routes(work: CaseService, case: Case) -> Iterator[dict[str, object]]:
    apps = {app.sha256: app for app in work.apps({route.app_sha256 for route in case.store.routes})}
    for route in case.store.routes:
        app = apps.get(route.app_sha256)
        yield {
            "app": app if app is not None else {"sha256": route.app_sha256},
            "endpoint": route.endpoint,
            "file": route.file,
            "offset": route.offset,
            "how": route.how,
            "candidate": route.candidate,
        }


def _network(case: Case, backends: Iterable[Backend]) -> dict[str, object]:
    return {"backends": list(backends), "addresses": case.store.addresses, "tls": case.store.tls}


def _talk(report: ProbeReport) -> dict[str, object]:
    """A report without names of containers and fields; those are in ``case.json``."""
    return {
        name: getattr(report, name)
        for name in (
            "target", "address", "outcome", "access", "product", "version", "identity", "tls", "proofs", "problems",
            "bytes_sent", "bytes_read", "seconds",
        )
    }  # fmt: skip


def _document(kind: str, value: dict[str, object]) -> bytes:
    return msgspec.json.format(encode(kind, value)) + b"\n"


def _time_stamp(manifest: bytes, tsa: str) -> tuple[bytes, str]:
    headers = {"Content-Type": CONTENT_TYPE, "Accept": "application/timestamp-reply"}
    request = make_request(manifest)
    answer = ServiceClient([tsa]).request("POST", tsa, headers, request, MAX_RESPONSE)
    try:
        if answer.sent is not RequestOutcome.ANSWERED or answer.status != 200:
            raise ValueError(answer.problem or f"HTTP {answer.status}")
        time = check_response(answer.body, manifest)
    except ValueError as error:
        raise InputError(
            f"no time stamp ({error})", where=tsa, advice="Check the URL, or leave --timestamp out"
        ) from None
    return answer.body, time.isoformat()
