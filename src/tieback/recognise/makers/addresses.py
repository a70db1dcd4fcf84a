"""Addresses of IPv4 that are the maker's: they have no name, but a place in the app.

- An address that the app's own code contacts, or that is in a constant of its classes and is no film. More than three
  without a URL, or in constants, are a list, such as that of the nodes of a network or of schools.
- An address of a private network in the app's own code, pages or resources, or in the program of a Flutter app. Only
  devices there reach it, so no other company offers a service at it. Emulators and proxies of mobile networks have the
  same addresses for all apps, so they do not count. The only address of a router counts in the app's own code: a device
  can be one. Texts name it as an example, and tools for routers name several. The access point of a board for hobbyists
  counts everywhere. More than three are a list of examples, unless they are all of one network with 256 addresses, as
  devices at home are.
- An address at which code opens a raw socket (``tcp://192.168.0.5:4444``), if it is the only such one. A service for
  the apps of anyone has a name, and most speak HTTP. The constant often has no class: programs that control a device
  are patched with it.
- A name that only a private network can have (``api.acme.corp``), in the same places. More than three domains are
  a list.
- The only public address in a URL. Services for anyone have a name and a certificate for it. Known addresses of such
  services do not count, nor do addresses in native libraries, media, radio streams, which many stations rent, addresses
  of pictures only, and addresses with more than two ports.

Of 61 private addresses that 1,300 labelled packages contact, each is in one or two of them; those of the proxies are in
18 and in 12. Bounds: 4096 endpoints.
"""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.makers.evidence import SCRIPTS, code_place, is_dart_program
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.words import maker_words

MAX_ENDPOINTS = 4096
MAX_PORTS = 2
"""Most ports of an address that one app has for itself."""
MAX_MACHINES = 3
"""Most addresses of private networks, of sockets, in constants, or of logins, that one app has for itself.

More are a list of others.
"""
_STREAM = lazy_pattern(
    r"(?i)/(?:;|stream|listen|live|radio)\b|/m3u8\Z|\.(?:mp3|aac|pls|m3u8?|mpd|ism|mp4|m4[av]|mkv|webm|flv|mov|3gp|og[gv]|wav)\Z"
)
"""Paths of radio streams and media, which a demonstration of a player takes from others.

Sources: https://www.icecast.org/docs/, http://wiki.winamp.com/wiki/SHOUTcast_DNAS_Server_2,
https://www.rfc-editor.org/rfc/rfc8216, https://dashif.org/guidelines/.
"""
_PICTURE = lazy_pattern(r"(?i)\.(?:jpe?g|png|gif|webp|bmp)\Z")
"""A picture. Samples of news or goods have those of others; a server of the maker has other addresses, too."""
_DEX, _FLOW, _CONSTANT = "dex-", "dex-flow/", "dex-string/"
_NATIVE = "native-"
_PLACES = (*SCRIPTS, "resource/", "resource:", "config:")
_BINARY = "binary/"
_WEB = ("http", "https", "ws", "wss")
_WITHOUT_TLS = ("http", "ws")
_RAW = ("tcp", "udp")
"""Schemes of raw sockets, in the addresses of programs that control a device."""
_BROKERS = (1883, 8883)
"""Ports of MQTT: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901284."""
_USUAL_PORTS = {"http": 80, "https": 443}
_PRIVATE = tuple(IPv4Network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""Source: https://www.rfc-editor.org/rfc/rfc1918."""
_ROUTERS = (".1", ".254")
"""Ends of the addresses of routers and hotspots."""
_NETWORKS = (".0", ".255")
"""Ends of the addresses of whole networks."""
_BOARDS = ("192.168.4.1",)
"""Address of a board with an ESP8266 or ESP32 that is an access point itself; what it runs is the maker's.

Sources: https://github.com/esp8266/Arduino/pull/7363, https://github.com/espressif/arduino-esp32/issues/3005.
"""
_FOR_TESTS = ("test",)
"""Names below these are examples: https://www.rfc-editor.org/rfc/rfc6761#section-6.2."""
_IN_ARCHIVE = ".jar!"
_SCRIPTS = (".js", ".mjs", ".ts", ".bundle", ".jsbundle")
_ASSIGNED = lazy_pattern(r"(?i)(?:url|uri|host|server|api|endpoint|address|ip)[\"']?\s{0,4}[:=]\s{0,4}[\"'`]\Z")
"""A name for an address, to which a script gives what follows."""


def is_public_address(endpoint: Endpoint) -> bool:
    """True for an address of IPv4 that is reachable from everywhere, in a URL of the web."""
    return endpoint.kind is EndpointKind.URL and endpoint.scheme in _WEB and _is_public(endpoint.host)


def own_addresses(
    every: Iterable[tuple[Endpoint, Evidence]], unknown: Iterable[tuple[Endpoint, Evidence]], names: MakerNames
) -> Iterator[tuple[str, str]]:
    """Each address of an unknown owner that is the maker's by its place, and the reason.

    Args:
        every: the endpoints of the app.
        unknown: those of unknown owners.
        names: the names of the maker.
    """
    found = list(islice(unknown, MAX_ENDPOINTS))
    known = maker_words().public_addresses
    in_code = [
        (endpoint, evidence.how.startswith(_CONSTANT))
        for endpoint, evidence in found
        if _is_own_code(endpoint, evidence, names) and _is_public(endpoint.host) and not _is_film(endpoint, evidence)
    ]
    few = len({endpoint.host for endpoint, _ in in_code}) <= MAX_MACHINES
    for endpoint, constant in in_code:
        if endpoint.host not in known and (few or (is_public_address(endpoint) and not constant)):
            yield endpoint.host, "an address in the app's own code"
    sockets = {endpoint.host for endpoint, evidence in found if _is_socket(endpoint, evidence)}
    if len(sockets) == 1:
        yield from ((host, "the only address at which the app opens a raw socket") for host in sockets)
    private = {endpoint.host for endpoint, _ in islice(every, MAX_ENDPOINTS) if is_private_address(endpoint.host)}
    used = {endpoint.host for endpoint, evidence in found if _is_own_place(endpoint, evidence, names)}
    private |= _only_router(every) & {one.host for one, where in found if _is_own_code(one, where, names)}
    others = _hosts_of_others(found, names)
    listed = len({endpoint.host for endpoint, constant in in_code if constant}) > MAX_MACHINES
    together = len({host.rpartition(".")[0] for host in private}) == 1
    if (together or len(private) <= MAX_MACHINES) and not listed:
        for host in sorted((private & used) - others):
            yield host, "an address of a private network, at which companies offer no service to others"


def private_names(
    every: Iterable[tuple[Endpoint, Evidence]],
    unknown: Iterable[tuple[Endpoint, Evidence]],
    names: MakerNames,
    endings: Collection[str],
) -> Iterator[str]:
    """Each host of an unknown owner that only a private network of the maker or of its users can have.

    Args:
        every: the endpoints of the app.
        unknown: those of unknown owners.
        names: the names of the maker.
        endings: top-level domains that no registry offers.
    """
    found = {endpoint.host for endpoint, _ in islice(every, MAX_ENDPOINTS) if _is_private_name(endpoint.host, endings)}
    places = [one for one in islice(unknown, MAX_ENDPOINTS) if one[0].host in found]
    used = {endpoint.host for endpoint, evidence in places if _is_own_place(endpoint, evidence, names)}
    others = _hosts_of_others(places, names)
    if len({tuple(host.split(".")[-2:]) for host in found}) <= MAX_MACHINES:
        yield from sorted(used - others)


def _is_private_name(host: str, endings: Collection[str]) -> bool:
    """True for a name of a private network; not for those of tests, nor of machines that a tool gives to each app."""
    labels = host.split(".")
    shared = any(".".join(labels[at:]) in maker_words().shared_addresses for at in range(len(labels)))
    return len(labels) > 1 and labels[-1] in endings and labels[-1] not in _FOR_TESTS and not shared


def only_address(
    every: Iterable[tuple[Endpoint, Evidence]], unknown: Collection[tuple[Endpoint, Evidence]], names: MakerNames
) -> str:
    """The only public address that the app names, if its owner is unknown; empty otherwise.

    Args:
        every: the endpoints of the app.
        unknown: those of unknown owners.
        names: the names of the maker.
    """
    found = {endpoint.host for endpoint, _ in islice(every, MAX_ENDPOINTS) if is_public_address(endpoint)}
    found -= maker_words().public_addresses
    if len(found) != 1:
        return ""
    (host,) = found
    places = [one for one in unknown if one[0].host == host]
    if len({endpoint.port for endpoint, _ in places}) > MAX_PORTS:
        return ""
    if all(_PICTURE.search(endpoint.path) for endpoint, _ in places):
        return ""
    return host if places and not any(_is_strange(endpoint, evidence, names) for endpoint, evidence in places) else ""


def is_private_address(host: str) -> bool:
    """True for an address of one device in a private network; not for those that many networks have."""
    return _is_in_private_network(host) and (host in _BOARDS or not host.endswith(_ROUTERS))


def is_router(host: str) -> bool:
    """True for an address of a private network that routers and hotspots have, and often a device that is one."""
    return host.endswith(_ROUTERS) and _is_in_private_network(host)


def _only_router(every: Iterable[tuple[Endpoint, Evidence]]) -> set[str]:
    """The address of a router that the app names; none of several."""
    routers = {endpoint.host for endpoint, _ in islice(every, MAX_ENDPOINTS) if is_router(endpoint.host)}
    return routers if len(routers) == 1 else set()


def _is_in_private_network(host: str) -> bool:
    if host.endswith(_NETWORKS) or host in maker_words().shared_addresses:
        return False
    try:
        address = IPv4Address(host)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)


def _is_public(host: str) -> bool:
    try:
        return IPv4Address(host).is_global
    except ValueError:
        return False


def _is_socket(endpoint: Endpoint, evidence: Evidence) -> bool:
    """True for an address with the scheme of a raw socket in code; not for one that a known service has.

    Clients of message brokers write their addresses in the same way; public brokers have the usual ports.
    """
    raw = endpoint.scheme in _RAW and evidence.how.startswith(_DEX) and endpoint.port not in _BROKERS
    shared = endpoint.host in maker_words().public_addresses
    named = "." in endpoint.host and not endpoint.host.rpartition(".")[2].isdigit()
    return raw and not shared and (named or is_private_address(endpoint.host) or _is_public(endpoint.host))


def _is_film(endpoint: Endpoint, evidence: Evidence) -> bool:
    """True for media or a picture in a constant: it can be one of a list that a demonstration takes from others."""
    shown = _STREAM.search(endpoint.path) or _PICTURE.search(endpoint.path)
    return evidence.how.startswith(_CONSTANT) and shown is not None


def _is_strange(endpoint: Endpoint, evidence: Evidence, names: MakerNames) -> bool:
    """True for an address with the usual port of TLS, of media, or of another package."""
    certified = endpoint.scheme not in _WITHOUT_TLS and endpoint.port in _USUAL_PORTS.values()
    return certified or _STREAM.search(endpoint.path) is not None or _is_others(endpoint, evidence, names)


def _is_own_place(endpoint: Endpoint, evidence: Evidence, names: MakerNames) -> bool:
    """True for a place in the app's own code, pages, scripts or resources.

    A constant of DEX code whose classes are not known can be a library's. An address without port and path in a page or
    script can be an example of what to type, unless the script gives it to a name for an address.
    """
    if evidence.how.startswith(_DEX):
        return _is_own_code(endpoint, evidence, names)
    usual = endpoint.port == _USUAL_PORTS.get(endpoint.scheme) and not endpoint.path.strip("/")
    compiled = (evidence.how.startswith(_BINARY) and evidence.file.endswith(_SCRIPTS)) or is_dart_program(evidence)
    return (compiled or evidence.how.startswith(_PLACES)) and (not usual or _is_assigned(endpoint, evidence))


def _is_assigned(endpoint: Endpoint, evidence: Evidence) -> bool:
    """True if a script gives the address to a name for one: ``url: 'http://192.168.0.2'``."""
    before, found, _ = evidence.context.partition(f"{endpoint.scheme}://{endpoint.host}")
    return evidence.file.endswith(_SCRIPTS) and found != "" and _ASSIGNED.search(before) is not None


def _is_own_code(endpoint: Endpoint, evidence: Evidence, names: MakerNames) -> bool:
    """True for an address in the app's own code, also if that hands it to a library, which opens the socket.

    The last step of the chain is where the code has the address. A URL can be put together of texts of several owners,
    so only the method that requests it counts.
    """
    if names.is_own_code(code_place(evidence)):
        return True
    opener = evidence.context.partition(": ")[0]
    holders = [step for step in evidence.chain if step != opener] if evidence.how.startswith(_FLOW) else []
    return endpoint.scheme not in _WEB and bool(holders) and names.is_own_code(holders[-1])


def _is_others(endpoint: Endpoint, evidence: Evidence, names: MakerNames) -> bool:
    """True for a place in a native library, in an archive inside the package, or in code of another package.

    The class of a constant does not count here: the constants of an app are often in a package of their own.
    """
    code = evidence.how.startswith(_FLOW) and not _is_own_code(endpoint, evidence, names)
    native = evidence.how.startswith(_NATIVE) and not is_dart_program(evidence)
    return code or native or _IN_ARCHIVE in evidence.file


def _is_of_others(endpoint: Endpoint, evidence: Evidence, names: MakerNames) -> bool:
    """The same for a private address, for which the class of a constant counts too."""
    place = code_place(evidence)
    constant = evidence.how.startswith(_CONSTANT) and place != "" and not names.is_own_code(place)
    return constant or _is_others(endpoint, evidence, names)


def _hosts_of_others(found: Collection[tuple[Endpoint, Evidence]], names: MakerNames) -> set[str]:
    """The hosts that code of another package has.

    A library to which the app gives an address in a constant of its own joins paths to it: that is no place of others.
    """
    constants = ((one.host, where) for one, where in found if where.how.startswith(_CONSTANT))
    given = {host for host, where in constants if names.is_own_code(code_place(where))}
    return {
        endpoint.host
        for endpoint, evidence in found
        if _is_of_others(endpoint, evidence, names) and not (evidence.how.startswith(_FLOW) and endpoint.host in given)
    }
