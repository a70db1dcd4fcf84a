"""Stages of ``tieback push``: send a report to a server of tieback, which imports it as evidence.

For results from behind a network boundary. The server gets the report and nothing else of the workspace: no lake, no
ledger, no audit log. It imports what the report states with its date, as the report of any other tool.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode, urlsplit

import msgspec

from tieback.intake.reports.open import open_report
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.report import run_report
from tieback.report import by_name
from tieback.scope.guard import ADVICE
from tieback.scope.services import RequestOutcome, ServiceClient, ServiceResponse
from tieback.storage.failures import storage_errors

SECONDS = 60.0
BYTES_A_SECOND = 128 * 1024
"""The slowest transfer that is waited for."""
_RAW = "application/octet-stream"
_LOCALHOST = "localhost"
_DAMAGE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class PushedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report to send."""

    name: str
    """Name of the file."""
    title: str
    """The tool that wrote it."""
    sha256: str
    """SHA-256 of the content."""
    size: int
    """Size in bytes."""


class PushResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the server did."""

    report: PushedReport
    """The report that was sent."""
    server: str
    """URL of the server."""
    sent: bool
    """False if the server had this content already."""
    job: str
    """ID of the job that imports it."""
    state: str
    """State of the job."""
    new: bool
    """False if an earlier job imports the same content, or did."""


class _Upload(msgspec.Struct, frozen=True):
    sha256: str


class _Started(msgspec.Struct, frozen=True):
    job: str
    state: str
    new: bool


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
    advice: str = ""


@contextmanager
def open_pushed(source: Path, run: str = "") -> Iterator[tuple[PushedReport, BinaryIO]]:
    """A report to send: a file, or the report of a run of a workspace, which is rendered first.

    Args:
        source: a report that ``tieback import`` reads, or a workspace.
        run: ID of a run of the workspace; default: the last finished one.

    Raises:
        InputError: the file cannot be read, or is no report.
        UsageError: ``run`` with a file.
        WorkspaceError: the workspace has no finished run with this ID.
    """
    if source.is_dir():
        with run_report(source, run) as whole, tempfile.NamedTemporaryFile(prefix="tieback-push-") as file:
            with storage_errors(Path(file.name)):
                by_name("ndjson").render(whole, file)  # type: ignore[arg-type] # it has all methods of a binary file
                file.flush()
            yield _described(Path(file.name), f"{source.name}.ndjson"), _from_start(file)  # type: ignore[arg-type]
        return
    if run:
        raise UsageError("only a workspace has runs", where=f"--run {run[:80]}", advice="Pass the workspace instead")
    report = _described(source, source.name)
    with source.open("rb") as opened:
        yield report, opened


def push_report(report: PushedReport, file: BinaryIO, server: str, token: str) -> PushResult:
    """Send a report, unless the server has it already, and start its import.

    Args:
        report: describes the file.
        file: at its start.
        server: base URL of the server: ``https:``, or ``http:`` of this machine.
        token: API token of a user who may upload.

    Raises:
        UsageError: the URL is not allowed, or the token is not one.
        InputError: the server cannot be reached or refuses.
        GrantError: a site policy is damaged: nothing may be contacted then.
    """
    base = server_url(server)
    if not (token and token.isascii() and token.isprintable() and " " not in token):
        raise UsageError("not an API token", where="--token-file", advice="Create one in your account on the server")
    client = ServiceClient([base], timeout=SECONDS + report.size / BYTES_A_SECOND)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    place = f"{base}/api/v1/uploads/{report.sha256}"
    known = client.request("GET", place, headers)
    sent = known.status == 404
    if sent:
        raw = {**headers, "Content-Type": _RAW, "Content-Length": str(report.size)}
        address = f"{place}?{urlencode({'name': report.name})}"
        _answer(client.request("PUT", address, raw, file), base, _Upload)
    else:
        _answer(known, base, _Upload)
    body = msgspec.json.encode({"uploads": [report.sha256]})
    answer = client.request("POST", f"{base}/api/v1/imports", {**headers, "Content-Type": "application/json"}, body)
    started = _answer(answer, base, _Started)
    return PushResult(report=report, server=base, sent=sent, job=started.job, state=started.state, new=started.new)


def server_url(server: str) -> str:
    """The base URL of a server, without a final slash; ``localhost`` becomes 127.0.0.1, where ``serve`` listens."""
    parts = urlsplit(server)
    if parts.scheme == "http" and (parts.hostname or "").lower() == _LOCALHOST:
        parts = parts._replace(netloc=f"127.0.0.1:{parts.port}" if parts.port else "127.0.0.1")
    return parts._replace(query="", fragment="").geturl().rstrip("/")


def _described(path: Path, name: str) -> PushedReport:
    importer, _ = open_report(path)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    return PushedReport(name=name, title=importer.meta.title, sha256=digest, size=size)


def _from_start(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _answer[T](answer: ServiceResponse, base: str, shape: type[T]) -> T:
    """The document of a successful answer, or the error that the server or the connection gave."""
    if answer.sent is RequestOutcome.EXCLUDED:
        raise InputError(answer.problem, where=base, advice=f"{ADVICE}; nothing was sent")
    if answer.sent is not RequestOutcome.ANSWERED:
        raise InputError(answer.problem or "no answer", where=base, advice="Check the URL, then run the command again")
    if 200 <= answer.status < 300:
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except _DAMAGE:
            raise InputError("the answer is not one of tieback", where=base, advice="Check the URL") from None
    try:
        problem = msgspec.json.decode(answer.body, type=_Problem)
    except _DAMAGE:
        problem = _Problem()
    what = _line(problem.detail or problem.title) or "the server refused"
    advice = {401: "Check the token", 403: "Use the token of an operator"}.get(answer.status) or _line(problem.advice)
    raise InputError(f"{what} (HTTP {answer.status})", where=base, advice=advice or "Look at the log of the server")


def _line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:300]).strip().rstrip(".")
