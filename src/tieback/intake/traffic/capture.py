"""Capture file as an opened traffic file: conversations become flows."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.classification import FlowClassification
from tieback.intake.traffic.classify import FlowClassifier
from tieback.intake.traffic.conversation import Conversation
from tieback.intake.traffic.frames import FrameReader
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.names import DnsNames
from tieback.intake.traffic.network import TCP
from tieback.intake.traffic.pcap import PcapReader
from tieback.intake.traffic.pcapng import PcapngReader
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.signatures import SECTION
from tieback.intake.traffic.source import ByteSource
from tieback.intake.traffic.table import FlowTable
from tieback.model.count_text import count_text
from tieback.model.flow import ContentState, Flow, Peer, Server
from tieback.model.sighting import Problem, UnreadKind

if TYPE_CHECKING:
    from tieback.intake.traffic.decrypted import DecryptedFlows

_MAX_ADDRESSES = 65_536
_FURTHER = "{} with more requests than are read of each: the others may be for other servers"
_LOST = "{} with missing packets: what was sent there is missing, and what follows may not have been read"


class CaptureFile:
    """A pcap or pcapng file, open for one walk over its flows.

    Flows are in the order of their first packets. If a capture has more conversations or more cleartext than the memory
    limit allows, the longest idle conversations come earlier than that. Later packets of such a conversation become a
    flow of their own.
    """

    def __init__(
        self,
        path: Path,
        source: ByteSource,
        attribution: PacketAttribution,
        *,
        keylog: Path | None = None,
        decrypt: bool = False,
    ) -> None:
        self.path = path
        self.source = source
        """The bytes of the file; a walk advances in it."""
        self._problems = CaptureProblems()
        self.problems: list[Problem] = self._problems
        self._attribution = attribution
        self._name = str(path)
        self._addresses: dict[bytes, str] = {}
        self._keylog = keylog
        self._decrypt = decrypt or keylog is not None
        self._further = 0
        """Connections that may have requests for further hosts behind what was read."""
        self._lost = 0
        """Connections whose client's packets are missing, so that requests may be missing."""
        self.has_secrets = False
        """True if the file contains TLS secrets with which tshark can decrypt it; known after the walk."""

    def flows(self) -> Iterator[SampledFlow]:
        """Yield every flow of TCP and UDP."""
        reader: FrameReader
        if self.source.buffer[:4] == SECTION:
            reader = PcapngReader(self.source, self._problems, self._attribution)
        else:
            reader = PcapReader(self.source, self._problems)
        names = DnsNames()
        judge = FlowClassifier(names)
        table = FlowTable(judge, names, self._attribution, self._problems)
        inside: DecryptedFlows | None = None
        for conversation in table.conversations(reader):
            if inside is None and self._decrypt:
                # Except for the largest captures, the whole file has been read by now, with the secrets in it.
                inside = self._look_inside(judge, has_secrets=reader.has_secrets)
            seen = self._flow(conversation)
            if inside is not None and seen.flow.encrypted:
                yield from inside.of(conversation, seen)
                continue
            judged = conversation.judged
            end = judged.requests_end if judged is not None else None
            lost = judged is not None and judged.has_lost
            further = end is not None and (conversation.client or conversation.first).bytes > end
            self._lost += lost
            self._further += further and not lost
            if judged is None or not judged.hosts:
                yield seen
            else:
                yield from self._of_hosts(conversation, seen, judged, known=not (further or lost))
        self._further += inside.further if inside is not None else 0
        if self._further:
            self._problems.note(_FURTHER.format(count_text(self._further, "connection")), "", UnreadKind.LIMIT)
        if self._lost:
            self._problems.note(_LOST.format(count_text(self._lost, "connection")), "", UnreadKind.MISSING)
        self.has_secrets = reader.has_secrets
        if self.has_secrets and not self._decrypt:
            what = "the file contains TLS secrets, which were not used; pass --decrypt to use them"
            self._problems.note(what, "", None)

    def _of_hosts(
        self, conversation: Conversation, seen: SampledFlow, judged: FlowClassification, *, known: bool
    ) -> Iterator[SampledFlow]:
        """One flow for each host of a connection; their bytes are known if all requests were read."""
        for share in judged.hosts:
            one = share.judged
            flow = replace(
                seen.flow,
                server=self._server(conversation, one),
                protocol=one.protocol,
                evidence=one.evidence,
                confidence=one.confidence,
                encrypted=one.encrypted,
                tls=one.tls,
                bytes_out=share.bytes_out if known else None,
                bytes_in=share.bytes_in if known else None,
                packets_out=None,
                packets_in=None,
                detail=one.detail,
            )
            yield SampledFlow(flow, one.samples)

    def _look_inside(self, judge: FlowClassifier, *, has_secrets: bool) -> "DecryptedFlows":
        from tieback.intake.traffic.decrypt import DecryptedStreams, decrypt
        from tieback.intake.traffic.decrypted import DecryptedFlows

        if self._keylog is None and not has_secrets:
            self._problems.note("the file contains no TLS secrets; pass a key log with --keylog", "", None)
            return DecryptedFlows(judge, DecryptedStreams())
        return DecryptedFlows(judge, decrypt(self.path, self._keylog, self._problems))

    def close(self) -> None:
        """Release the file."""
        self.source.close()

    def _flow(self, conversation: Conversation) -> SampledFlow:
        judged = conversation.judged or FlowClassification()
        client = conversation.client or conversation.first
        server = client.other
        here = client.key
        half = len(here) // 2 - 2
        whole: bool | None = None
        if judged.samples or judged.hosts:
            whole = judged.is_whole and conversation.judged_bytes == conversation.bytes
        # Positional arguments: keywords cost a third more, and this runs for every flow.
        flow = Flow(
            self._name,
            conversation.app,
            Peer(self._text(here[:half]), here[-4] << 8 | here[-3]),
            self._server(conversation, judged),
            "tcp" if conversation.transport == TCP else "udp",
            judged.protocol,
            judged.evidence,
            judged.confidence,
            judged.encrypted,
            judged.tls,
            client.bytes,
            server.bytes,
            client.packets,
            server.packets,
            conversation.start,
            max(server.last, client.last),
            (),
            judged.detail,
            (),
            (),
            ContentState.UNKNOWN,
            (),
            whole,
        )
        return SampledFlow(flow, judged.samples)

    def _server(self, conversation: Conversation, judged: FlowClassification) -> Server:
        if judged.proxied is not None:
            return Server(judged.proxied.ip, judged.proxied.port, judged.name, judged.name_from)
        there = (conversation.client or conversation.first).other.key
        return Server(
            self._text(there[: len(there) // 2 - 2]), there[-4] << 8 | there[-3], judged.name, judged.name_from
        )

    def _text(self, address: bytes) -> str:
        """An address in its canonical form."""
        text = self._addresses.get(address)
        if text is None:
            if len(address) == 4:
                text = f"{address[0]}.{address[1]}.{address[2]}.{address[3]}"
            else:
                text = ipaddress.IPv6Address(address).compressed
            if len(self._addresses) < _MAX_ADDRESSES:
                self._addresses[address] = text
        return text
