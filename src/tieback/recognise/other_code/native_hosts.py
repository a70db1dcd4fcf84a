"""Hosts without a scheme in native code: ``im64.jpush.cn``, or a list of servers.

Most texts with dots in native code are files, keys or versions, so a whole C string counts only beside others:

* a name below the domain of a web address in the same program, unless it begins with ``www.``;
* an IP address directly before or after the string of such a web address;
* a name within three strings of a format such as ``http://%@/d``, or an address directly beside it: code puts a host
  into it, and compilers write the constants of one function one after the other. A name below the domain of a known
  library counts within 32 strings;
* all of at least three neighbours that are hosts or addresses, if one of them counts by itself.

Linkers for ELF merge strings and change their order, so only the first rule applies to ``.so`` files.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.endpoint import Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.dataflow.hosts.bare_hosts import SHORT_NAME, is_bare_host
from tieback.recognise.endpoints.hosts import EndpointHost, web_server
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.rules import RuleFiles

RULE = "native-string/host"
MAX_DOMAINS = 50
MAX_NAMES = 50
"""Most places of one section that are read for each domain."""
MAX_RUN = 32
"""Most neighbours of one string that are read, in each direction."""
MAX_HOSTS = 500
"""Most hosts of one section."""
MAX_FORMATS = 50
"""Most formats of one section that are read, for each scheme."""
_FORMAT_REACH = 3
"""Strings between a format and a name that code can put into it."""
_FORMATS = (b"\0http://%", b"\0https://%")
_FORMAT = lazy_pattern(rb"https?://%(?:\d\$)?[@s](?::%\w{1,3}|:\d{2,5})?/")
"""A web address whose host is only known when the program runs."""
_LEAST_RUN = 3
_LEAST_DOTS = 2
"""Of a name beside a format: keys such as ``user.name`` have one."""
_MAX_HOST = 253
_MAX_STRING = 2048
_SITE = b"www."
"""Begins names of web sites, which programs also contact to test whether a network is there."""


def native_hosts(buffers: Sequence[Buffer], found: Iterable[object], rules: RuleFiles) -> Iterator[Sighting]:
    """The hosts in the strings of a native program, each once.

    Args:
        buffers: its sections.
        found: what was found in them.
        rules: rule files.
    """
    native = [buffer for buffer in buffers if buffer.kind is BufferKind.NATIVE and not buffer.utf16]
    web = [one for one in found if isinstance(one, Sighting) and one.endpoint.is_web] if native else []
    shown = {one.endpoint.host for one in web}
    domains = sorted({registrable_domain(host, rules) for host in shown} - {""})[:MAX_DOMAINS]
    for buffer in native:
        for begin, name in _Strings(buffer, rules).hosts(web, domains, shown):
            shown.add(name)
            evidence = Evidence(buffer.file, buffer.base + begin, RULE, name)
            yield Sighting(web_server(EndpointHost(name)), 1, Party.UNKNOWN, evidence)


class _Strings:
    """The C strings of one section. Offset 0 means that the beginning of a string is not known."""

    def __init__(self, buffer: Buffer, rules: RuleFiles) -> None:
        self._buffer, self._data, self._rules = buffer, buffer.data, rules
        self._known: dict[bytes, bool] = {}

    def hosts(self, web: Sequence[Sighting], domains: Sequence[str], shown: set[str]) -> Iterator[tuple[int, str]]:
        """Offset and name of each host that is not in ``shown``."""
        places: dict[int, bytes] = {}
        for domain in domains:
            places |= self._below(domain.encode())
        if not self._buffer.file.endswith(".so"):
            for one in web:
                places |= self._addresses_beside(one)
            for mark in _FORMATS:
                places |= self._formats(mark)
            places |= self._runs(places)
        names = {text.decode("ascii"): begin for begin, text in sorted(places.items(), reverse=True)}
        yield from islice(((begin, name) for name, begin in reversed(names.items()) if name not in shown), MAX_HOSTS)

    def _below(self, domain: bytes) -> Iterator[tuple[int, bytes]]:
        """The strings that are names below a domain."""
        at = -1
        for _ in range(MAX_NAMES):
            at = self._data.find(b"." + domain + b"\0", at + 1)
            if at < 0:
                return
            begin = self._begin(at)
            text = self._at(begin)
            if self._is_host(text) and not text.startswith(_SITE):
                yield begin, text

    def _addresses_beside(self, one: Sighting) -> Iterator[tuple[int, bytes]]:
        """The addresses directly before and after the string of a web address."""
        at = -1 if one.evidence.offset is None else one.evidence.offset - self._buffer.base
        if one.evidence.file == self._buffer.file and 0 <= at < len(self._data):
            yield from ((place, text) for place, text in self._beside(self._begin(at), 1) if text[-1:].isdigit())

    def _formats(self, mark: bytes) -> Iterator[tuple[int, bytes]]:
        """The hosts near the formats of one scheme."""
        at = -1
        for _ in range(MAX_FORMATS):
            at = self._data.find(mark, at + 1)
            if at < 0:
                return
            if _FORMAT.match(self._data, at + 1):
                yield from self._near(at + 1)

    def _near(self, begin: int) -> Iterator[tuple[int, bytes]]:
        """The hosts before and after a format."""
        for step in (self._before, self._behind):
            at = begin
            for distance in range(1, MAX_RUN + 1):
                at = step(at)
                if not at:
                    break
                text = self._at(at)
                if self._is_host(text) and self._belongs(text, distance):
                    yield at, text

    def _belongs(self, text: bytes, distance: int) -> bool:
        """True if a host can be that of a format at this distance, in strings."""
        if text[-1:].isdigit():
            return distance == 1
        if text.startswith(_SITE):
            return False
        if distance <= _FORMAT_REACH:
            return text.count(b".") >= _LEAST_DOTS
        library = self._rules.third_parties.of(text.decode("ascii"))
        return library is not None and not library.platform

    def _runs(self, places: dict[int, bytes]) -> dict[int, bytes]:
        """The neighbours of strings that count, where enough of them are hosts."""
        found: dict[int, bytes] = {}
        for begin, text in sorted(places.items()):
            if begin not in found:
                run = {begin: text} | dict(self._beside(begin, MAX_RUN))
                found |= run if len(run) >= _LEAST_RUN else {}
        return found

    def _beside(self, begin: int, most: int) -> Iterator[tuple[int, bytes]]:
        """The strings before and after a string, as long as they are hosts."""
        for step in (self._before, self._behind):
            at = begin
            for _ in range(most):
                at = step(at)
                text = self._at(at)
                if not self._is_host(text):
                    break
                yield at, text

    def _is_host(self, text: bytes) -> bool:
        if text not in self._known:
            name = text.decode("ascii", "replace")
            self._known[text] = bool(SHORT_NAME.fullmatch(name)) and is_bare_host(name, self._rules)
        return self._known[text]

    def _at(self, begin: int) -> bytes:
        """The string that begins here; empty if it is longer than a host."""
        end = self._data.find(b"\0", begin, begin + _MAX_HOST + 1) if begin else -1
        return bytes(self._data[begin:end]) if end >= 0 else b""

    def _begin(self, at: int) -> int:
        """Where the string with this byte begins."""
        return self._data.rfind(b"\0", max(0, at - _MAX_HOST), at) + 1

    def _before(self, begin: int) -> int:
        """Where the string before this one begins."""
        is_next = begin >= 2 and not self._data[begin - 1] and self._data[begin - 2]
        return self._begin(begin - 1) if is_next else 0

    def _behind(self, begin: int) -> int:
        """Where the string after this one begins."""
        return self._data.find(b"\0", begin, begin + _MAX_STRING) + 1 if begin else 0
