"""mitmproxy add-on for DNS queries that come through a tunnel: it answers queries for names with fixed addresses."""

import time

from mitmproxy import dns
from mitmproxy.net.dns import classes, response_codes, types

from tieback.intake.capture.connections import ConnectionAddon, Tell
from tieback.intake.capture.convert import connection_ends, packed_address
from tieback.intake.capture.destinations import Destinations
from tieback.intake.capture.interface import DnsObserved


class DnsAddon:
    """DNS hooks of mitmproxy; run before its own resolver."""

    def __init__(self, tell: Tell, destinations: Destinations, connections: ConnectionAddon) -> None:
        self._tell = tell
        self._destinations = destinations
        self._connections = connections

    def dns_request(self, one: dns.DNSFlow) -> None:
        """Answer queries for names with fixed addresses; if destinations are limited, no name server is queried."""
        question = one.request.question
        known = self._destinations.address(question.name) if question is not None else None
        if known is not None and question is not None:
            wanted = types.A if known.version == 4 else types.AAAA
            record = dns.ResourceRecord(question.name, wanted, classes.IN, 60, known.packed)
            one.response = one.request.succeed([record] if question.type == wanted else [])
        elif self._destinations.limited:
            one.response = one.request.fail(response_codes.REFUSED)

    def dns_response(self, one: dns.DNSFlow) -> None:
        """Report a query and its response."""
        assert one.response is not None
        question = one.request.question
        found = [answer.data for answer in one.response.answers[:64] if answer.type in {types.A, types.AAAA}]
        self._connections.mark(one.client_conn, one.server_conn.address)
        self._tell(
            DnsObserved(
                ends=connection_ends(one.client_conn, one.server_conn),
                question=question.name[:300] if question is not None else "",
                addresses=tuple(packed_address(data) for data in found if len(data) in {4, 16}),
                start=one.request.timestamp or one.timestamp_created,
                end=one.response.timestamp or time.time(),
            )
        )
