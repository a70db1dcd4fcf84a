"""Convert proxy observations to flows: the same documents, recognisers and names as for capture files."""

import os
import re
from collections.abc import Callable
from ipaddress import ip_address

from msgspec.structs import replace

from tieback.intake.capture.destinations import FORBIDDEN as OUT_OF_BOUNDS
from tieback.intake.capture.interface import (
    ConnectFailure,
    ConnectionEnds,
    DnsObserved,
    HttpObserved,
    Observation,
    StreamObserved,
    TlsRefusal,
)
from tieback.intake.traffic import tls
from tieback.intake.traffic.banners import known_banners, recognise_datagrams
from tieback.intake.traffic.certificate import CertificateNames
from tieback.intake.traffic.exchange import ExchangeMessage, HttpExchange, flow_of
from tieback.intake.traffic.interface import ConnectionStart, SampledFlow
from tieback.intake.traffic.names import DnsNames, hostname, hostname_of_url
from tieback.intake.traffic.stores import evidence
from tieback.intake.traffic.stores.choose import recognise
from tieback.model.flow import ContentState, Flow, FlowApp, FlowEvidence, FlowTls, NameSource, Peer, Server

REFUSED = "the app rejected the proxy's certificate (pinned, or the CA is not installed)"
PASSED = "passed through unread: TLS between the app and the server"
FORBIDDEN = "blocked"
NOT_REACHED = "unreachable"
_BROKEN_OFF = "The client"
"""Start of mitmproxy's reasons if the client aborted because of the certificate, or may have."""
_NO_VERSION = "Client and mitmproxy cannot agree"
_CLIENTS_OWN = re.compile(r"certificate|unknown[ _]ca|authority", re.IGNORECASE)
"""With QUIC, the client states the reason in its own words (RFC 9000, section 19.19)."""
_UNTRUSTED = "Certificate verify failed"
"""Start of mitmproxy's reasons if the proxy does not trust the server; then no part of the request was sent."""
_CONNECT = re.compile(r"\[Errno (\d{1,4})\] Connect call failed", re.ASCII)
"""What asyncio reports, with the number of the system's error; the first one if a name has several addresses."""
_MAX_DETAIL = 240

type Attribute = Callable[[Peer, float, float], FlowApp | None]
"""The app behind a client's address and port in a time interval."""


class LiveFlows:
    """Converts the observations of one run to flows; remembers DNS answers."""

    def __init__(self, path: str, attribute: Attribute) -> None:
        self._path = path
        self._attribute = attribute
        self._names = DnsNames()
        self._certificates = CertificateNames()

    def of(self, seen: Observation) -> SampledFlow | None:
        """The flow of an observation; ``None`` for observations about the run itself."""
        match seen:
            case HttpObserved():
                return self._http(seen)
            case StreamObserved():
                return self._stream(seen)
            case TlsRefusal():
                return SampledFlow(self._refused(seen))
            case ConnectFailure():
                return SampledFlow(self._unreached(seen))
            case DnsObserved():
                return SampledFlow(self._answered(seen))
            case _:
                return None

    def _http(self, seen: HttpObserved) -> SampledFlow | None:
        sni = hostname(seen.tls.sni) if seen.tls else ""
        host = seen.host
        name_from = NameSource.HTTP_HOST
        if is_address(host):
            known = sni or self._dns_name(seen.ends)
            host, name_from = (known, NameSource.SNI if sni else NameSource.DNS) if known else (host, NameSource.NONE)
        upgraded = bool(seen.websocket) or seen.status == 101
        secure = seen.scheme in {"https", "wss"}
        scheme = ("wss" if secure else "ws") if upgraded else seen.scheme
        path = seen.path if seen.path.startswith("/") else "/"
        without = _without(seen) if seen.trouble and not seen.status else ""
        found = flow_of(
            self._path,
            HttpExchange(
                method=seen.method,
                url=f"{scheme}://{f'[{host}]' if ':' in host else host}:{seen.port}{path}",
                request=ExchangeMessage(seen.request, seen.request_body),
                status=seen.status,
                response=ExchangeMessage(seen.response, seen.response_body),
                client=seen.ends.client,
                server_ip=seen.ends.ip or (seen.host if is_address(seen.host) else ""),
                server_port=seen.ends.port or seen.port,
                start=seen.start,
                seconds=max(seen.end - seen.start, 0.0),
                bytes_out=seen.bytes_out,
                bytes_in=seen.bytes_in,
                app=self._attribute(seen.ends.client, seen.start, seen.end),
                tls=seen.tls,
                name_from=name_from,
                websocket=seen.websocket,
                content=_content(without),
            ),
        )
        if found is None:
            return None
        quic = "HTTP/3, " if seen.version.startswith("HTTP/3") else ""
        detail = f"{quic}{found.flow.detail}"
        if without:
            detail = f"{without}; {detail}"
        return SampledFlow(replace(found.flow, detail=_shown(detail)), found.samples)

    def _stream(self, seen: StreamObserved) -> SampledFlow:
        transport = seen.transport
        found = recognise(ConnectionStart(seen.out, seen.back, seen.ends.port, transport))
        greeting = None
        if found is None:
            greeting = recognise_datagrams(seen.out, seen.back) if transport == "udp" else None
            greeting = greeting or known_banners().match(seen.out, seen.back, transport)
        inner = None
        if found is not None and found.encrypted and (found.tls_client or found.tls_server):
            inner = tls.recognise_tls(found.tls_client, found.tls_server, self._certificates, starttls=True)
        if found is None and greeting is None and seen.tls is None and transport == "tcp":
            inner = tls.recognise_tls(seen.out, seen.back, self._certificates)
        closed = inner if found is None else None
        shown = seen.tls or (inner.tls if inner else FlowTls(starttls=True) if found and found.encrypted else None)
        told = found or greeting
        protocol = told.protocol if told else "tls" if shown else ""
        flow = Flow(
            path=self._path,
            app=self._attribute(seen.ends.client, seen.start, seen.end),
            client=seen.ends.client,
            server=self._server(seen.ends, shown),
            transport=transport,
            protocol=protocol,
            evidence=FlowEvidence.PAYLOAD if protocol else FlowEvidence.NONE,
            confidence=told.confidence if told else 0.9 if shown else 0.0,
            encrypted=True if seen.tls or closed else told.encrypted if told else None,
            tls=shown,
            bytes_out=seen.bytes_out,
            bytes_in=seen.bytes_in,
            packets_out=seen.packets_out,
            packets_in=seen.packets_in,
            start=seen.start,
            end=seen.end,
            detail=_shown(found.detail if found and found.detail else PASSED if closed else seen.trouble),
        )
        if found is None or not found.samples:
            return SampledFlow(flow)
        whole = max(seen.bytes_out, seen.bytes_in) <= evidence.SAMPLE_BYTES
        return SampledFlow(replace(flow, whole=whole), found.samples)

    def _refused(self, seen: TlsRefusal) -> Flow:
        certificate = (
            bool(_CLIENTS_OWN.search(seen.reason))
            if seen.quic
            else seen.reason.startswith(_BROKEN_OFF) and not seen.reason.startswith(_NO_VERSION)
        )
        shown = replace(seen.tls, refused_by_client=seen.reason or REFUSED) if certificate else seen.tls
        detail = REFUSED if certificate else f"TLS with this app failed: {seen.reason}"
        return self._bare(seen.ends, "udp" if seen.quic else "tcp", detail, seen.start, seen.end, shown, quic=seen.quic)

    def _unreached(self, seen: ConnectFailure) -> Flow:
        what = FORBIDDEN if seen.forbidden else NOT_REACHED
        bare = self._bare(seen.ends, seen.transport, f"{what}: {_reason(seen.reason)}", seen.start, seen.start)
        return replace(bare, content=_content(bare.detail))

    def _answered(self, seen: DnsObserved) -> Flow:
        client = packed_address(seen.ends.client.ip)
        if client is not None:
            pairs = [
                (seen.question, address) for text in seen.addresses if (address := packed_address(text)) is not None
            ]
            self._names.remember(tuple(pairs), client)
        bare = self._bare(seen.ends, "udp", seen.question, seen.start, seen.end)
        return replace(
            bare,
            protocol="dns",
            evidence=FlowEvidence.PAYLOAD,
            confidence=0.99,
            encrypted=False,
            bytes_out=None,  # the proxy reports names and addresses, not the messages
            bytes_in=None,
            packets_out=1,
            packets_in=1,
        )

    def _bare(
        self, ends: ConnectionEnds, transport: str, detail: str, start: float, end: float, shown: FlowTls | None = None,
        *, quic: bool = False,
    ) -> Flow:  # fmt: skip
        """A flow without readable payload."""
        return Flow(
            path=self._path,
            app=self._attribute(ends.client, start, end),
            client=ends.client,
            server=self._server(ends, shown),
            transport=transport,
            protocol="quic" if quic else "tls" if shown else "",
            evidence=FlowEvidence.PAYLOAD if shown else FlowEvidence.NONE,
            confidence=0.95 if shown else 0.0,
            encrypted=True if shown else None,
            tls=shown,
            bytes_out=0,
            bytes_in=0,
            packets_out=0,
            packets_in=0,
            start=start,
            end=max(start, end),
            detail=_shown(detail),
        )

    def _server(self, ends: ConnectionEnds, shown: FlowTls | None) -> Server:
        """The server of a flow; its name from SNI, else as the client told the proxy, else from DNS."""
        ip = ends.ip or (ends.host if is_address(ends.host) else "")
        sni = hostname(shown.sni) if shown else ""
        if sni and not is_address(sni):
            return Server(ip, ends.port, sni, NameSource.SNI)
        asked = "" if is_address(ends.host) else hostname_of_url(ends.host)
        if asked:
            return Server(ip, ends.port, asked, NameSource.LOG)
        name = self._dns_name(ends)
        return Server(ip, ends.port, name, NameSource.DNS if name else NameSource.NONE)

    def _dns_name(self, ends: ConnectionEnds) -> str:
        client, server = packed_address(ends.client.ip), packed_address(ends.ip or ends.host)
        return self._names.of(client, server) if client is not None and server is not None else ""


def _without(seen: HttpObserved) -> str:
    """Why there is no response."""
    if OUT_OF_BOUNDS in seen.trouble:
        return f"{FORBIDDEN}: {OUT_OF_BOUNDS}"
    reached = bool(seen.ends.ip) and not seen.trouble.startswith(_UNTRUSTED)
    return f"aborted: {seen.trouble}" if reached else f"{NOT_REACHED}: {_reason(seen.trouble)}"


def _content(detail: str) -> ContentState:
    """Whether the request reached no server, by the beginning of the detail."""
    if detail.startswith(FORBIDDEN):
        return ContentState.REFUSED
    return ContentState.NOT_SENT if detail.startswith(NOT_REACHED) else ContentState.UNKNOWN


def _reason(text: str) -> str:
    """Why a server was not reached: the system's words in place of Python's, or the proxy's text."""
    number = _CONNECT.search(text)
    return os.strerror(int(number[1])).lower() if number else text


def _shown(text: str) -> str:
    """One printable line of bounded length: names and reasons are untrusted."""
    text = text[:_MAX_DETAIL]
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def is_address(text: str) -> bool:
    """True if a host is an address."""
    return packed_address(text) is not None


def packed_address(text: str) -> bytes | None:
    """The bytes of an address; ``None`` if the text is not an address."""
    try:
        return ip_address(text).packed
    except ValueError:
        return None
