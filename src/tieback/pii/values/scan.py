"""One pass over a column: hyperscan matches every value against all shapes at once, on the joined values."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

import hyperscan
import msgspec

from tieback.pii.values.kinds import CHECKS
from tieback.pii.values.national import NationalNumber, load_numbers
from tieback.rulefiles import discard, load_or_build, load_rules

MAX_LENGTH = 4096
"""Most characters of one value that are read; the rest cannot make it match."""


class ValueShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"pii_class": "class"}):
    """A possible form of a value; ``shapes.toml`` explains the fields."""

    kind: str
    regex: str
    source: str
    pii_class: str = ""
    check: str = ""
    share: float = 1.0
    sure: float = 0.0
    single: bool = False
    few: bool = False
    """True if few distinct values are normal: sexes, blood groups."""
    support: bool = False
    """True if it counts only when the detector looks for it."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shape: tuple[ValueShape, ...]


type Hits = dict[int, list[int]]
"""Indices of the distinct values by the pattern that they match."""


@cache
def load_shapes() -> tuple[ValueShape, ...]:
    """Every shape, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    return load_rules(resources.files("tieback.pii.values").joinpath("shapes.toml").read_bytes(), _File).shape


class ShapeScanner:
    """The compiled shapes; for one thread at a time, because of hyperscan's scratch space."""

    def __init__(self) -> None:
        self.shapes = load_shapes()
        self.numbers = load_numbers()
        patterns = [shape.regex for shape in self.shapes]
        self.by_form: dict[int, list[NationalNumber]] = defaultdict(list)
        """National numbers by the pattern of their form."""
        known: dict[str, int] = {}
        for number in self.numbers:
            scheme = number.scheme
            plain = f"[0-9]{{{scheme.digits}}}" if scheme.digits else ""
            for form in filter(None, (plain, scheme.form)):
                if form not in known:
                    known[form] = len(patterns)
                    patterns.append(form)
                self.by_form[known[form]].append(number)
        self.plain = frozenset(
            place for form, place in known.items() if form.startswith("[0-9]{") and form.count("[") == 1
        )
        """Patterns of digits only, which prove nothing without a check digit."""
        self._database = _database([f"^(?:{pattern})$".encode() for pattern in patterns])
        self._checks = [CHECKS.get(shape.check) for shape in self.shapes]

    def check(self, place: int) -> Callable[[str], bool] | None:
        """The second check that a shape requires."""
        return self._checks[place]

    def scan(self, values: Sequence[str]) -> Hits:
        """The shapes of each value, before the second checks.

        Args:
            values: at most ``MAX_LENGTH`` characters each, without line feeds.
        """
        text = "\n".join(values)
        places: dict[int, int] = {}
        end = -1
        if text.isascii():
            data = text.encode()
            for place, value in enumerate(values):
                end += len(value) + 1
                places[end] = place
        else:
            encoded = [value.encode("utf-8", "replace") for value in values]
            data = b"\n".join(encoded)
            for place, raw in enumerate(encoded):
                end += len(raw) + 1
                places[end] = place
        hits: Hits = defaultdict(list)

        def on(pattern: int, _start: int, stop: int, _flags: int, _context: object) -> None:
            hits[pattern].append(places[stop])

        self._database.scan(data, match_event_handler=on)
        return hits


def _database(patterns: list[bytes]) -> hyperscan.Database:
    """The compiled patterns. Compiling takes half a second, so they are cached for later processes."""
    source = msgspec.msgpack.encode(patterns)
    kept = load_or_build("values", source, lambda: hyperscan.dumpb(_compiled(patterns)))
    try:
        database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.HyperscanError:  # from another version, or for another processor
        discard("values", source)
        return _compiled(patterns)
    return database


def _compiled(patterns: list[bytes]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=patterns,
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[hyperscan.HS_FLAG_MULTILINE] * len(patterns),
    )
    return database
