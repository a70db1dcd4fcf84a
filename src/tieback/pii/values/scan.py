"""One pass over a column: every value against every shape at once, by hyperscan on the joined values."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib import resources

import hyperscan
import msgspec

from tieback.pii.values.kinds import CHECKS
from tieback.pii.values.national import Number, load_numbers
from tieback.rulefiles import discard, prepared, rules

MAX_LENGTH = 4096
"""Characters of one value that are looked at; what follows cannot make it match."""


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"pii_class": "class"}):
    """What a value may look like; the fields are explained in ``shapes.toml``."""

    kind: str
    regex: str
    source: str
    pii_class: str = ""
    check: str = ""
    share: float = 1.0
    sure: float = 0.0
    single: bool = False
    few: bool = False
    """Whether few distinct values are the rule: sexes, blood groups."""
    support: bool = False
    """Whether it only counts where the detector looks for it."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shape: tuple[Shape, ...]


type Hits = dict[int, list[int]]
"""Pattern to places of the distinct values that it matched."""


def load_shapes() -> tuple[Shape, ...]:
    """Every shape, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    return rules(resources.files("tieback.pii.values").joinpath("shapes.toml").read_bytes(), _File).shape


class Scanner:
    """The compiled shapes; for one thread at a time, as hyperscan's scratch space is."""

    def __init__(self) -> None:
        self.shapes = load_shapes()
        self.numbers = load_numbers()
        patterns = [shape.regex for shape in self.shapes]
        self.by_form: dict[int, list[Number]] = defaultdict(list)
        """Pattern to the national numbers that are written so."""
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
        """Patterns of digits alone, which prove nothing without a check digit."""
        self._database = _database([f"^(?:{pattern})$".encode() for pattern in patterns])
        self._checks = [CHECKS.get(shape.check) for shape in self.shapes]

    def check(self, place: int) -> Callable[[str], bool] | None:
        """The second look that a shape asks for."""
        return self._checks[place]

    def scan(self, values: Sequence[str]) -> Hits:
        """Which shapes each value has. Checks are not applied yet.

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
    """The compiled patterns: made once, which takes half a second, and kept for the processes that follow."""
    source = msgspec.msgpack.encode(patterns)
    kept = prepared("values", source, lambda: hyperscan.dumpb(_compiled(patterns)))
    try:
        database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.HyperscanError:  # made by another version, or for a processor that this machine does not have
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
