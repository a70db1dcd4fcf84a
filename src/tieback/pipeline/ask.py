"""Asking services without an app: the stages of ``tieback probe``."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import msgspec

from tieback.assess.ransom import judge_ransom
from tieback.model.backend import Candidate, Route
from tieback.model.errors import UsageError
from tieback.model.grant import Grant
from tieback.model.probe import ProbeReport
from tieback.pipeline.probing import Progress, probe_all, store_ports, today_utc
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.grant import check_valid


def candidates_of(text: str) -> list[Candidate]:
    """The candidates that ``HOST[:PORT]`` means: one, or one a usual port of the known stores.

    IPv6 stands in brackets when a port follows.

    Raises:
        UsageError: no host, or a port that is none.
    """
    host, port = _split(text)
    if port is not None:
        return [_candidate(host, port, None)]
    return [_candidate(host, usual, service) for service, ports in store_ports().items() for usual in ports]


def _candidate(host: str, port: int, service: str | None) -> Candidate:
    return Candidate(host, port, service, Route.NAMED, (), "named on the command line")


def _split(text: str) -> tuple[str, int | None]:
    advice = "Write HOST, HOST:PORT, or [IPv6]:PORT"
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise UsageError("a bracket is missing", where=text, advice=advice)
        port = rest[1:]
    elif text.count(":") > 1:
        try:
            return str(ip_address(text)), None
        except ValueError:
            raise UsageError("not an address", where=text, advice=advice) from None
    else:
        host, _, port = text.partition(":")
    if not host or "/" in host:
        raise UsageError("not a host", where=text, advice=advice)
    if not port and not text.endswith(":"):
        return host, None
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65535):
        raise UsageError(f"{port!r} is not a port", where=text, advice=advice)
    return host, int(port)


async def ask(
    candidates: list[Candidate], grant: Grant, audit_path: Path, progress: Progress | None = None
) -> AsyncIterator[ProbeReport]:
    """One report a candidate, as they come, with the signs of ransom judged.

    Raises:
        GrantError: the grant has expired or is not yet valid.
        WorkspaceError: the audit log cannot be written.
    """
    today = today_utc()
    check_valid(grant, today)
    with AuditLog(audit_path) as audit:
        dialer = Dialer(grant, audit, today=today)
        async for _, report in probe_all(candidates, grant, dialer, progress):
            yield msgspec.structs.replace(report, ransom=judge_ransom(report.containers))
