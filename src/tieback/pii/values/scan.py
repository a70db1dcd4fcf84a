"""One pass over a column: every value against every shape at once, by hyperscan on the joined values."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib import resources

import hyperscan
import msgspec

from tieback.pii.values.kinds import CHECKS
from tieback.pii.values.national import Number, load_numbers

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


type Hits = dict[int, list[int]]
"""Pattern to places of the distinct values that it matched."""


def load_shapes() -> tuple[Shape, ...]:
    """Every shape, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.pii.values").joinpath("shapes.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["shape"], tuple[Shape, ...])


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
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[f"^(?:{pattern})$".encode() for pattern in patterns],
            ids=list(range(len(patterns))),
            flags=[hyperscan.HS_FLAG_MULTILINE] * len(patterns),
        )
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
