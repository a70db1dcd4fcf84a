"""Host names and addresses: validation and canonical form.

Names follow RFC 1123 with underscores allowed (they occur in the DNS of buckets and tenants), at most 253 bytes, labels
at most 63; other alphabets become A-labels (IDNA). The top-level name must be on the public suffix list or one of the
private ones in ``host_names.toml``; other names of private networks are told where an address has a scheme. Addresses
follow RFC 4632 notation: four decimal octets without leading zeros.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UNDECIDED
from tieback.recognise.rules import RuleFiles

PLACEHOLDER = lazy_pattern(
    r"%(?![0-9A-Fa-f]{2})(?:\d{1,2}\$)?[-+#0]?\d{0,2}(?:\.\d{1,2})?[A-Za-z@]|%0\d[dxX]|[{}<>]|\$[({A-Za-z0-9_]"
)
"""A place that a format string, template or shell variable fills in at run time. ``%d0`` is an escape in a URL."""

SINGLE_LABEL = "host name without a dot: only a local or container network resolves it"
"""Reason for a single label, such as the name of a service in a container network."""

SUFFIX = "a public suffix, such as co.uk: the sites of others are registered below it"
"""Reason for a name of the public suffix list: https://publicsuffix.org/list/"""

MADE_UP = "placeholder name from documentation or tests"
"""Reason for a name in capitals that a person replaces; the same as in ``not_backends.toml``."""
_NOUN = (
    "HOST|SERVER|DOMAIN|SUBDOMAIN|IP|BACKEND|PROJECT|BUCKET|ACCOUNT|TENANT|INSTANCE|CLUSTER|DATABASE|WORKSPACE|SITE|APP"
)
_CAPITALS = lazy_pattern(
    rf"YOUR[A-Z]{{0,24}}|(?:MY|THE|INSERT|ENTER|REPLACE)(?:{_NOUN})(?:NAME|IP|ID|ADDRESS|URL)?(?:HERE)?|CHANGEME|PLACEHOLDER"
    rf"|(?:{_NOUN})(?:NAME|IP|ID|ADDRESS|ADDR|URL|HERE)|HOST|SERVER|DOMAIN|SUBDOMAIN|IP|PROJECT|BUCKET|ACCOUNT|TENANT|INSTANCE"
)
"""A word for what stands at its place: ``HOSTNAME``, ``YOURSERVER``, ``PROJECTID``."""
_LABEL = lazy_pattern(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
QUAD = r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}"
"""Pattern for an IPv4 address; a number above 255 is found later."""
_QUAD = lazy_pattern(QUAD)
_NUMERIC = lazy_pattern(r"(?:0x[0-9a-f]*|\d+)")
_NON_ASCII = lazy_pattern(r"[^\x00-\x7f]")
GATEWAYS = frozenset(("10.0.0.172", "10.0.0.200"))
"""The proxies of the access points ``cmwap``, ``uniwap`` and ``ctwap`` in China:
https://android.googlesource.com/device/sample/+/refs/heads/main/etc/apns-full-conf.xml
"""


_NO_TOP_LEVEL = "unknown top-level name"
PRIVATE_NAME = f"{UNDECIDED}: no registry offers its last label, so that only a private network can have this name"
"""Reason for ``http://erp.acme/api``."""
_PRIVATE_NAME = lazy_pattern(
    r"(?!www\.)(?P<first>[a-z0-9-]{1,63})\.(?:[a-z0-9-]{1,63}\.){0,6}[a-z]{2,30}", re.IGNORECASE
)
"""Names of the public web with a damaged end, as at the edge of a certificate, are none."""


class EndpointHost(msgspec.Struct, frozen=True):
    """A host that an endpoint can have."""

    name: str
    """Lower-case ASCII name or canonical address, IPv6 without brackets."""
    address: bool = False

    @property
    def bracketed(self) -> str:
        """Form before a port: IPv6 in brackets."""
        return f"[{self.name}]" if ":" in self.name else self.name


class InvalidHost(msgspec.Struct, frozen=True):
    """Why a text is not an endpoint. Not shown to users; test tables read it."""

    reason: str


class NonBackendHost(msgspec.Struct, frozen=True):
    """A well-formed host that is not a back end, with the reason for the user."""

    host: EndpointHost
    reason: str


def web_server(host: EndpointHost) -> Endpoint:
    """The address that stands for a host without a port; a proxy is no web server."""
    if host.name in GATEWAYS:
        return Endpoint(EndpointKind.ADDRESS, host.name, "", host.name, None)
    return Endpoint(EndpointKind.URL, f"https://{host.bracketed}", "https", host.name, 443)


def is_private(host: str) -> bool:
    """True for a canonical address that only a private network has."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def check_host(raw: str, rules: RuleFiles, *, path: str = "") -> EndpointHost | NonBackendHost | InvalidHost:
    """Judge the text between scheme and port.

    Args:
        raw: the host as written, IPv6 in brackets.
        rules: the rule files.
        path: the text after the host, for rules that check host and path.
    """
    if PLACEHOLDER.search(raw):
        return InvalidHost("placeholder in the host")
    if raw.startswith("["):
        return _address(raw[1:].removesuffix("]"), rules)
    if _NON_ASCII.search(raw):
        return _international(raw, rules, path=path)
    name = raw.lower().removesuffix(".")
    if not name or len(name) > 253:
        return InvalidHost("no host" if not name else "host longer than 253 bytes")
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        return InvalidHost("host with an empty or malformed label")
    if _NUMERIC.fullmatch(labels[-1]):
        return _address(name, rules) if _QUAD.fullmatch(name) else InvalidHost("number instead of a host")
    reason = rules.not_backends.reason(name, path)
    if reason is None and not raw.islower() and _is_made_up(raw):
        reason = MADE_UP
    if reason is not None:
        return NonBackendHost(EndpointHost(name), reason)
    if len(labels) == 1:
        return NonBackendHost(EndpointHost(name), SINGLE_LABEL)
    return _registered(name, labels, rules)


def _is_made_up(raw: str) -> bool:
    """True if a name has a word in capitals that stands for another one.

    Beside small letters each such word counts; in a host that is wholly in capitals only the registered name.
    """
    labels = raw.removesuffix(".").split(".")
    chosen = labels[-2:-1] if len(labels) > 1 and raw.isupper() else labels
    return any(_CAPITALS.fullmatch(word) is not None for label in chosen for word in re.split(r"[-_]", label))


def _registered(name: str, labels: list[str], rules: RuleFiles) -> EndpointHost | NonBackendHost | InvalidHost:
    if "_" in labels[-1] or "_" in labels[-2]:
        return InvalidHost("underscore in a registered name")
    if labels[-1] in rules.names.private_tlds:
        return EndpointHost(name)
    if rules.suffixes.publicsuffix(name) is None:
        return InvalidHost(_NO_TOP_LEVEL)
    if len(labels) == 2 and name not in rules.names.suffix_sites and rules.suffixes.privatesuffix(name) is None:
        return NonBackendHost(EndpointHost(name), SUFFIX)
    return EndpointHost(name)


def _international(raw: str, rules: RuleFiles, *, path: str) -> EndpointHost | NonBackendHost | InvalidHost:
    ascii_name = ""
    if len(raw) <= 253:  # the codec needs quadratic time
        try:
            ascii_name = raw.encode("idna").decode("ascii")
        except UnicodeError:
            ascii_name = ""
    if ascii_name:
        verdict = check_host(ascii_name, rules, path=path)
        if not isinstance(verdict, InvalidHost):
            return verdict
    # Text in other alphabets can follow a URL without a space: "http://example.test请".
    found = _NON_ASCII.search(raw)
    head = raw[: found.start()] if found else raw
    if not head:
        return InvalidHost("name of no known alphabet")
    return check_host(head, rules)


def _address(text: str, rules: RuleFiles) -> EndpointHost | NonBackendHost | InvalidHost:
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return InvalidHost("malformed address")
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return InvalidHost("address with a zone")
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
    host = EndpointHost(str(address), address=True)
    reason = rules.not_backends.address_reason(address)
    return NonBackendHost(host, reason) if reason is not None else host


def private_name(raw: str, verdict: InvalidHost, rules: RuleFiles) -> NonBackendHost | InvalidHost:
    """A name that only a private network can have is told, and not dropped; any other verdict stays.

    Args:
        raw: the host as written, behind the scheme of an address: without one, most such texts are files or code.
        verdict: why it is invalid.
        rules: the rule files.
    """
    found = _PRIVATE_NAME.fullmatch(raw) if verdict.reason == _NO_TOP_LEVEL else None
    if found is None or found["first"].lower() in rules.names.first_labels:
        return verdict  # a reversed name, as of a package
    return NonBackendHost(EndpointHost(raw.lower()), PRIVATE_NAME)


def check_port(text: str) -> int | InvalidHost:
    """A port between 1 and 65535, from its decimal digits."""
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        return InvalidHost("port is not a number")
    port = int(text)
    return port if 1 <= port <= 65535 else InvalidHost("port out of range")
