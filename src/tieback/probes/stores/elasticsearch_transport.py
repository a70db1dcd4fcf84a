"""Elasticsearch's transport port, over which nodes communicate: only whether it is reachable. No data is requested.

Sends an invalid line for the protocol, ``GET /`` in HTTP (identify): since 1.x the port answers "This is not an HTTP
port" and closes. Nodes that require TLS on the port answer so inside TLS, or request a client certificate. A client
with access could join the cluster as a node, so nothing further is sent. Not yet verified against the real server.
"""

import re

from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Target

_HELLO = b"GET / HTTP/1.0\r\n\r\n"
_ANSWER = re.compile(rb"This is not an? HTTP port")
_HTTP = b"HTTP/1.0 200 OK\r\n"
_NAME = "GET / (HTTP/1.0)"


class ElasticsearchTransportProbe:
    """Probe of the transport port of a search engine: whether it is reachable."""

    meta = ProbeMeta(
        name="elasticsearch_transport",
        products=("elasticsearch-transport",),
        ports=(9300,),
        services=("elasticsearch-transport",),
        cpe=("cpe:2.3:a:elastic:elasticsearch", "cpe:2.3:a:amazon:opensearch"),
        cwe="CWE-306",
        sends=(
            DeclaredSend(
                _NAME, re.escape(_HELLO), "whether the port answers that it is not an HTTP port; requests no data"
            ),
        ),
        references=("https://www.elastic.co/guide/en/elasticsearch/reference/current/modules-network.html",),
        http_too=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the server at ``target``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)
        head = yield from plain_then_tls(target.tls, lambda tls: first_answer(tls, _HELLO, 17, seconds))
        answer = head + (yield Receive(limit=512))
        if not (_ANSWER.match(answer) or (answer.startswith(_HTTP) and _ANSWER.search(answer))):
            raise NotThisProtocol(f"not a transport port: {printable(answer)}")
        draft.spoke = True
        draft.product = "elasticsearch-transport"
        draft.fingerprint(())
        draft.prove(_NAME, printable(answer[-40:]), Access.UNKNOWN)
        draft.problem("a transport port of Elasticsearch or OpenSearch; whether it accepts unknown nodes was not tried")
