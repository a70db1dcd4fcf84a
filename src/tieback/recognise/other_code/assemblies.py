"""Addresses in .NET assemblies that no code uses: in attributes, in constants, and in the class library.

Source: ECMA-335 II.23.3 (values of attributes) and II.24.2.4 (``#Blob``). Code loads its texts from ``#US``. The heap
``#Blob`` has the values of attributes, such as the advice of ``Obsolete`` or a namespace of XML, and constants, which
a compiler copies into the code that uses them. An attribute whose only value is an address can be the base address of
an interface, so it stays. The class library contacts only addresses that an app passes to it. What other code passes to
calls is in ``assembly_calls``: addresses that it opens in a browser, and hosts without a scheme.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from tieback.intake.apps.dotnet import heaps
from tieback.intake.apps.interface import Bytes
from tieback.model.endpoint import Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.endpoints.named_endpoint import endpoint_of
from tieback.recognise.interface import Find
from tieback.recognise.other_code.assembly_calls import CONNECTS, OPENS, AssemblyCalls
from tieback.recognise.reasons import LINK
from tieback.recognise.rules import RuleFiles

ATTRIBUTE = "only in an attribute or an unused constant of .NET code"
LIBRARY = "only in the class library of .NET, which contacts what an app passes to it"
RULE = "binary/call"
"""Evidence of a host that code passes to a call."""
_HOST = lazy_pattern(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}")
_PROLOG = b"\x01\0"
_PRODUCT = lazy_pattern(
    rb"\x01\0[\x05-\x7f](?:Mono Common Language Infrastructure|MONO CLI|Microsoft\xc2\xae \.NET[ \w.]{0,40}"
    rb"|Xamarin\.(?:Forms|Android|iOS))\0\0"
)
"""The attribute with the product of an assembly, if that is the class library."""
_NAME = lazy_pattern(r"(?:\A|[/\\])(?:mscorlib|netstandard|WindowsBase|(?:System|Mono)(?:\.[\w.]{1,80})?)\.dll\Z")
_ADDRESS = lazy_pattern(rb"[^\0-\x20\x7f\"'<>\\^`|]{1,2048}")


class Assembly:
    """One assembly, for the finds in it."""

    def __init__(self, file: str, image: Bytes, rules: RuleFiles) -> None:
        """Read the assembly with this image, as far as a find or a call needs it."""
        self._file, self._image, self._rules = file, image, rules
        self._calls = AssemblyCalls(image)

    def settled(self, finds: Iterable[Find]) -> Iterator[Find]:
        """The finds, and the hosts that code connects to; those in texts that no code contacts are no back ends."""
        for find in finds:
            reason = self._reason(find.evidence.offset) if isinstance(find, Sighting) else ""
            yield NotBackend(find.endpoint.value, reason) if reason and isinstance(find, Sighting) else find
        yield from self._hosts() if _NAME.search(self._file) is None else ()

    def _hosts(self) -> Iterator[Sighting]:
        shown = set[str]()
        for call in self._calls.of(CONNECTS):
            if call.text in shown or _HOST.fullmatch(call.text) is None:
                continue
            shown.add(call.text)
            port = f":{call.number}" if 0 < call.number < 65_536 else ""
            endpoint = endpoint_of(f"{call.text}{port}", self._rules)
            if endpoint is not None and not self._is_library:
                yield Sighting(endpoint, 1, Party.UNKNOWN, Evidence(self._file, call.string, RULE, call.text))

    def _reason(self, offset: int | None) -> str:
        if offset is None:
            return ""
        if self._is_library:
            return LIBRARY
        begin, end = self._blobs
        if begin <= offset < end:
            return "" if self._is_whole_attribute(offset, end) else ATTRIBUTE
        return LINK if offset in self._opened else ""

    @cached_property
    def _opened(self) -> frozenset[int]:
        """The offsets of texts that code only opens in a browser or another app."""
        opened = Counter(call.string for call in self._calls.of(OPENS))
        return frozenset(string for string, count in opened.items() if count == self._calls.uses(string))

    @cached_property
    def _blobs(self) -> tuple[int, int]:
        return dict(heaps(self._image)).get(b"#Blob", (0, 0))

    @cached_property
    def _is_library(self) -> bool:
        return _NAME.search(self._file) is not None or _PRODUCT.search(self._image, *self._blobs) is not None

    def _is_whole_attribute(self, offset: int, end: int) -> bool:
        """True if an address is the only value of an attribute: its prolog, its length, itself and no other value."""
        found = _ADDRESS.match(self._image, offset, end)
        if found is None:
            return False
        length = len(found[0])
        head = _PROLOG + (bytes([length]) if length < 0x80 else (0x8000 | length).to_bytes(2))
        return bytes(self._image[offset - len(head) : offset + length + 2]) == head + found[0] + b"\0\0"
