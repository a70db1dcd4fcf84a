"""STUN and TURN servers of WebRTC: ``stun:stun.acme.test``, ``turns:turn.acme.test:443?transport=tcp``.

Sources: RFC 7064, section 3.1, and RFC 7065, section 3.1.
"""

import re

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import NotBackend
from tieback.recognise.endpoints.hosts import InvalidHost, NonBackendHost, check_host, check_port
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.patterns import TokenRule
from tieback.recognise.rules import RuleFiles

ICE = TokenRule(
    kind="ice-server",
    anchors=("stun:[a-z0-9]", "stuns:[a-z0-9]", "turn:[a-z0-9]", "turns:[a-z0-9]"),
    pattern=(
        r"(?<![\w.+-])(stun|turn)(s?):((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:[a-z]{2,24}|\d{1,3}))"
        r"(?::(\d{1,5}))?(?![\w.:@/-])"
    ),
    back=8,
    ahead=280,
    source="RFC 7064 and RFC 7065",
)
"""An address of a server that two apps use to reach each other."""
_PORTS = {"": 3478, "s": 5349}
"""RFC 7065, section 3.2."""


def ice_verdict(found: re.Match[str], rules: RuleFiles) -> TextVerdict:
    """The verdict on a match of ``ICE``."""
    service, secure = found[1], found[2]
    port = check_port(found[4]) if found[4] else _PORTS[secure]
    if isinstance(port, InvalidHost):
        return TextVerdict(ICE.kind, len(found[0]), rejected=port.reason)
    checked = check_host(found[3], rules)
    if isinstance(checked, InvalidHost):
        return TextVerdict(ICE.kind, len(found[0]), rejected=checked.reason)
    if isinstance(checked, NonBackendHost):
        text = f"{service}{secure}:{checked.host.bracketed}:{port}"
        return TextVerdict(ICE.kind, len(found[0]), not_backends=(NotBackend(text, checked.reason),))
    endpoint = Endpoint(
        kind=EndpointKind.ADDRESS if checked.address else EndpointKind.HOST_PORT,
        value=f"{checked.bracketed}:{port}",
        scheme=f"{service}{secure}",
        host=checked.name,
        port=port,
        service=None,  # it passes media on, and stores nothing
    )
    return TextVerdict(ICE.kind, len(found[0]), endpoints=(endpoint,))
