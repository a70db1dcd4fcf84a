"""Constants that are only a host name or an IP address, as in lists of servers.

Most texts with dots are packages, files or keys, so a constant counts only with further evidence:

* the name, or a member of a JSON object, is below the domain of a host that the app contacts, and code may contact it;
* it is an argument of the same call as such a name, such as ``put(host, port)`` or ``add(host)``, and all constants
  there are hosts or addresses;
* code stores it in the same field or array as such a name, and stores nothing but hosts and addresses there in this
  method;
* a method returns it in place of the address that it looks up;
* three addresses or more, and nothing else, are arguments of the same call in one method;
* a network component of App Inventor gets it as its server;
* ``String.replace`` puts it into an address, which code may contact;
* ``String.replace`` puts it in the place of ``{domain}`` in an address;
* a call gets it and, in the next argument, the port of a service, such as ``channel(host, 443)``;
* code puts it into the same object as a scheme, such as ``https``;
* a call gets it and, in the argument before, the key of a server, such as ``getValue("push_host", host)``;
* code puts it into a configuration under the key of a server, beside one for its port;
* the program ``ping`` gets it;
* it is the proxy of a Chinese mobile network, in a file that sets proxies, and code may contact it;
* it has the name of a time server, such as ``time.shop.test``, in a file that sends datagrams, and code may contact it.

Hosts beside one whose links the app opens itself are such links, too: code compares them with the host of a link.

Texts that code decrypts are judged alike, but each address counts, and so do two names below one domain, and each
member of a list of hosts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from itertools import chain, islice, product
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.decryptors import DecryptedText
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, FILLED
from tieback.recognise.dataflow.dex.reaching import APUT, IPUT, RETURN, SPUT, MethodFlow, Operation
from tieback.recognise.dataflow.ends.direct import constant_argument
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts.components import component_hosts
from tieback.recognise.dataflow.hosts.host_keys import BesideKey
from tieback.recognise.dataflow.hosts.host_ports import ENDS, MAX_NAMES, Beside, BesidePort, hosts_beside, named_hosts
from tieback.recognise.dataflow.hosts.host_schemes import BesideScheme
from tieback.recognise.dataflow.hosts.host_templates import template_hosts
from tieback.recognise.dataflow.hosts.keyed_hosts import keyed_hosts
from tieback.recognise.dataflow.hosts.pinged_hosts import pinged_hosts
from tieback.recognise.dataflow.walk.compose import RESOLVERS
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.endpoints.hosts import GATEWAYS, QUAD, EndpointHost, check_host
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.rules import RuleFiles

MAX_CANDIDATES = 500
"""Most names of one app that are followed, and most methods that are read."""
_MAX_OBJECTS, _MAX_NAMES = 200, 20
"""Most JSON objects of one file that are searched, and most names in each."""
_MAX_NUMBERS = 5_000
"""Most constants that begin with a digit of one file that are read."""
_LEAST_ADDRESSES = 3
_QUOTED = lazy_pattern(rb':\s{0,4}"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){2,6}[a-z]{2,24})"')
"""The value of a member of a JSON object."""
_QUAD = lazy_pattern(QUAD.encode())
_STORES = frozenset((APUT, IPUT, SPUT))
_ADDRESS_OF = "getHostAddress", "()Ljava/lang/String;"
SHORT_NAME = lazy_pattern(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}(?:[a-z]{2,24}|\d{1,3})")
"""A text in the form of a host name or address."""
_PROPERTY = lazy_pattern(r"mail(?:\.[a-z0-9]+)?\.host")
"""Names of properties of JavaMail: https://jakarta.ee/specifications/mail/1.6/apidocs/. ``host`` is a domain, too."""
_MOST_DOTS, _LEAST_DOTS = 6, 2
_DATAGRAM = b"Ljava/net/DatagramPacket;"
_TIME = lazy_pattern(rb"(?:ntp\d{0,2}|time\d{0,2}|pool)(?:\.[a-z0-9-]{1,40}){2,4}")
_TIME_NAMES = ((b"ntp", b"ntq"), (b"pool.ntp.", b"pool.ntp/"), (b"time", b"timf"))
"""Where such names are in the order of the strings of a file."""
_ARRAY = -1 << 20
"""Instead of a method or field: an array, by the unit of its instruction."""
_PROXIES = (b"Lorg/apache/http/HttpHost;", b"Ljava/net/Proxy;")
_STRINGS = frozenset(("Ljava/lang/String;",))
_REPLACE = "(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;"
_PORT = lazy_pattern(r":\d{1,5}\Z")
_LEAST_PART, _MOST_ARCS = 32, 40
"""Versions have small numbers; object identifiers such as 2.5.29.15 begin with 0 to 2 and a number below 40."""


type _Key = tuple[int, int]
"""A method and the number of its argument, a field, or an array."""


class BareHost(NamedTuple):
    """A constant that is a host."""

    name: str
    file: int
    """Number of the DEX file."""
    string: int
    """Index of the constant."""
    method: str
    """A method that has it."""


class BareHosts:
    """Finds the bare hosts of one app."""

    def __init__(
        self, uses: ConstantUses, rules: RuleFiles, domains: Iterable[str] = (), links: Iterable[str] = ()
    ) -> None:
        """The code of the app.

        Args:
            uses: all its DEX files.
            rules: the rule files.
            domains: constants that are only the domain of hosts.
            links: the hosts whose links the app opens.
        """
        self._uses = uses
        self._files = uses.app.files
        self._rules = rules
        self._domains = frozenset(domains)
        self._links = frozenset(links)
        self.linked: set[str] = set()
        """The hosts that ``finds`` leaves out because they are beside such a host."""
        self._known = dict.fromkeys(self._domains, False)

    def finds(self, shown: set[str], left_out: set[str]) -> Iterator[BareHost]:
        """Each new host once.

        Args:
            shown: the hosts that the app contacts.
            left_out: the hosts that it names and does not contact.
        """
        self._uses.loads_pages = False  # no page has an address without a scheme
        domains = {registrable_domain(host, self._rules) for host in shown if not host[-1:].isdigit()} - {""}
        accepted: dict[str, BareHost] = {}
        methods: dict[tuple[int, int], CodeItem] = {}
        tops = ENDS.union(domain.rpartition(".")[2].encode() for domain in domains)
        named = [list(islice(named_hosts(dex, tops), MAX_NAMES)) for dex in self._files]
        for number, dex in enumerate(self._files):
            names = islice(chain(_below(named[number], domains), _in_objects(dex, domains)), MAX_CANDIDATES)
            quads = ((index, text) for index, text in _quads(dex) if self._is_host(text))
            addresses = list(islice(quads, MAX_CANDIDATES))
            for index, text in names:
                if text in left_out or not self._is_host(text):
                    continue
                owner = self._holders(number, index, methods)
                if owner and text not in shown and not self._uses.reason(dex.raw(index)) and not self._uses.is_spent:
                    accepted[text] = BareHost(text, number, index, owner)
            if len(addresses) >= _LEAST_ADDRESSES or (addresses and accepted):
                for index, _ in addresses:
                    self._holders(number, index, methods)
        for (number, _), code in list(methods.items())[:MAX_CANDIDATES]:
            flow = self._uses.flow(number, code)
            if flow is not None:
                self._neighbours(number, code, flow, shown, accepted)
        for found in component_hosts(self._uses):
            checked = check_host(found.text, self._rules) if SHORT_NAME.fullmatch(found.text) else None
            if isinstance(checked, EndpointHost):
                accepted.setdefault(checked.name, BareHost(checked.name, found.file, found.string, found.method))
        for one in chain(self._replacing(), self._time_servers(), self._gateways(), self._keyed(), self._pinged()):
            accepted.setdefault(one.name, one)
        # These count also if the app opens links of the host itself, or compares another text with it.
        sure = {one.name: one for one in chain(self._with_ports(named), self._addresses_behind_keys())}
        without = ((shown | left_out | self.linked) - sure.keys()) | (shown - self._links)
        accepted = sure | accepted
        yield from (one for name, one in accepted.items() if name not in without)

    def _replacing(self) -> Iterator[BareHost]:
        """The hosts that take the place of another text: ``url.replace(host, "s3.shop.test")``.

        It can have a path if the other text is such a constant: ``replace("a.shop.test/open", "b.shop.test/uc")``.
        """
        for number, offset, _ in islice(self._uses.places.calls("replace", _REPLACE, _STRINGS), MAX_CANDIDATES):
            dex = self._files[number]
            code = dex.code_around(offset)
            if code is None:
                continue
            at = (offset - code.begin) // 2
            index = constant_argument(dex, code, at, 2)
            text, _, path = (self._uses.string(number, index) if index >= 0 else "").partition("/")
            if path and not self._is_with_path(number, constant_argument(dex, code, at, 1)):
                continue
            if text.count(".") < _LEAST_DOTS or not SHORT_NAME.fullmatch(text) or not self._is_host(text):
                continue
            if not self._uses.reason(dex.raw(index)) and not self._uses.is_spent:
                method = self._uses.app.ref_at(number, code).shown
                yield BareHost(text, number, index, method)

    def _is_with_path(self, number: int, index: int) -> bool:
        """True for a constant that is a host with a path."""
        text, _, path = (self._uses.string(number, index) if index >= 0 else "").partition("/")
        return bool(path) and SHORT_NAME.fullmatch(text) is not None and self._is_host(text)

    def _time_servers(self) -> Iterator[BareHost]:
        """The servers of the network time protocol that a file names: libraries keep theirs in a field."""
        for number, dex in enumerate(self._files):
            if dex.type_of(_DATAGRAM) < 0:
                continue
            for start, end in _TIME_NAMES:
                first = dex.first_from(start)
                for index in range(first, min(dex.first_from(end), first + _MAX_OBJECTS)):
                    raw = dex.raw(index)
                    text = raw.decode("ascii") if _TIME.fullmatch(raw) else ""
                    if text and self._is_host(text) and not self._uses.reason(raw) and not self._uses.is_spent:
                        yield BareHost(text, number, index, next(self._uses.owners(raw), ""))

    def _gateways(self) -> Iterator[BareHost]:
        """The proxies of mobile networks that an app contacts if the device is in such a network."""
        for number, dex in enumerate(self._files):
            if all(dex.type_of(one) < 0 for one in _PROXIES):
                continue
            for raw, index in ((one.encode(), dex.string_of(one.encode())) for one in sorted(GATEWAYS)):
                if index >= 0 and not self._uses.reason(raw) and not self._uses.is_spent:
                    yield BareHost(raw.decode("ascii"), number, index, next(self._uses.owners(raw), ""))

    def _keyed(self) -> Iterator[BareHost]:
        """The hosts under the key of a server, and those that code makes of an address with a placeholder."""
        for one in chain(*(find(self._uses, self._is_short_host) for find in (keyed_hosts, template_hosts))):
            if not self._uses.reason(self._files[one.file].raw(one.string)) and not self._uses.is_spent:
                yield BareHost(one.text, one.file, one.string, one.method)

    def _is_short_host(self, text: str) -> bool:
        return SHORT_NAME.fullmatch(text) is not None and self._is_host(text)

    def _pinged(self) -> Iterator[BareHost]:
        """The hosts that the program ``ping`` gets: also public resolvers, of which other code only has the address."""
        for one in pinged_hosts(self._uses, self._is_pinged):
            if not self._uses.reason(self._files[one.file].raw(one.string)) and not self._uses.is_spent:
                yield BareHost(one.text, one.file, one.string, one.method)

    def _is_pinged(self, text: str) -> bool:
        return SHORT_NAME.fullmatch(text) is not None and isinstance(check_host(text, self._rules), EndpointHost)

    def _with_ports(self, named: Sequence[Sequence[tuple[int, bytes]]]) -> Iterator[BareHost]:
        """The hosts that a call gets together with a port or a key, or an object with a scheme."""
        sides: tuple[Beside, ...] = (BesidePort(self._uses), BesideScheme(self._uses), BesideKey(self._uses))
        for one in chain(*(hosts_beside(self._uses, named, self._is_host, side) for side in sides)):
            if not self._uses.reason(self._files[one.file].raw(one.string)) and not self._uses.is_spent:
                method = "->".join(self._uses.method_names(one.file, one.method)[:2])
                yield BareHost(one.text, one.file, one.string, method)

    def _addresses_behind_keys(self) -> Iterator[BareHost]:
        """The addresses that a call gets behind the key of a server; also private ones."""
        keys = BesideKey(self._uses)
        for number, dex in enumerate(self._files):
            for index, text in islice(_quads(dex), MAX_CANDIDATES):
                code = keys.method(number, index)
                flow = self._uses.flow(number, code) if code is not None and self._is_pinged(text) else None
                if code is None or flow is None or not keys.is_used(number, code, flow, index):
                    continue
                if not self._uses.reason(dex.raw(index)) and not self._uses.is_spent:
                    method = "->".join(self._uses.method_names(number, dex.method_of(code))[:2])
                    yield BareHost(text, number, index, method)

    def _is_host(self, text: str) -> bool:
        if text not in self._known:
            self._known[text] = is_bare_host(text, self._rules)
        return self._known[text]

    def _holders(self, number: int, index: int, methods: dict[tuple[int, int], CodeItem]) -> str:
        """The first method that loads a string; all are added to ``methods``."""
        dex, name = self._files[number], ""
        for place in self._uses.places.strings(number, index):
            code = dex.code_around(place, every=True)
            method = dex.method_of(code) if code is not None else -1
            if code is not None and method >= 0:
                methods[number, code.offset] = code
                name = name or "->".join(self._uses.method_names(number, method)[:2])
        return name

    def _neighbours(
        self, number: int, code: CodeItem, flow: MethodFlow, shown: set[str], accepted: dict[str, BareHost]
    ) -> None:
        """Accept the hosts beside those that are known."""
        method = self._uses.app.ref_at(number, code).shown
        groups, mixed, strings = self._groups(number, flow, shown)
        known = shown | accepted.keys()
        for text, index in self._instead(number, flow):
            if text not in known:
                accepted[text] = BareHost(text, number, index, method)
        for key, texts in groups.items():
            if not self._domains.isdisjoint(texts):
                for text in texts:
                    accepted.pop(text, None)  # the other domains that code can choose
            if key in mixed:
                continue
            if len(texts) > 1 and not self._links.isdisjoint(texts):
                self.linked |= texts.keys()
            for text in sorted(_beside(texts, known) - known):
                if not self._uses.reason(self._files[number].raw(strings[text])):
                    accepted[text] = BareHost(text, number, strings[text], method)

    def _groups(
        self, number: int, flow: MethodFlow, shown: set[str]
    ) -> tuple[dict[_Key, dict[str, set[str]]], set[_Key], dict[str, int]]:
        """Constants that are the same argument of a call, or in the same field or array, with those beside each; the
        groups that have other texts; and the index of each constant.
        """
        groups: dict[_Key, dict[str, set[str]]] = {}
        mixed: set[_Key] = set()
        strings: dict[str, int] = {}
        for one in flow.operations:
            for place, its, beside in self._constants(number, flow, one, strings):
                keys = [(one.member if one.opcode in CALLS else -2 - one.member, place)]
                if one.opcode == APUT and len(one.values[1]) == 1:
                    keys += ((_ARRAY, array) for array in one.values[1])
                if not its or not all(text in shown or self._is_host(text) for text in its):
                    mixed.update(keys)
                for key, text in product(keys, its):
                    groups.setdefault(key, {}).setdefault(text, set()).update(beside)
        return groups, mixed, strings

    def _instead(self, number: int, flow: MethodFlow) -> Iterator[tuple[str, int]]:
        """The addresses that a method returns if it cannot look up that of a host."""
        looked_up = {
            one.at
            for one in flow.operations
            if one.opcode in CALLS and self._uses.method_names(number, one.member)[1:] == _ADDRESS_OF
        }
        for one in flow.operations if looked_up else ():
            if one.opcode == RETURN and not looked_up.isdisjoint(one.values[0]):
                for index in (flow.strings[at] for at in one.values[0] if at in flow.strings):
                    text = self._uses.string(number, index)
                    if text[-1:].isdigit() and self._is_host(text):
                        yield text, index

    def _constants(
        self, number: int, flow: MethodFlow, one: Operation, strings: dict[str, int]
    ) -> Iterator[tuple[int, set[str], set[str]]]:
        """Place, constants and constants of the other arguments, for each argument that has a constant."""
        if one.opcode not in CALLS and one.opcode not in FILLED and one.opcode not in _STORES:
            return
        if one.opcode in CALLS and self._uses.ends.what(number, one.member) == "compared":
            return  # the domain of an address of mail, for example
        found: list[tuple[int, set[str]]] = []
        for place, origins in enumerate(one.values):
            indices = {flow.strings[at] for at in origins if at in flow.strings}
            if indices:
                texts = {_PORT.sub("", self._uses.string(number, index)): index for index in indices}
                strings.update(texts)
                found.append((0 if one.opcode in FILLED else place, set(texts)))
        for at, (place, its) in enumerate(found):
            yield place, its, {text for other, each in enumerate(found) if other != at for text in each[1]}


def _beside(texts: Mapping[str, set[str]], known: set[str]) -> set[str]:
    """The hosts of a group that count: all if one is known or all are addresses, otherwise those beside a known one."""
    every = all(text[-1].isdigit() for text in texts)
    if (every and len(texts) >= _LEAST_ADDRESSES) or (len(texts) > 1 and not known.isdisjoint(texts)):
        return set(texts)
    return {text for text, others in texts.items() if others & known}


def decrypted_hosts(texts: Sequence[DecryptedText], rules: RuleFiles, shown: set[str]) -> Iterator[DecryptedText]:
    """The decrypted texts that are only a host or an address.

    Args:
        texts: every text that the code decrypts.
        rules: rule files.
        shown: the hosts that the app contacts.
    """
    names = {one.text for one in texts if one.text.count(".") <= _MOST_DOTS and SHORT_NAME.fullmatch(one.text)}
    hosts = {name for name in names if is_bare_host(name, rules)}
    lists: dict[tuple[str, str], set[str]] = {}
    for one in texts:
        for field in one.fields:
            lists.setdefault((one.method, field), set()).add(one.text)
    below: dict[str, set[str]] = {registrable_domain(host, rules): {host, ""} for host in shown}
    for name in sorted(hosts):
        below.setdefault(registrable_domain(name, rules), set()).add(name)
    below[""] = set()  # public suffixes and addresses
    found = {name for name in hosts if name[-1].isdigit() or len(below[registrable_domain(name, rules)]) > 1}
    for its in lists.values():
        if len(its) > 1 and its <= hosts and not found.isdisjoint(its):
            found |= its
    yield from ({one.text: one for one in reversed(texts) if one.text in found - shown}).values()


def is_below(text: str, shown: Iterable[str], rules: RuleFiles) -> bool:
    """True for a host below the registrable domain of one that the app contacts."""
    if not SHORT_NAME.fullmatch(text) or not is_bare_host(text, rules):
        return False
    domain = registrable_domain(text, rules)
    return text != domain and any(host == domain or host.endswith(f".{domain}") for host in shown)


def is_bare_host(text: str, rules: RuleFiles) -> bool:
    """True for a host or address that can be a back end, and no resource of a cloud provider."""
    if not isinstance(check_host(text, rules), EndpointHost):
        return False
    if text[-1].isdigit():
        return _QUAD.fullmatch(text.encode("ascii", "replace")) is not None and _is_server(text)
    is_package = text.partition(".")[0] in rules.names.first_labels or _PROPERTY.fullmatch(text) is not None
    return not is_package and cloud_endpoint(text, "", rules, scheme="https", port=443) is None


def _is_server(text: str) -> bool:
    """True for an address that is no version, object identifier, network or public resolver."""
    parts = [int(part) for part in text.split(".")]
    is_plain = max(parts) >= _LEAST_PART and parts[3] != 0 and parts[2:] != [255, 255]
    is_identifier = parts[0] <= 2 and parts[1] < _MOST_ARCS
    return is_plain and not is_identifier and ip_address(text).is_global and text not in RESOLVERS


def _below(named: Iterable[tuple[int, bytes]], domains: set[str]) -> Iterator[tuple[int, str]]:
    """Indices and texts of the strings that are names below one of these domains."""
    for index, raw in named if domains else ():
        name = raw.decode("ascii")
        if _is_below(name, domains):
            yield index, name


def _in_objects(dex: DexFile, domains: set[str]) -> Iterator[tuple[int, str]]:
    """Indices of the strings that are JSON objects, and names in them that are below one of these domains."""
    first, last = dex.first_from(b"{"), dex.first_from(b"|")
    for index in range(first, min(last, first + _MAX_OBJECTS) if domains else first):
        for found in islice(_QUOTED.finditer(dex.raw(index)), _MAX_NAMES):
            if _is_below(found[1].decode("ascii"), domains):
                yield index, found[1].decode("ascii")


def _is_below(name: str, domains: set[str]) -> bool:
    labels = name.split(".")
    return any(".".join(labels[at:]) in domains for at in range(1, len(labels) - 1))


def _quads(dex: DexFile) -> Iterator[tuple[int, str]]:
    """Indices and texts of the strings that are IPv4 addresses: they are together, because strings are sorted."""
    first, last = dex.first_from(b"1"), dex.first_from(b":")
    for index in range(first, min(last, first + _MAX_NUMBERS)):
        raw = dex.raw(index)
        if len(raw) < 16 and _QUAD.fullmatch(raw):
            yield index, raw.decode("ascii")
