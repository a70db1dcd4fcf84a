"""Files of keys and values: JSON, property lists, XML, properties, YAML and .env, as pairs in their order.

Known files and property lists are parsed. Other and damaged files are read by the form of a pair, which needs no
grammar. Elements and attributes of XML count only as a host and its port: most of them name something else. Bounds:
20,000 pairs, 32 levels, values of 512 characters.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import NamedTuple

import msgspec

from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import Buffer
from tieback.intake.apps.plist import read_values
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.endpoints.hosts import QUAD, check_port
from tieback.recognise.settings.pair_parts import LOGINS, TextParts
from tieback.recognise.span import decode_text

MAX_PAIRS = 20_000
MAX_DEPTH = 32
MAX_VALUE = 512
_BESIDE, _NEAR = 2, 8
"""Number of pairs before and after a port among which its host is searched: where only their order shows that they
belong together, and in one object or under keys of one name.
"""
_NAMES = frozenset(("host", "hostname", "server", "serveraddress", "broker", "gateway"))
"""Keys of a host beside its port; a URL or a domain beside them is often another place."""
ADDRESSES = ("ip", "ipaddress", "ipaddr", "address", "addr")
"""Ends of keys whose value is a host only if it is an IPv4 address; of the longer ones also a name with a dot."""
_NAMED_ADDRESSES = ("address", "addr")
_PLACES = (*_NAMES, *ADDRESSES, "url", "uri", "endpoint", "node")
"""Ends of the normalised keys of servers."""
_ADDRESS = lazy_pattern(QUAD)
_NAME = lazy_pattern(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}")
_PORT_NUMBER = lazy_pattern(r"(?i)port[_-]?(?:number|num|no)\Z")
"""The end of the key of a port that says that it is a number."""
_ADDRESS_KEY = lazy_pattern(
    r"(?!\w*dns)\w*(?:(?:server|host|broker|gateway|backend|api)\w{0,20}(?:add?ress|addr|host|ip|url|name)|server|host|broker)$"
)
"""Keys of servers: an address under one needs no port beside it."""
_MAIL = ("maildomain", "maildomains")
"""Ends of keys whose value is what stands behind the ``@`` of an address of mail."""
_WITH_PORT = lazy_pattern(r"([A-Za-z0-9][A-Za-z0-9.-]{2,252})[,;| ](\d{2,5})")
"""A host and its port in one text, which code splits at the sign."""
MAX_KEY = 100
PORT = "port"
"""End of the key of a port."""
_BELONGS = (PORT, "password", "passwd", "passphrase")
"""Ends of normalised keys whose values belong to the host in the same part."""
_PUBLIC = lazy_pattern(r"\A(?:EXPO_PUBLIC|NEXT_PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|NG_APP|GATSBY|VITE)_")
"""The beginning of variables that build tools put into the code of an app; it is no part of the name. See the pages on
environment variables of Expo, Next.js, Nuxt, Create React App, Vue CLI, @ngx-env, Gatsby and Vite.
"""
_BELONGING = lazy_pattern(r"[Pp](?:ort|ORT|assword|ASSWORD|asswd|assphrase)(?:[\"'<>]|\s{0,4}=)")
"""The end of the name of an element or an attribute whose value belongs to a host; few XML files have one."""

_PAIR = lazy_pattern(
    r"(?<![\w.-])[\"']?+([A-Za-z][A-Za-z0-9_.-]{1,63}+)[\"']?+[ \t]{0,4}+[:=][ \t]{0,4}+"
    r"[\"']?+([A-Za-z0-9][^\s\"',;<>{}\[\]]{2,511}+|\d\d(?![^\s\"',;<>{}\[\]]))"
    r"(?!(?:,\d{1,5})?;[A-Za-z _]{2,24}=)"
)
"""A pair that is followed by a semicolon and another pair is part of a connection string, which ``keywords`` reads.
Nothing that repeats has a character of what follows, so that it is never tried again with less.
"""
_PLIST_PAIR = lazy_pattern(r"<key>([^<]{2,64})</key>\s{0,16}<string>([^<]{3,512})</string>")
_XML_PAIR = lazy_pattern(
    r"name=\"([A-Za-z][A-Za-z0-9_.-]{1,63})\""
    r"(?: value=\"|(?:\s{1,4}[A-Za-z:]{1,24}=\"[^\"<>]{0,40}\"){0,4}[^>\"]{0,32}>)(\d\d|[^<\"]{3,512})[<\"]"
)

_META_PAIR = lazy_pattern(
    r"<meta-data\s{1,40}android:name=\"([A-Za-z][A-Za-z0-9_.-]{1,63})\"\s{1,40}android:value=\"(\d\d|[^<\"]{3,512})\""
)
"""A pair of an Android manifest."""


class Pair(NamedTuple):
    """A key and its text."""

    key: str
    value: str
    part: int = 0
    """Number of the object, section or block that has it; 0 outside all of them, and in a text without a port and
    without a password."""
    element: bool = False
    """True for an element or an attribute of XML."""
    around: int | None = None
    """Number of the part around that one, if that one is the login to the server which is named there."""


def read_pairs(buffer: Buffer, name: str) -> Iterator[Pair]:
    """Keys and their texts: from the parsed tree of a known file, or by the form of a pair in other files."""
    data = buffer.data
    tree: object = None
    if name.endswith(".json"):
        try:
            tree = msgspec.json.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            tree = None
    elif name.endswith(".plist") or buffer.file.endswith(".plist"):
        try:
            tree = read_values(bytes(data))
        except MalformedPoolError:
            tree = None
    if tree is not None:
        yield from _leaves(tree, lists=name != "*")
        return
    text = decode_text(data, wide=buffer.utf16)
    if "<" not in text[:256]:
        pairs = list(_PAIR.finditer(text))
        # Only ports and passwords need to know what is in the same part, and most files have none.
        parts = TextParts(text) if any(plain_key(found[1]).endswith(_BELONGS) for found in pairs) else None
        for found in pairs:
            part = parts.at(found.start()) if parts is not None else 0
            yield Pair(found[1], found[2], part, around=parts.around(part) if parts is not None else None)
        return
    for pattern in (_PLIST_PAIR, _XML_PAIR):
        for found in pattern.finditer(text):
            yield Pair(found[1], found[2])
    if _BELONGING.search(text):
        yield from (Pair(found[1], found[2], element=True) for found in _META_PAIR.finditer(text))
        yield from _elements(text)


def _leaves(tree: object, *, lists: bool) -> Iterator[Pair]:
    """The texts and ports of a tree; those in lists only if ``lists``."""
    stack: list[tuple[str, object, int, int, int | None]] = [("", tree, 0, 0, None)]
    seen = 0
    while stack and seen < MAX_PAIRS:
        key, node, depth, part, around = stack.pop()
        seen += 1
        if isinstance(node, str):
            if key and len(node) <= MAX_VALUE:
                yield Pair(key, node, part, around=around)
        elif isinstance(node, int) and plain_key(key).endswith(PORT):
            yield Pair(key, str(node)[:MAX_VALUE], part, around=around)
        elif depth < MAX_DEPTH and isinstance(node, dict):
            around = part if key.lower() in LOGINS else None
            stack += ((str(name)[:64], value, depth + 1, seen, around) for name, value in reversed(node.items()))
        elif depth < MAX_DEPTH and isinstance(node, list):
            inner = node if lists else [value for value in node if isinstance(value, dict | list)]
            stack += ((key, value, depth + 1, part, around) for value in reversed(inner))


def _elements(text: str) -> Iterator[Pair]:
    """The attributes of the elements of an XML file, and the texts of those without children."""
    try:
        root = read_text_xml(text.encode("utf-8", "replace"))
    except MalformedPoolError:
        return
    stack: list[tuple[Element, int, int | None]] = [(root, 0, None)]
    last = 0
    while stack:
        element, part, around = stack.pop()
        last += 1
        outer = part if element.name.lower() in LOGINS else None
        named = element.attributes.get("key") or element.name
        value = element.text or element.attributes.get("value", "")
        if value and not element.children and "name" not in element.attributes:  # such a pair has its own form
            yield Pair(named[:64], value[:MAX_VALUE], part, element=True, around=around)
        own = ((name[:64], one[:MAX_VALUE]) for name, one in element.attributes.items())
        yield from (Pair(name, one, last, element=True, around=outer) for name, one in own)
        name, content = element.first("key"), element.first("value")
        if name is not None and content is not None:  # <entry> of a file of Firebase's Remote Config
            yield Pair(name.text[:64], content.text[:MAX_VALUE], part, element=True)
        stack += ((child, last, outer) for child in reversed(element.children))


def pairs_beside(pairs: Sequence[Pair], index: int, *, apart: bool) -> list[tuple[str, str]]:
    """Keys and values of the object, section or block that has a pair; if ``apart``, then those of the others.

    Those of the object around a login follow, unless it has a host of its own.
    """
    part, around = pairs[index].part, pairs[index].around
    own = [(pair.key, pair.value) for pair in pairs if pair.part == part]
    if around is not None and not any(plain_key(key).endswith(_PLACES) for key, _ in own):
        own += [(pair.key, pair.value) for pair in pairs if pair.part == around]
    return own + [(pair.key, pair.value) for pair in pairs if pair.part != part] if apart else own


def plain_key(key: str) -> str:
    """The last part of a key, normalised as in the rules."""
    last = _PUBLIC.sub("", key.rpartition(".")[2], count=1) if key.isupper() else key.rpartition(".")[2]
    return _PORT_NUMBER.sub(PORT, last).lower().replace("_", "").replace("-", "")


def is_server(key: str) -> bool:
    """True if a key is the plain name of a server, such as ``host`` and ``server``."""
    return plain_key(key) in _NAMES


_FTP = lazy_pattern(r"(?:[\w.-]{0,200}[._-])?(?:ftp|FTP)(?:[._-]|(?=[A-Z])|(?=(?:host|server|ip|address)))[\w.-]*")


def names_ftp(key: str) -> bool:
    """True if a key is for a server of FTP, such as ``ftp_host`` and ``upload.ftpServer``; not ``sftp_host``."""
    return _FTP.fullmatch(key) is not None


def is_address(plain: str, value: str) -> bool:
    """True if a normalised key can have an address as its value, and has one."""
    if not plain.endswith(ADDRESSES):
        return False
    return _ADDRESS.fullmatch(value) is not None or (
        plain.endswith(_NAMED_ADDRESSES) and _NAME.fullmatch(value) is not None
    )


def names_address(plain: str) -> bool:
    """True if a normalised key is that of the address of a server."""
    return _ADDRESS_KEY.match(plain[:MAX_KEY]) is not None


def names_mail(plain: str) -> bool:
    """True if a normalised key is that of the domain of addresses of mail."""
    return plain.endswith(_MAIL)


def split_port(value: str) -> tuple[str, int | None]:
    """The host and the port in a text such as ``chat.shop.test,5222``; the whole text and no port in other texts."""
    found = _WITH_PORT.fullmatch(value)
    port = check_port(found[2]) if found is not None else None
    return (found[1], port) if found is not None and isinstance(port, int) else (value, None)


class _Place(NamedTuple):
    """A pair with a host or a port."""

    rank: int
    """Its number among the pairs of its part."""
    number: int
    """Its number in the file, from 0."""
    key: str
    """Its normalised key."""


class _Part:
    """The hosts and ports of one object, section or block."""

    def __init__(self) -> None:
        self.size = 0
        self.hosts: dict[str, list[_Place]] = {}
        """By their normalised keys."""
        self.ports: dict[str, list[_Place]] = {}
        """By the normalised key without ``port``."""


def ports_of_hosts(pairs: Sequence[Pair], suffixes: tuple[str, ...]) -> dict[int, int]:
    """The ports beside the hosts of a file under keys of the same name, ``db_host`` and ``db_port``, by host.

    A port belongs to one host, in the same object, section or block. If the first host of a name is before its first
    port, each port belongs to the host before it, otherwise to the one after it.

    Args:
        pairs: pairs of a file.
        suffixes: suffixes of keys with a host as value.

    Returns:
        the ports, by the index of the pair with the host.
    """
    parts: dict[tuple[int, bool, str], _Part] = {}
    keys = [_split(pair.key) for pair in pairs]
    if not any(key.endswith(PORT) for _, key in keys):
        return {}
    for index, (pair, (prefix, key)) in enumerate(zip(pairs, keys, strict=True)):
        part = parts.setdefault((pair.part, pair.element, prefix), _Part())
        part.size += 1
        if key.endswith(PORT):
            part.ports.setdefault(key.removesuffix(PORT), []).append(_Place(part.size, index, key))
        elif key.endswith(suffixes) or is_address(key, pair.value):
            part.hosts.setdefault(key, []).append(_Place(part.size, index, key))
    found: dict[int, int] = {}
    suffixes += ADDRESSES
    for (number, _, prefix), part in parts.items():
        is_apart = bool(number or prefix)
        own: dict[int, int] = {}
        for stem, ports in part.ports.items() if part.hosts else ():
            hosts = [one for suffix in (*suffixes, "") for one in part.hosts.get(stem + suffix, ())]
            own |= _joined(hosts, ports, stem, _NEAR if is_apart or stem else _BESIDE)
        # A host without a name can have a port with one: host and mqtt_port.
        used = frozenset(own.values())
        left = [one for suffix in suffixes for one in part.hosts.get(suffix, ()) if one.number not in own]
        named = [one for ports in part.ports.values() for one in ports if left and one.number not in used]
        found |= own | _joined(left, named, "", _NEAR if is_apart else _BESIDE)
    numbers = ((host, check_port(pairs[port].value)) for host, port in found.items())
    return {host: number for host, number in numbers if isinstance(number, int)}


def _joined(hosts: list[_Place], ports: list[_Place], stem: str, reach: int) -> dict[int, int]:
    """Each port with a host within reach: the number of the host, and that of the port."""
    found: dict[int, int] = {}
    hosts.sort()
    ports.sort()
    is_first = bool(hosts and ports) and hosts[0].rank < ports[0].rank
    for port in ports:
        low = bisect_left(hosts, port.rank - reach, key=itemgetter(0))
        near = (one for one in hosts[low : low + 2 * reach + 1] if one.rank <= port.rank + reach)
        free = [one for one in near if one.number not in found]
        if free:
            found[min(free, key=partial(_distance, port=port, stem=stem, is_first=is_first)).number] = port.number
    return found


def _distance(host: _Place, port: _Place, stem: str, is_first: bool) -> tuple[bool, bool, int]:
    """How far a host is from a port: on the other side of it, under another word, and the number of pairs."""
    other = (host.rank < port.rank) is not is_first
    return other, host.key.removeprefix(stem) not in _NAMES, abs(host.rank - port.rank)


def ports_by_name(values: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """The ports among named values, by the name before its last dot and the rest of it without ``port``."""
    found = ((_split(name), check_port(value)) for name, value in values.items())
    return {
        (prefix, plain.removesuffix(PORT)): port
        for (prefix, plain), port in found
        if plain.endswith(PORT) and isinstance(port, int)
    }


def port_of_name(name: str, ports: Mapping[tuple[str, str], int], suffixes: tuple[str, ...]) -> int | None:
    """The port of the host under a name, from ``ports_by_name``; suffixes as of ``ports_of_hosts``."""
    prefix, plain = _split(name)
    every = (*suffixes, *ADDRESSES)
    stems = (plain, *(plain.removesuffix(suffix) for suffix in every if plain.endswith(suffix)))
    return next((ports[prefix, stem] for stem in stems if (prefix, stem) in ports), None)


def _split(key: str) -> tuple[str, str]:
    return key.rpartition(".")[0].lower(), plain_key(key)
