"""Logs of proxies, name servers and firewalls as flows.

Squid, Zscaler NSS, Umbrella, Zeek, Suricata EVE, FortiGate, and CSV with a header. The meaning of each column is in
``logs.toml``. A log has no bodies, so its only samples are requested URLs. A DNS log lists the names that a client
queried: that name is the flow's server, and the resolver is in the detail.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import Any

from tieback.intake.traffic.exchange import ExchangeMessage, HttpExchange, flow_of
from tieback.intake.traffic.interface import OpenedTraffic, SampledFlow
from tieback.intake.traffic.log_connections import ConnectionRecords
from tieback.intake.traffic.log_formats import LogFormat, Row, format_of, protocol_name
from tieback.intake.traffic.log_rows import (
    MAX_LINE,
    READERS,
    LineFaults,
    by_columns,
    head_lines,
    lines,
    open_lines,
    reader_of,
    zeek_path,
)
from tieback.intake.traffic.names import hostname
from tieback.intake.traffic.problems import CaptureProblems
from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.model.flow import Flow, FlowEvidence, FlowTls, NameSource, Peer, Server
from tieback.model.safe_text import escape_line
from tieback.model.sighting import UnreadKind

_SHOWN = 6
"""Columns of lines of an unknown form that are named."""
_TRANSPORTS = {"6": "tcp", "17": "udp", "1": "icmp", "tcp": "tcp", "udp": "udp", "icmp": "icmp"}
_MAX_ANSWERS = 64
"""Addresses of one name."""
_ENCRYPTED = frozenset({"tls", "quic"})
_IN_THE_CLEAR = frozenset({"http", "dns"})
"""Protocols that are cleartext; for others (a mail server, a data store) a log does not show whether TLS was used."""
_TIME_FORMATS = ("%a %b %d %H:%M:%S %Y", "%b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S %z", "%Y/%m/%d %H:%M:%S")
_TLS_VERSIONS = {"tlsv10": "TLSv1.0", "tlsv11": "TLSv1.1", "tlsv12": "TLSv1.2", "tlsv13": "TLSv1.3", "sslv3": "SSLv3"}


def opener(path: Path, head: bytes, own: Sequence[LogFormat] = ()) -> OpenedTraffic | None:
    """For ``open.OPENERS``; ``own``: user-defined formats, which are tried first."""
    return LogFile(path, own) if reader_of(head, own) else None


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line of a log as a flow."""

    seen: SampledFlow
    connection: str
    """Identifier of its connection; empty if the log has none."""
    whole: bool
    """True for a line about a connection as a whole, with its figures."""
    answers: tuple[str, ...] = ()
    """Addresses of the name in a DNS log."""


@dataclass(slots=True)
class _LeftOut:
    """Lines of a log that are no flows."""

    unread: int = 0
    unknown: int = 0
    nameless: int = 0
    columns: str = ""
    """The first columns of the first line of an unknown form."""

    def add(self, row: Row | None, reader: str) -> None:
        """Count a line that cannot be read, or has an unknown form; one without columns is empty.

        Zeek's logs about files, certificates and itself are about no connection, so nothing is missing.
        """
        if row is None:
            self.unread += 1
        elif row and (reader != "zeek" or any(name.startswith("id.") for name in row)):
            self.unknown += 1
            self.columns = self.columns or ", ".join(escape_line(name[:40]) for name in islice(row, _SHOWN))

    def problems(self) -> Iterator[tuple[str, UnreadKind | None]]:
        if self.unknown:
            what = f"of an unknown form, with the columns {self.columns}: map them with --columns"
            yield f"{count_text(self.unknown, 'line')} {what}", UnreadKind.UNREADABLE
        if self.nameless:
            yield f"{count_text(self.nameless, 'line names', 'lines name')} no server", None
        if self.unread:
            yield f"{count_text(self.unread, 'line')} could not be read", UnreadKind.UNREADABLE


class LogFile:
    """An opened log; ``flows`` walks its lines once."""

    def __init__(self, path: Path, own: Sequence[LogFormat] = ()) -> None:
        """Open a log.

        Raises:
            InputError: it cannot be read, or its format is unknown.
        """
        self.path = path
        self._own = own
        self.problems: list[Any] = CaptureProblems()
        try:
            self._file = open_lines(path)
            with path.open("rb") as file:
                head = file.read(1 << 16)
        except OSError as error:
            raise InputError(
                f"cannot be read: {error.strerror}", where=str(path), advice="Check the file and its permissions"
            ) from None
        self._reader = reader_of(head, own)
        self.rows = 0
        """Lines so far, except those of a header."""
        self.zeek_path = zeek_path(head)
        if not self._reader:
            self._file.close()
            raise InputError("unknown log format", where=str(path), advice="See docs/reference/traffic-formats.md")
        self._csv = None
        if self._reader == "csv":
            self._csv = by_columns(head_lines(head)[0], own)

    def flows(self) -> Iterator[SampledFlow]:
        """Yield one flow per line that describes one; lines that are not read are counted in problems.

        Lines about one connection that name it are one flow, when the line about the whole connection is read.
        """
        connections = ConnectionRecords()
        for record in self.records():
            yield from connections.add(record.connection, record.seen, whole=record.whole)
        yield from connections.rest()

    def records(self) -> Iterator[LogRecord]:
        """Yield the lines that describe flows, as they are; the others are counted in problems at the end."""
        faults, left_out = LineFaults(), _LeftOut()
        last: Row | None = {}
        for row in READERS[self._reader](lines(self._file, faults)):
            last = row
            self.rows += 1
            form = self._form(row) if row is not None else None
            if row is None or form is None:
                left_out.add(row, self._reader)
                continue
            seen = _seen(str(self.path), form, row) if form.kind != "skip" else None
            if seen is None:
                left_out.nameless += form.kind not in {"dns", "skip"}
                continue
            whole = form.kind == "flow" and (seen.flow.bytes_out is not None or seen.flow.packets_out is not None)
            connection = form.get(row, "connection") if form.kind != "dns" else ""
            yield LogRecord(seen, connection, whole, _answers(form, row) if form.kind == "dns" else ())
        if faults.damage:
            self._note(f"{faults.damage} after {count_text(faults.read, 'line')}", UnreadKind.DAMAGED)
        elif last is None and faults.open_end:
            left_out.unread -= 1
            self._note("the last line is truncated: still being written, or damaged", UnreadKind.DAMAGED)
        if faults.too_long:
            what = f"longer than {MAX_LINE >> 20} MiB, and left out"
            self._note(f"{count_text(faults.too_long, 'line')} {what}", UnreadKind.LIMIT)
        for what, unread in left_out.problems():
            self._note(what, unread)

    def _form(self, row: Row) -> LogFormat | None:
        return self._csv or format_of(self._reader, row, self._own)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _note(self, what: str, unread: UnreadKind | None) -> None:
        assert isinstance(self.problems, CaptureProblems)
        self.problems.note(what, str(self.path), unread)


def _seen(path: str, form: LogFormat, row: Row) -> SampledFlow | None:
    if form.kind == "http":
        return _http(path, form, row)
    if form.kind == "dns":
        return _dns(path, form, row)
    return _connection(path, form, row)


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    """A canonical address; empty if the text is not an address."""
    try:
        return str(ip_address(text.strip("[] ")))
    except ValueError:
        return ""


def _port(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 and 0 < int(text) < 1 << 16 else None


def _count(text: str) -> int | None:
    """A number; ``None`` if the log has none, which is not zero."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _time(text: str) -> float:
    """Seconds since 1970, from seconds, milli-, micro- or nanoseconds, ISO 8601, or a few usual forms; else 0.0."""
    if not text:
        return 0.0
    number = _number(text)
    if number:
        for most in (1e17, 1e14, 1e11):
            if abs(number) >= most:
                return number / {1e17: 1e9, 1e14: 1e6, 1e11: 1e3}[most]
        return number
    moment = _moment(text.strip())
    if moment is None:
        return 0.0
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, OSError, ValueError):
        return 0.0


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _TIME_FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a missing zone is UTC, which the caller adds
        except ValueError:
            continue
    return None


def _client(form: LogFormat, row: Row) -> Peer:
    return Peer(_address(form.get(row, "client_ip")), _port(form.get(row, "client_port")))


def _times(form: LogFormat, row: Row) -> tuple[float, float]:
    start = _time(form.get(row, "time"))
    seconds = _number(form.get(row, "seconds")) or _number(form.get(row, "milliseconds")) / 1000
    return start, max(_time(form.get(row, "end")) or start + max(seconds, 0.0), start)


def _http(path: str, form: LogFormat, row: Row) -> SampledFlow | None:
    method = form.get(row, "method") or "GET"
    url, host = form.get(row, "url"), form.get(row, "host")
    port = _port(form.get(row, "server_port"))
    if method == "CONNECT":
        name, _, tunnel_port = (url or host).rpartition(":")
        return _tunnel(path, form, row, name or url, _port(tunnel_port) or 443)
    if "://" not in url:
        scheme = form.get(row, "scheme").lower().partition("_")[0]
        scheme = scheme if scheme in {"http", "https", "ws", "wss", "ftp"} else "https" if port == 443 else "http"
        if not host:
            host, slash, rest = (url or form.get(row, "path")).partition("/")
            target = slash + rest
        else:
            target = form.get(row, "path") or url.removeprefix(host)
        server = host if port in {None, 80, 443} or ":" in host else f"{host}:{port}"
        url = f"{scheme}://{server}{target if target.startswith('/') else '/' + target}"
    start, end = _times(form, row)
    agent, referer = form.get(row, "user_agent"), form.get(row, "referer")
    headers = [("User-Agent", agent)] if agent else []
    headers += [("Referer", referer)] if referer else []
    status = _count(form.get(row, "status")) or 0
    return flow_of(
        path,
        HttpExchange(
            method=method[:32],
            url=url[: 1 << 14],
            request=ExchangeMessage(tuple(headers)),
            status=status if status < 1000 else 0,
            client=_client(form, row),
            server_ip=_address(form.get(row, "server_ip")),
            server_port=port,
            start=start,
            seconds=end - start,
            bytes_out=_count(form.get(row, "bytes_out")),
            bytes_in=_count(form.get(row, "bytes_in")),
            name_from=NameSource.LOG,
            has_bodies=False,
        ),
    )


def _flow(
    path: str, form: LogFormat, row: Row, server: Server, protocol: str, transport: str, **more: Any
) -> SampledFlow:
    start, end = _times(form, row)
    known = bool(protocol)
    flow = Flow(
        path=path,
        app=None,
        client=_client(form, row),
        server=server,
        transport=transport,
        protocol=protocol,
        evidence=FlowEvidence.PAYLOAD if known else FlowEvidence.NONE,
        confidence=0.9 if known else 0.0,
        encrypted=more.get("encrypted"),
        tls=more.get("tls"),
        bytes_out=_count(form.get(row, "bytes_out")),
        bytes_in=_count(form.get(row, "bytes_in")),
        packets_out=_count(form.get(row, "packets_out")),
        packets_in=_count(form.get(row, "packets_in")),
        start=start,
        end=end,
        detail=str(more.get("detail", ""))[:240],
    )
    return SampledFlow(flow)


def _server(
    form: LogFormat, row: Row, name: str, name_from: NameSource = NameSource.LOG, port: int | None = None
) -> Server:
    ip = _address(form.get(row, "server_ip")) or _address(name)
    name = "" if _address(name) else hostname(name)
    return Server(
        ip=ip,
        port=_port(form.get(row, "server_port")) or port,
        name=name,
        name_from=name_from if name else NameSource.NONE,
    )


def _tunnel(path: str, form: LogFormat, row: Row, name: str, port: int) -> SampledFlow | None:
    """A CONNECT request: a tunnel, usually with TLS. The log does not show it, so the port decides."""
    server = _server(form, row, name, port=port)
    if not server.ip and not server.name:
        return None
    encrypted = True if port in {443, 8443} else None
    return _flow(path, form, row, server, "tls" if encrypted else "", "tcp", encrypted=encrypted, detail="CONNECT")


def _answers(form: LogFormat, row: Row) -> tuple[str, ...]:
    """The addresses in the answer to a query."""
    return tuple(filter(None, map(_address, form.get(row, "answers").split(",")[:_MAX_ANSWERS])))


def _dns(path: str, form: LogFormat, row: Row) -> SampledFlow | None:
    query = hostname(form.get(row, "query"))
    if not query:
        return None
    ip = next(iter(_answers(form, row)), "")
    resolver = _address(form.get(row, "resolver"))
    parts = (form.get(row, "type"), form.get(row, "result"), f"query to {resolver}" if resolver else "")
    server = Server(ip=ip, port=None, name=query, name_from=NameSource.LOG)
    return _flow(path, form, row, server, "dns", "udp", encrypted=None, detail=" ".join(part for part in parts if part))


def _connection(path: str, form: LogFormat, row: Row) -> SampledFlow | None:
    sni = form.get(row, "sni")
    server = _server(form, row, sni or form.get(row, "host"), NameSource.SNI if sni else NameSource.LOG)
    if not server.ip and not server.name:
        return None
    protocol = protocol_name(form.get(row, "protocol")) or ("tls" if form.kind == "tls" else "")
    transport = _TRANSPORTS.get(form.get(row, "transport").lower(), "tcp")
    encrypted = True if protocol in _ENCRYPTED else False if protocol in _IN_THE_CLEAR else None
    tls = None
    if form.kind == "tls":
        version = form.get(row, "tls_version").replace(" ", "v")
        alpn = form.get(row, "alpn")
        tls = FlowTls(
            version=_TLS_VERSIONS.get(version.lower().replace(".", ""), version[:20]),
            sni=hostname(sni),
            alpn=tuple(alpn.split(",")) if alpn else (),
            certificate_subject=form.get(row, "subject")[:300],
        )
    return _flow(path, form, row, server, protocol, transport, encrypted=encrypted, tls=tls)
