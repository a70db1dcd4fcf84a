"""Classification of a conversation: by its payload, or by its port as a labelled guess.

Order: TLS, SOCKS, HTTP/1 and its content, data stores, HTTP/2, DNS, other protocols with a greeting, TLS that begins
inside any other protocol, the port. What goes through a proxy is classified as if there was none.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tieback.intake.traffic import http, http2, quic, tls, websocket
from tieback.intake.traffic.banners import BannerMatch, known_banners, recognise_datagrams
from tieback.intake.traffic.certificate import CertificateNames
from tieback.intake.traffic.classification import FlowClassification, HostShare, Proxied
from tieback.intake.traffic.conversation import Conversation, Side
from tieback.intake.traffic.dns import DnsMessage, parse_message, parse_stream
from tieback.intake.traffic.further import FurtherRequest
from tieback.intake.traffic.hosts import HostBytes, read_hosts, read_streams
from tieback.intake.traffic.interface import SAMPLE_BYTES, ConnectionStart, ProtocolMatch
from tieback.intake.traffic.names import DNS, LLMNR, MDNS, DnsNames, hostname
from tieback.intake.traffic.network import TCP
from tieback.intake.traffic.ports import DNS_OVER_TLS, usual_ports
from tieback.intake.traffic.stores import evidence
from tieback.intake.traffic.stores.choose import over_websocket, recognise, recognise_either
from tieback.intake.traffic.stores.evidence import sample_messages
from tieback.intake.traffic.tunnels import Tunnel, read_socks, read_target
from tieback.model.count_text import count_text
from tieback.model.flow import CleartextSample, FlowEvidence, FlowTls, NameSource

_NOTHING = FlowClassification()
_NAMED = {DNS: "dns", MDNS: "mdns", LLMNR: "llmnr"}
_MAX_DETAIL = 240
_NO_UPGRADE = "over WebSocket, its upgrade not captured"
_REQUEST_ONLY = "judged by the request: its answer was not read"
_MAX_MESSAGES = 4
"""Messages of one direction of HTTP/2, each a sample."""


class FlowClassifier:
    """Classifier of the conversations of one capture, with its tables and caches."""

    def __init__(self, names: DnsNames) -> None:
        self._names = names
        self._certificates = CertificateNames()
        self._ports = usual_ports()
        self._banners = known_banners()

    def __call__(self, conversation: Conversation) -> FlowClassification:
        """Classify a conversation, and determine which side is the client."""
        known = conversation.client is not None
        client = conversation.client or self._likely_client(conversation)
        conversation.client = client
        judged = self._tcp(conversation, client, known=known) if conversation.transport == TCP else self._udp(client)
        if judged.evidence is FlowEvidence.NONE:
            judged = self._by_port(conversation, judged)
        if judged.requests_end is not None:
            judged = replace(judged, requests_end=_with_repeated(conversation, judged.requests_end))
        if (judged.samples or judged.hosts) and not judged.has_lost and _has_lost(conversation.client):
            judged = replace(judged, has_lost=True)
        if judged.is_whole and (judged.samples or judged.hosts) and not _is_whole(conversation, judged):
            judged = replace(judged, is_whole=False)
        if judged.hosts:
            shares = tuple(replace(one, judged=self._named(conversation, one.judged)) for one in judged.hosts)
            judged = replace(judged, hosts=shares)
        return self._named(conversation, judged)

    def _likely_client(self, conversation: Conversation) -> Side:
        """Without a SYN: the side whose port belongs to no service, else the side that sent first."""
        first, second = conversation.first, conversation.second
        here, there = port_of(first), port_of(second)
        transport = _transport(conversation)
        if (here < 1024) != (there < 1024):
            return second if here < 1024 else first
        if bool(self._ports.service(transport, here)) != bool(self._ports.service(transport, there)):
            return second if self._ports.service(transport, here) else first
        return first

    def _named(self, conversation: Conversation, judged: FlowClassification) -> FlowClassification:
        """The classification with the name from DNS if the payload has none."""
        if judged.name:
            return judged
        client = conversation.client or conversation.first
        name = conversation.name or self._names.of(address_of(client), address_of(client.other))
        return replace(judged, name=name, name_from=NameSource.DNS) if name else judged

    def _by_port(self, conversation: Conversation, judged: FlowClassification) -> FlowClassification:
        client = conversation.client or conversation.first
        if conversation.transport == TCP and client.syn and not (client.other.syn or client.kept or client.other.kept):
            # A scan: the port says nothing about a server that did not accept.
            return replace(judged, detail="no connection: the server did not accept it")
        service = self._ports.service(_transport(conversation), port_of(client.other))
        if not service:
            return judged
        return replace(judged, protocol=service, evidence=FlowEvidence.PORT, confidence=0.2)

    # TCP

    def _tcp(self, conversation: Conversation, client: Side, *, known: bool) -> FlowClassification:
        out, back = client.stream(), client.other.stream()
        if not out and not back:
            return _NOTHING
        port = port_of(client.other)
        seen = tls.recognise_tls(out, back, self._certificates)
        if seen is not None:
            if seen.swapped and not known:
                conversation.client = client.other
                port = port_of(client)
            return self._of_tls(seen, port)
        tunnel = read_socks(out, back)
        if tunnel is not None:
            return self._through(tunnel, out, back)
        # Without the server's SYN, its first bytes here may be from the middle of its answer.
        answer = b"" if not client.other.syn and http.is_whole_request(out) and not http.is_answer(back) else back
        judged = self._http(conversation, out, answer, port)
        if judged is not None:
            return judged
        if known:
            found = recognise(ConnectionStart(out, back, port))
        else:
            framed = websocket.from_middle(out, back, SAMPLE_BYTES)
            inside = over_websocket(framed.client, framed.server) if framed else None
            if framed is not None and inside is not None:
                conversation.client = client.other if framed.swapped else client
                detail = f"{inside.detail}, {_NO_UPGRADE}".removeprefix(", ")
                return replace(self._of_store(inside), detail=detail)
            found, turned = recognise_either(ConnectionStart(out, back, None, midstream=True))
            if turned:
                conversation.client = client.other
        if found is not None:
            return self._of_store(found)
        return self._http2(out, back) or self._dns_stream(conversation, out, back, port) or self._rest(out, back, port)

    def _of_tls(self, seen: tls.TlsSummary, port: int, detail: str = "", name: str = "") -> FlowClassification:
        sni = hostname(seen.tls.sni)
        if not detail and port == DNS_OVER_TLS:
            detail = "likely DNS over TLS, from the port number"
        elif not detail and sni and self._ports.is_resolver(sni):
            detail = "likely DNS over HTTPS: the name is a public resolver"
        elif not detail:
            service = self._ports.service("tcp", port)
            detail = f"the port is usual for {service}" if service and service not in {"tls", "http"} else ""
        return FlowClassification(
            protocol="tls",
            evidence=FlowEvidence.PAYLOAD,
            confidence=seen.confidence,
            encrypted=True,
            tls=seen.tls,
            name=sni or name,
            name_from=NameSource.SNI if sni else NameSource.HTTP_HOST if name else NameSource.NONE,
            detail=detail,
        )

    def _http(self, conversation: Conversation, out: bytes, back: bytes, port: int) -> FlowClassification | None:
        seen = http.recognise_http(out, back)
        if seen is None:
            return None
        if seen.swapped:
            out, back = back, out
            client = conversation.client
            assert client is not None
            conversation.client = client.other
            port = port_of(client)
        tunnel = read_target(seen)
        begins = len(out) > seen.request_end or len(back) > seen.response_end
        if tunnel is not None and seen.method == "CONNECT" and begins:
            return self._through(tunnel, out, back)
        client = conversation.client or conversation.first
        further = client.follow_to_end()
        if further is None:
            return self._of_requests(seen, out, back, port)
        judged = self._of_requests(seen, out[: further.first] if further.first >= 0 else out, back, port, further.kept)
        if judged is None or further.ended:
            return judged
        # What was not followed may be requests for further hosts, also if all others are for one.
        read = further.complete and not further.full
        lost = further.lost and not further.complete
        return replace(judged, requests_end=client.bytes if read else len(out), has_lost=lost)

    def _of_requests(
        self, seen: http.HttpSummary, out: bytes, back: bytes, port: int, further: Sequence[FurtherRequest] = ()
    ) -> FlowClassification | None:
        """Classify a connection by its requests; each host is classified as if it had a connection of its own."""
        found = read_hosts(out, back, further)
        if found is None or not found.hosts:
            judged = self._of_one_host(seen, out, back, port)
            judged = judged and _with_further(judged, [one.data for one in further])
        else:
            shares = [HostShare(self._of_share(one, port), one.size_out, one.size_in) for one in found.hosts]
            judged = replace(shares[0].judged, samples=(), hosts=tuple(shares))
        if judged is None or found is None or found.switched:
            return judged
        return replace(judged, requests_end=found.requests_end)

    def _of_share(self, one: HostBytes, port: int) -> FlowClassification:
        out, back = (one.out, one.back) if one.out else (one.further[0], b"")
        return _with_further(self._of_host(out, back, port), one.further[0 if one.out else 1 :])

    def _of_host(self, out: bytes, back: bytes, port: int) -> FlowClassification:
        seen = http.recognise_http(out, back)
        assert seen is not None  # its bytes begin with a request
        tunnel = read_target(seen)
        if tunnel is not None and seen.method == "CONNECT" and len(out) > seen.request_end:
            return self._through(tunnel, out, back)
        judged = self._of_request(seen, out, back, port) or replace(_of_http(seen, out, back), confidence=0.9)
        if not back and judged.protocol != "http":
            judged = replace(judged, detail=_plain(f"{_REQUEST_ONLY}; {judged.detail}".removesuffix("; ")))
        # Whole URLs for several hosts: the address is that of a proxy, whatever its port.
        return judged if tunnel is None else replace(judged, proxied=Proxied(tunnel.ip, tunnel.port))

    def _of_one_host(self, seen: http.HttpSummary, out: bytes, back: bytes, port: int) -> FlowClassification | None:
        tunnel = read_target(seen)
        judged = self._of_request(seen, out, back, port)
        if judged is None or tunnel is None or (tunnel.port == port and not tunnel.ip):
            return judged
        return replace(judged, proxied=Proxied(tunnel.ip, tunnel.port))

    def _through(self, tunnel: Tunnel, out: bytes, back: bytes) -> FlowClassification:
        """Classify what goes through a proxy."""
        out, back, port = out[tunnel.out_at :], back[tunnel.back_at :], tunnel.port
        inside = self._inside(out, back, port)
        # What was read begins behind the request to the proxy.
        end = None if inside.requests_end is None else inside.requests_end + tunnel.out_at
        shares = tuple(replace(share, judged=_proxied(share.judged, tunnel)) for share in inside.hosts)
        return replace(_proxied(inside, tunnel), hosts=shares, requests_end=end)

    def _inside(self, out: bytes, back: bytes, port: int) -> FlowClassification:
        seen = tls.recognise_tls(out, back, self._certificates)
        if seen is not None and not seen.swapped:
            return self._of_tls(seen, port)
        asked = http.recognise_http(out, back)
        judged = self._of_requests(asked, out, back, port) if asked is not None and not asked.swapped else None
        if judged is not None:
            return judged
        found = recognise(ConnectionStart(out, back, port))
        judged = self._of_store(found) if found is not None else self._http2(out, back) or self._rest(out, back, port)
        # The bytes of the proxy's protocol are proof of it, if nothing else is.
        return judged if judged.protocol else replace(judged, evidence=FlowEvidence.PAYLOAD, encrypted=None)

    def _of_request(self, seen: http.HttpSummary, out: bytes, back: bytes, port: int) -> FlowClassification | None:
        name = hostname(seen.host)
        found = recognise(ConnectionStart(out, back, port))
        if found is None and seen.confidence < 0.9:
            return None
        judged = self._of_store(found) if found is not None else _of_http(seen, out, back)
        detail = judged.detail or _http_detail(seen)
        if seen.upgrade == "h2c":
            inner = self._http2(out[seen.request_end :], back[seen.response_end :])
            if inner is not None:
                outer = _samples("http", out[: seen.request_end], back[: seen.response_end])
                judged = replace(judged, protocol="http2", samples=(*outer, *inner.samples), hosts=inner.hosts)
        judged = replace(
            judged,
            name=judged.name or name,
            name_from=NameSource.HTTP_HOST if name and not judged.name else judged.name_from,
            detail=detail[:_MAX_DETAIL],
            samples=judged.samples or _samples("http", out, back),
        )
        if not judged.hosts:
            return judged
        first = HostShare(replace(judged, hosts=()), None, None)  # the request with the upgrade
        return replace(judged, samples=(), hosts=(first, *judged.hosts), requests_end=len(out))

    def _of_store(self, found: ProtocolMatch) -> FlowClassification:
        seen = None
        if found.encrypted and (found.tls_client or found.tls_server):
            seen = tls.recognise_tls(found.tls_client, found.tls_server, self._certificates, starttls=True)
        sni = hostname(seen.tls.sni) if seen else ""
        return FlowClassification(
            protocol=found.protocol,
            evidence=FlowEvidence.PAYLOAD,
            confidence=found.confidence,
            encrypted=found.encrypted,
            tls=seen.tls if seen else FlowTls(starttls=True) if found.encrypted else None,
            name=sni,
            name_from=NameSource.SNI if sni else NameSource.NONE,
            detail=found.detail[:_MAX_DETAIL],
            samples=tuple(
                sample
                if len(sample.data) <= SAMPLE_BYTES
                else CleartextSample(sample.direction, sample.kind, sample.data[:SAMPLE_BYTES])
                for sample in found.samples[:8]
            ),
        )

    def _http2(self, out: bytes, back: bytes) -> FlowClassification | None:
        seen = http2.recognise_http2(out, back)
        if seen is None:
            return None
        name = hostname(http.without_port(seen.authority))
        judged = FlowClassification(
            protocol="http2",
            evidence=FlowEvidence.PAYLOAD,
            confidence=seen.confidence,
            encrypted=False,
            name=name,
            name_from=NameSource.HTTP_HOST if name else NameSource.NONE,
            detail=_plain(f"{seen.method} {http.plain_path(seen.path)} {seen.status}".strip()),
        )
        streams = read_streams(out, back)
        if len(streams) < 2:
            ways = [[one.text for one in http2.read_messages(data).values()] for data in (out, back)]
            return replace(judged, samples=_message_samples(*ways), is_whole=_all_fit(ways))
        whole = all(_all_fit(one[1:]) for one in streams)
        shares = [HostShare(_of_streams(judged, *one), None, None) for one in streams]
        return replace(shares[0].judged, samples=(), hosts=tuple(shares), requests_end=len(out), is_whole=whole)

    def _dns_stream(self, conversation: Conversation, out: bytes, back: bytes, port: int) -> FlowClassification | None:
        asked, answered = parse_stream(out), parse_stream(back)
        if (not asked and not answered) or (port != DNS and not (asked and answered)):
            return None
        client = conversation.client or conversation.first
        for message in answered:
            self._names.remember(message.addresses, address_of(client))
        return _of_dns("dns", asked, answered)

    def _rest(self, out: bytes, back: bytes, port: int) -> FlowClassification:
        greeting = self._banners.match(out, back, "tcp")
        at = tls.find_client_hello(out)
        if at >= 0:
            place = back.find(b"\x16\x03")
            inner = tls.recognise_tls(out[at:], back[place:] if place >= 0 else b"", self._certificates, starttls=True)
            if inner is not None:
                judged = self._of_tls(
                    inner, port, "" if greeting else f"TLS begins after {count_text(at, 'byte')} of another protocol"
                )
                return replace(judged, protocol=greeting.protocol) if greeting else judged
        if greeting is not None:
            return _of_banner(greeting, out, back)
        if tls.find_records(out) and (tls.find_records(back) or not back):
            return FlowClassification("tls", FlowEvidence.PAYLOAD, 0.6, encrypted=True, tls=FlowTls())
        return _NOTHING

    # UDP

    def _udp(self, client: Side) -> FlowClassification:
        out, back = client.datagrams(), client.other.datagrams()
        if not out and not back:
            return _NOTHING
        first, answer = out[0] if out else b"", back[0] if back else b""
        port = port_of(client.other)
        if port in _NAMED or port_of(client) in _NAMED:
            judged = _dns_datagrams(out, back, port if port in _NAMED else port_of(client))
            if judged is not None:
                return judged
        seen = quic.recognise_quic(out, back)
        if seen is None and back and not quic.is_client_first(out):
            seen = quic.recognise_quic(back, out)
        if seen is not None:
            return self._of_quic(seen)
        greeting = recognise_datagrams(first, answer) or self._banners.match(first, answer, "udp")
        if greeting is not None:
            return _of_banner(greeting, first, answer)
        found = recognise(ConnectionStart(first, answer, port, transport="udp"))
        return self._of_store(found) if found is not None else _NOTHING

    def _of_quic(self, seen: quic.QuicSummary) -> FlowClassification:
        name = hostname(seen.tls.sni)
        resolver = name and self._ports.is_resolver(name)
        return FlowClassification(
            protocol="quic",
            evidence=FlowEvidence.PAYLOAD,
            confidence=seen.confidence,
            encrypted=True,
            tls=seen.tls,
            name=name,
            name_from=NameSource.SNI if name else NameSource.NONE,
            detail=f"QUIC {seen.version}"
            + ("; likely DNS over HTTPS: the name is a public resolver" if resolver else ""),
        )


def port_of(side: Side) -> int:
    """The source port of a side."""
    return side.key[-4] << 8 | side.key[-3]


def address_of(side: Side) -> bytes:
    """The packed source address of a side."""
    return side.key[: (len(side.key) - 4) // 2]


def _with_repeated(conversation: Conversation, end: int) -> int:
    """The end of what was read in bytes as they are counted, with those that were sent again."""
    client = conversation.client or conversation.first
    size = len(client.stream())
    return end if size >= client.limit else end + max(client.bytes - size, 0)


def _has_lost(client: Side) -> bool:
    """True if requests may be behind a gap, and those were not followed: HTTP/1 follows them to the end."""
    return client.has_gap and (client.further is None or client.further.ended)


def _is_whole(conversation: Conversation, judged: FlowClassification) -> bool:
    """True if the samples have all that was captured. Of UDP, the first datagram of each direction is examined."""
    sides = (conversation.first, conversation.second)
    if conversation.transport != TCP:
        return all(side.packets <= 1 for side in sides)
    samples = [sample for one in (judged, *(share.judged for share in judged.hosts)) for sample in one.samples]
    if all(sample.kind in {"http", "other"} for sample in samples):
        return all(side.is_whole(SAMPLE_BYTES) for side in sides)
    ways = Counter(sample.direction for sample in samples)
    return max(ways.values()) < evidence.MOST_SAMPLES and all(side.is_whole(evidence.SAMPLE_BYTES) for side in sides)


def _transport(conversation: Conversation) -> str:
    return "tcp" if conversation.transport == TCP else "udp"


def _plain(text: str) -> str:
    text = text[:_MAX_DETAIL]
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def _samples(kind: str, out: bytes, back: bytes) -> tuple[CleartextSample, ...]:
    both = (("out", out[:SAMPLE_BYTES]), ("in", back[:SAMPLE_BYTES]))
    return tuple(CleartextSample(direction, kind, data) for direction, data in both if data)


def _with_further(judged: FlowClassification, further: Sequence[bytes]) -> FlowClassification:
    """Add the samples of further requests, if the beginning is readable too."""
    if not further or not judged.samples:
        return judged
    return replace(judged, samples=(*judged.samples, *(CleartextSample("out", "http", one) for one in further)))


def _all_fit(ways: Iterable[list[bytes]]) -> bool:
    """True if ``_message_samples`` has all of these messages whole."""
    return all(len(way) <= _MAX_MESSAGES and sum(map(len, way)) <= SAMPLE_BYTES for way in ways)


def _message_samples(out: list[bytes], back: list[bytes]) -> tuple[CleartextSample, ...]:
    return tuple(
        CleartextSample(direction, "http", message)
        for direction, messages in (("out", out), ("in", back))
        for message in http2.first_bytes(messages, SAMPLE_BYTES)[:_MAX_MESSAGES]
    )


def _of_streams(judged: FlowClassification, name: str, out: list[bytes], back: list[bytes]) -> FlowClassification:
    """The part of an HTTP/2 connection for one host, from its messages in HTTP/1 form."""
    seen = http.recognise_http(out[0], back[0] if back else b"")
    return replace(
        judged,
        name=name,
        name_from=NameSource.HTTP_HOST if name else NameSource.NONE,
        detail=_http_detail(seen) if seen is not None else "",
        samples=_message_samples(out, back),
    )


def _proxied(judged: FlowClassification, tunnel: Tunnel) -> FlowClassification:
    """What is contacted through a tunnel; a proxy behind it names another end."""
    through = f"through a proxy: {tunnel.how} {tunnel.place}"
    end = judged.proxied or Proxied(tunnel.ip, tunnel.port)
    named = judged.name or judged.proxied is not None
    return replace(
        judged,
        name=judged.name if named else tunnel.name,
        name_from=judged.name_from if named or not tunnel.name else NameSource.HTTP_HOST,
        detail=_plain(f"{through}; {judged.detail}" if judged.detail else through),
        proxied=end,
    )


def _of_http(seen: http.HttpSummary, out: bytes, back: bytes) -> FlowClassification:
    if seen.upgrade == "websocket":
        return _of_websocket(seen, out, back)
    samples = _samples("http", out, back)
    return FlowClassification("http", FlowEvidence.PAYLOAD, seen.confidence, encrypted=False, samples=samples)


def _of_websocket(seen: http.HttpSummary, out: bytes, back: bytes) -> FlowClassification:
    heads = _samples("http", out[: seen.request_end], back[: seen.response_end])
    ways = [websocket.messages(data, SAMPLE_BYTES) for data in (out[seen.request_end :], back[seen.response_end :])]
    found = over_websocket(*ways)
    return FlowClassification(
        found.protocol if found else "websocket",
        FlowEvidence.PAYLOAD,
        found.confidence if found else seen.confidence,
        encrypted=False,
        detail=_plain(", ".join(filter(None, (found.detail, "over WebSocket", _http_detail(seen))))) if found else "",
        samples=(*heads, *(found.samples if found else sample_messages("websocket", *ways))),
    )


def _http_detail(seen: http.HttpSummary) -> str:
    if seen.method == "CONNECT":
        return _plain(f"CONNECT {seen.target}")
    words = [seen.method, http.plain_path(seen.target), str(seen.status) if seen.status else ""]
    return _plain(" ".join(word for word in words if word) + (f" from {seen.server}" if seen.server else ""))


def _of_banner(seen: BannerMatch, out: bytes, back: bytes) -> FlowClassification:
    detail = ""
    if seen.protocol in {"ssh", "smtp", "ftp", "imap", "pop3"}:
        detail = _plain(back.partition(b"\n")[0].decode("latin-1").strip()[:120])
    samples = (
        _samples("other", out, back)
        if seen.encrypted is False and seen.protocol in {"smtp", "ftp", "imap", "pop3"}
        else ()
    )
    return FlowClassification(
        seen.protocol, FlowEvidence.PAYLOAD, seen.confidence, seen.encrypted, detail=detail, samples=samples
    )


def _of_dns(protocol: str, asked: list[DnsMessage], answered: list[DnsMessage]) -> FlowClassification:
    question = next((message.question for message in (*asked, *answered) if message.question), "")
    confidence = 0.95 if asked and answered else 0.8
    return FlowClassification(protocol, FlowEvidence.PAYLOAD, confidence, encrypted=False, detail=_plain(question))


def _dns_datagrams(out: list[bytes], back: list[bytes], port: int) -> FlowClassification | None:
    asked = [message for data in out[:2] if (message := parse_message(data, names_only=True))]
    answered = [message for data in back[:2] if (message := parse_message(data, names_only=True))]
    if (not asked and not answered) or (out and not asked) or (back and not answered):
        return None
    return _of_dns(_NAMED[port], asked, answered)
