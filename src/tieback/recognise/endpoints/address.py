"""Bare ``host:port``, ``address:port`` and ``[IPv6]:port``, without a scheme.

Many other texts look the same: line numbers (``Foo.kt:45``), times, versions, Maven coordinates, conditional
expressions in minified JavaScript. A name therefore needs a top-level domain of the public suffix list (or a private
one), a plausible port, letters of one case, and neighbours that end a word. ``host_names.toml`` lists names that are
not hosts.
"""

from ipaddress import ip_address

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import NotBackend
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.endpoints.hosts import SINGLE_LABEL, InvalidHost, NonBackendHost, check_host, check_port
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.patterns import TokenRule
from tieback.recognise.rules import RuleFiles

NAME_RULE = "host-port"
ADDRESS_RULE = "address-port"

HOST_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"
"""Characters of a bare name or IPv4 address."""
BRACKET_BYTES = b"0123456789abcdefABCDEF:."
"""Characters between the brackets of an IPv6 address."""
EMULATOR = TokenRule(
    kind="emulator-address",
    anchors=("10.0.[23].2",),
    pattern=r"(?<![\w.:/@-])10\.0\.[23]\.2(?![\w:/]|[.-]\w)",
    back=16,
    ahead=4,
    source="https://developer.android.com/studio/run/emulator-networking",
)
"""The development machine without a port, as in the default of a text field. It is reported as not a back end."""
_BEFORE = frozenset("\"'`=,@>([;| \t\r\n\f\v")
_PORT = lazy_pattern(r"(\d{1,5})(?![\w:@$%{-]|[.,]\d|\.\w)")


def verify(before: str, host: str, after: str, rules: RuleFiles) -> TextVerdict:
    """Judge a bare host and port.

    Args:
        before: up to two characters before the host; empty at the beginning of a string.
        host: the name or address; IPv6 in brackets.
        after: the text after the colon, the port first; a dozen characters are enough.
        rules: the rule files.
    """
    bracketed = host.startswith("[")
    numeric = bracketed or host.replace(".", "").isdigit()
    rule = ADDRESS_RULE if numeric else NAME_RULE
    found = _PORT.match(after)
    covers = len(host) + 1 + (len(found[0]) if found else 0)
    if before and before[-1] not in _BEFORE and before != "//":
        return TextVerdict(rule, covers, rejected="part of a longer word")
    if found is None:
        return TextVerdict(rule, covers, rejected="number goes on")
    port = check_port(found[1])
    if isinstance(port, InvalidHost):
        return TextVerdict(rule, covers, rejected=port.reason)
    if port < 1024 and port not in rules.names.low_ports:
        return TextVerdict(rule, covers, rejected="port that no service uses")
    veto = None if numeric else _veto(host, rules)
    if veto is not None:
        return TextVerdict(rule, covers, rejected=veto)
    checked = check_host(host, rules)
    if isinstance(checked, InvalidHost):
        return TextVerdict(rule, covers, rejected=checked.reason)
    if isinstance(checked, NonBackendHost) and checked.reason is SINGLE_LABEL and _is_word(host, port, rules):
        # Line numbers, times and keys with a value look the same.
        return TextVerdict(rule, covers, rejected=SINGLE_LABEL)
    if isinstance(checked, NonBackendHost):
        value = f"{checked.host.bracketed}:{port}"
        return TextVerdict(rule, covers, not_backends=(NotBackend(value, checked.reason),))
    endpoint = cloud_endpoint(checked.name, "", rules, port=port) or Endpoint(
        kind=EndpointKind.ADDRESS if checked.address else EndpointKind.HOST_PORT,
        value=f"{checked.bracketed}:{port}",
        scheme="",
        host=checked.name,
        port=port,
        service=rules.services.of(checked.name, port),
    )
    return TextVerdict(rule, covers, endpoints=(endpoint,))


def _is_word(host: str, port: int, rules: RuleFiles) -> bool:
    """True if a name without a dot and a number are no host and port: only a store's own port identifies a host."""
    return len(host) < 2 or not host[0].isalpha() or rules.services.of(host, port) is None


def emulator_verdict(text: str, rules: RuleFiles) -> TextVerdict:
    """The verdict on a match of ``EMULATOR``."""
    reason = rules.not_backends.address_reason(ip_address(text)) or ""
    return TextVerdict(EMULATOR.kind, len(text), not_backends=(NotBackend(text, reason),))


def _veto(host: str, rules: RuleFiles) -> str | None:
    if host not in (host.lower(), host.upper()):
        return "case of a class name"
    labels = host.lower().split(".")
    if labels[0] in rules.names.first_labels:
        return "package name or Maven coordinate"
    if len(labels) == 2:
        return rules.names.short_vetoes.get(labels[1])
    return None
