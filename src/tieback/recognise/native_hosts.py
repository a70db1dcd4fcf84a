"""Hosts without a scheme in native code: ``im64.jpush.cn``, or a list of servers.

Most texts with dots in native code are files, keys or versions, so a whole C string counts only beside others:

* a name below the domain of a web address in the same program;
* an address directly before or after the string of such a web address, or of such a name;
* all of at least three neighbours that are hosts or addresses, if one of them counts by itself.

Compilers keep the strings of one function together (https://clang.llvm.org/docs/UsersManual.html has no option to
change that), but linkers that merge strings do not, so only the first rule holds in ELF libraries.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.dataflow.bare_hosts import is_bare_host
from tieback.recognise.hosts import EndpointHost, web_server
from tieback.recognise.maker_names import registrable_domain
from tieback.recognise.rules import RuleFiles

RULE = "native-string/host"
MAX_DOMAINS = 50
MAX_NAMES = 50
"""Most names of one section below each domain."""
MAX_RUN = 32
"""Most neighbours of one string that are read, in each direction."""
_LEAST_RUN = 3
_MOST = 253
_NAME = re.compile(rb"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}(?:[a-z]{2,24}|\d{1,3})")
_SITE = b"www."
"""Begins names of web sites, which programs also use to ask whether a network is there."""
_WEB = ("http", "https")


def native_hosts(buffers: Sequence[Buffer], found: Iterable[object], rules: RuleFiles) -> Iterator[Sighting]:
    """The hosts in the strings of a native program, each once.

    Args:
        buffers: its sections.
        found: what was found in them.
        rules: rule files.
    """
    native = [buffer for buffer in buffers if buffer.kind is BufferKind.NATIVE and not buffer.utf16]
    web = [one for one in found if isinstance(one, Sighting) and _is_web(one)] if native else []
    shown = {one.endpoint.host for one in web}
    domains = sorted({registrable_domain(host, rules) for host in shown} - {""})[:MAX_DOMAINS]
    for buffer in native:
        yield from _Strings(buffer, rules).hosts(web, domains, shown)


def _is_web(find: Sighting) -> bool:
    return find.endpoint.kind is EndpointKind.URL and find.endpoint.scheme in _WEB


class _Strings:
    """The C strings of one section."""

    def __init__(self, buffer: Buffer, rules: RuleFiles) -> None:
        self._buffer, self._rules = buffer, rules
        self._known: dict[bytes, bool] = {}

    def hosts(self, web: Sequence[Sighting], domains: Sequence[str], shown: set[str]) -> Iterator[Sighting]:
        places: dict[int, bytes] = {}
        for domain in domains:
            places |= self._below(domain.encode())
        if not self._buffer.file.endswith(".so"):
            for one in web:
                at = -1 if one.evidence.offset is None else one.evidence.offset - self._buffer.base
                if one.evidence.file == self._buffer.file and 0 <= at < len(self._buffer.data):
                    begin = self._buffer.data.rfind(b"\0", max(0, at - _MOST), at) + 1
                    places |= {at: text for at, text in self._around(begin) if text[-1:].isdigit()}
            for begin in list(places):
                run = dict(self._run(begin))
                places |= run if len(run) >= _LEAST_RUN else {}
        for begin, text in sorted(places.items()):
            name = text.decode("ascii")
            if name not in shown:
                shown.add(name)
                evidence = Evidence(self._buffer.file, self._buffer.base + begin, RULE, name)
                yield Sighting(web_server(EndpointHost(name)), 1, Party.UNKNOWN, evidence)

    def _below(self, domain: bytes) -> dict[int, bytes]:
        """Places of the strings that are names below a domain."""
        data, found, at = self._buffer.data, dict[int, bytes](), 0
        for _ in range(MAX_NAMES):
            at = data.find(b"." + domain + b"\0", at + 1)
            if at < 0:
                break
            begin = data.rfind(b"\0", max(0, at - _MOST), at) + 1
            text = bytes(data[begin : at + 1 + len(domain)])
            if begin and self._is_host(text) and not text.startswith(_SITE):
                found[begin] = text
        return found

    def _is_host(self, text: bytes) -> bool:
        if text not in self._known:
            self._known[text] = bool(_NAME.fullmatch(text)) and is_bare_host(text.decode("ascii"), self._rules)
        return self._known[text]

    def _around(self, begin: int) -> Iterator[tuple[int, bytes]]:
        """The hosts directly before and after a string."""
        for step in (self._before, self._behind):
            at = step(begin)
            text = self._at(at) if at >= 0 else b""
            if text and self._is_host(text):
                yield at, text

    def _run(self, begin: int) -> Iterator[tuple[int, bytes]]:
        """A string and its neighbours in both directions, as long as they are hosts."""
        yield begin, self._at(begin)
        for step in (self._before, self._behind):
            at = begin
            for _ in range(MAX_RUN):
                at = step(at)
                text = self._at(at) if at >= 0 else b""
                if not text or not self._is_host(text):
                    break
                yield at, text

    def _at(self, begin: int) -> bytes:
        """The string that begins here; empty if it is too long."""
        end = self._buffer.data.find(b"\0", begin, begin + _MOST + 1)
        return bytes(self._buffer.data[begin:end]) if end >= 0 else b""

    def _before(self, begin: int) -> int:
        """Where the string before this one begins; -1 if there is none."""
        data = self._buffer.data
        if begin < 2 or data[begin - 1]:
            return -1
        low = max(0, begin - 1 - _MOST)
        return data.rfind(b"\0", low, begin - 1) + 1 if data[begin - 2] else -1

    def _behind(self, begin: int) -> int:
        """Where the string after this one begins; -1 if there is none."""
        end = self._buffer.data.find(b"\0", begin)
        return end + 1 if 0 <= end < len(self._buffer.data) - 1 else -1
