"""Look-ups of resources by name: ``getIdentifier``, and the classes ``R$string`` by reflection.

A name that is not a constant is a doubt about every resource. In libraries of the platform, the constants are searched
instead of the calls.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property

from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, literal_atoms
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.opcode_sets import CONST_CLASSES
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.dex.reaching import MethodFlow, Origins
from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_CALLS = 200
"""Most calls by name of one app that are read."""
MAX_CLASSES = 500
"""Most classes ``R$string`` of one file; an app with 200 libraries has as many."""
_MAX_HITS = 8 * MAX_CLASSES

_KIND = "(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)I"
_NO_NAMES: frozenset[str] = frozenset()
_ANY = frozenset(("",))
_CLASSES = ("R$string", "R$array", "R$xml", "R$raw")
_ENDS = (*(f"/{name};" for name in _CLASSES), *_CLASSES)
"""Ends of descriptors of these classes, and of names that are no descriptors: another class looks them up by name."""
_SYSTEM = (b"android.", b"com.android.internal.")
_PARTS = (b".R", b".R$", b"R$", b"$string", b"$array", b"$raw", b"$xml")
"""Such names that code puts together."""


class NameLookups:
    """What the code of one app can look up by name."""

    def __init__(self, uses: ConstantUses) -> None:
        """The code of the app, with all its DEX files. It is searched at the first question."""
        self._uses, self._app, self._places = uses, uses.app, uses.places
        self._any_constant = False
        """True if a library looks up names that are not known; they are constants."""
        self._left = MAX_CALLS

    def can_ask(self, label: str) -> bool:
        """True if code can look up a resource, such as ``string/url``."""
        kind, _, name = label.partition("/")
        if self._reflected or (self._any_constant and self._is_constant(name)):
            return True
        known = self._asked
        return any(names is None or name in names for names in (known.get(kind, _NO_NAMES), known.get("", _NO_NAMES)))

    def _is_constant(self, name: str) -> bool:
        """True if code loads this text."""
        for number, dex in enumerate(self._app.files):
            index = dex.string_of(name.encode("utf-8", "replace"))
            if index >= 0 and self._places.loads(number, index):
                return True
        return False

    @cached_property
    def _reflected(self) -> bool:
        return any(self._reflects(number, dex) for number, dex in enumerate(self._app.files))

    @cached_property
    def _asked(self) -> dict[str, frozenset[str] | None]:
        """The names that are looked up, by type; the type is empty if it is not known. ``None``: not all are known."""
        asked: dict[str, frozenset[str] | None] = {}
        for number, place in self._calls("getIdentifier", _KIND):
            kinds, names = self._names_at(number, place)
            for kind in kinds:
                known = asked.get(kind, _NO_NAMES)
                asked[kind] = None if names is None or known is None else known | names
        return asked

    def _reflects(self, number: int, dex: DexFile) -> bool:
        """True if code uses a class ``R$string`` as an object, or has the end of its name as a text."""
        if any(dex.string_of(part) >= 0 for part in _PARTS):
            return True
        descriptors, names = _endings(dex)
        if any(not text[1:].startswith(_SYSTEM) for text in names):
            return True
        kinds = [dex.type_of(text[text.find(b"L") :]) for text in descriptors]
        return len(kinds) >= MAX_CLASSES or any(
            kind >= 0 and self._places.has_instruction(number, CONST_CLASSES, kind) for kind in kinds
        )

    def _calls(self, name: str, kind: str, owners: frozenset[str] = frozenset()) -> Iterator[tuple[int, int]]:
        """Number of the file and offset of each call of a method, of any class if there are no owners."""
        counts: dict[tuple[int, int], int] = {}
        for number, place, index in self._places.calls(name, kind, owners):
            counts[number, index] = counts.get((number, index), 0) + 1
            if counts[number, index] >= MAX_SITES:
                self._left = 0
            yield number, place

    def _names_at(self, number: int, place: int) -> tuple[frozenset[str], frozenset[str] | None]:
        """The types and names that a call looks up; names that are not known are ``None``."""
        self._left -= 1
        code = self._app.files[number].code_around(place, every=True)
        owner = self._app.ref_at(number, code).owner if code is not None else None
        if owner == "":
            return _ANY, _NO_NAMES  # a library that only draws: it looks up pictures and views
        flow = self._uses.flow(number, code) if code is not None and self._left >= 0 else None
        if code is None or owner is None or flow is None:
            return _ANY, None
        call = flow.operation((place - code.begin) // 2)
        if call is None:
            return _ANY, _NO_NAMES  # other bytes that look the same
        if len(call.values) != 4:
            return _ANY, None
        kinds = self._constants(number, flow, call.values[2])
        names = self._uses.texts(number, code, call.values[1])
        if names is None and ALL.hold(owner):
            self._any_constant = True
            names = _NO_NAMES
        elif names is None and kinds is None and not self._uses.of_result(number, code, call.at):
            names = _NO_NAMES  # as for android.resource://, whose pictures are drawn
        return kinds or _ANY, names

    def _constants(self, number: int, flow: MethodFlow, origins: Origins) -> frozenset[str] | None:
        if not origins or not all(origin in flow.strings for origin in origins):
            return None
        return frozenset(self._app.files[number].string(flow.strings[origin]) for origin in origins)


def _endings(dex: DexFile) -> tuple[list[bytes], list[bytes]]:
    """The descriptors and the names with one of the ends, each after the byte of its length."""
    found: tuple[list[bytes], list[bytes]] = [], []
    if not len(dex.strings):
        return found
    end = dex.data.find(b"\0", int(dex.strings.max())) + 1 or len(dex.data)
    counts = Counter[int]()
    for number, after in _scanner().scan(dex.data, int(dex.strings.min()), end, _MAX_HITS)[0]:
        counts[number] += 1
        if counts[number] <= MAX_CLASSES:
            begin = dex.data.rfind(b"\0", 0, after - 1) + 1
            found[number >= len(_CLASSES)].append(bytes(dex.data[begin : after - 1]))
    return found


@cache
def _scanner() -> AnchorScanner:
    atoms = ((*literal_atoms(end), (r"\x00", "")) for end in _ENDS)
    return AnchorScanner(tuple(Anchor(AnchorKind.MARK, one, caseless=False) for one in atoms))
