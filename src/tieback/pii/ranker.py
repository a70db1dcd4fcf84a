"""Ranker: the probable class of an unknown word, by its letters.

A linear model over hashed character n-grams (3 to 5 letters, with marks for the ends of the word). It is read from
``ranker.zz`` at first use. ``tools/train-names`` trains it on the lexicon and on names of public schemas, and writes
the file. The file is a zlib stream: a JSON header in one line, then ``BUCKETS`` rows of one byte per class, the weight
plus 128. Each row is added as one large integer with sixteen bits per class. A word therefore costs one addition per
n-gram and needs no array library.
"""

import sys
import zlib
from functools import lru_cache
from importlib import resources
from math import exp
from zlib import crc32

import msgspec

BUCKETS = 1 << 15
LENGTHS = (3, 4, 5)
SHORTEST, LONGEST = 5, 32
"""Least and greatest number of letters of a word that is guessed."""
MAX_SIZE = 4 << 20
"""Most bytes of the inflated file."""


class Guess(msgspec.Struct, frozen=True):
    """A class with its probability."""

    pii_class: str
    probability: float
    """Calibrated probability, 0 to 1."""
    because: tuple[str, ...]
    """The n-grams with the most weight for it; ``^`` and ``$`` are the ends of the word."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Header before the weights."""

    classes: tuple[str, ...]
    """Classes, ``none`` first."""
    scale: float
    """Logits per unit of weight."""
    bias: tuple[float, ...]
    threshold: float
    """Least probability of a guess."""
    calibration: tuple[tuple[float, float], ...]
    """Pairs, ascending: least raw probability, and the share of correct guesses on held-out words."""


def grams(word: str) -> list[str]:
    """Every n-gram of 3 to 5 letters of the word between ``^`` and ``$``; half of a letter beyond the BMP becomes a
    mark.
    """
    return [gram.decode("utf-16-le", "replace") for gram in _grams(word)]


def buckets(word: str) -> list[int]:
    """Rows of the weights of each n-gram of ``grams``: CRC-32 of its UTF-16 form."""
    return [crc32(gram) & (BUCKETS - 1) for gram in _grams(word)]


def _grams(word: str) -> list[bytes]:
    """The n-grams as UTF-16; a letter beyond the basic plane is two units."""
    marked = f"^{word}$".encode("utf-16-le", "surrogatepass")
    size = len(marked)
    return [marked[start : start + 2 * length] for length in LENGTHS for start in range(0, size - 2 * length + 1, 2)]


class Ranker:
    """The model. It stores no words."""

    def __init__(self, header: Header, rows: bytes) -> None:
        self.header = header
        self._rows = rows
        count = len(header.classes)
        wide = bytearray(2 * len(rows))
        wide[::2] = rows
        self._lanes = [int.from_bytes(wide[at : at + 2 * count], "little") for at in range(0, len(wide), 2 * count)]
        # The biases as one such integer, raised by the same amount so that none is below zero.
        raised = [round((bias - min(header.bias)) / header.scale) for bias in header.bias]
        self._biases = sum(one << 16 * at for at, one in enumerate(raised))

    def guess(self, word: str) -> Guess | None:
        """The class of a folded, lower-case word if it is probable enough; ``None`` for short and for long words."""
        if not SHORTEST <= len(word) <= LONGEST:
            return None
        total, count = self._total(word)
        rough = self._split(total + self._biases)
        if rough[0] > max(rough[1:]) + 1:  # class "none", by more than the rounding error of the biases
            return None
        scores = self._scores(total, count)
        top = max(scores)
        best = scores.index(top)
        if best == 0:
            return None
        raw = 1.0 / sum(exp(score - top) for score in scores)
        probability = next((share for least, share in reversed(self.header.calibration) if raw >= least), 0.0)
        if probability < self.header.threshold:
            return None
        return Guess(self.header.classes[best], probability, self._because(word, best))

    def scores(self, word: str) -> list[float]:
        """One logit per class, in the order of the header."""
        return self._scores(*self._total(word))

    def _total(self, word: str) -> tuple[int, int]:
        """The sum of the rows of the word's n-grams, and their number."""
        lanes, mask = self._lanes, BUCKETS - 1
        rows = [lanes[crc32(gram) & mask] for gram in _grams(word)]
        return sum(rows), len(rows)

    def _split(self, total: int) -> list[int]:
        """The sum of each class."""
        sums = memoryview(total.to_bytes(2 * len(self.header.classes), sys.byteorder)).cast("H").tolist()
        if sys.byteorder == "big":
            sums.reverse()
        return sums

    def _scores(self, total: int, count: int) -> list[float]:
        scale, middle = self.header.scale, 128 * count
        sums = self._split(total)
        return [bias + scale * (one - middle) for bias, one in zip(self.header.bias, sums, strict=True)]

    def _because(self, word: str, best: int) -> tuple[str, ...]:
        count = len(self.header.classes)
        said = zip((self._rows[place * count + best] for place in buckets(word)), grams(word), strict=True)
        return tuple(gram for weight, gram in sorted(said, reverse=True)[:3] if weight > 128)


@lru_cache(1)
def load_ranker() -> Ranker:
    """The model of the package.

    Raises:
        zlib.error, msgspec.DecodeError: the data file is damaged.
    """
    packed = resources.files("tieback.pii").joinpath("ranker.zz").read_bytes()
    return read_ranker(packed)


def read_ranker(packed: bytes) -> Ranker:
    """A model from the bytes of its file.

    Raises:
        zlib.error, msgspec.DecodeError: the bytes are damaged.
        ValueError: they are larger than ``MAX_SIZE`` when inflated, or truncated.
    """
    inflater = zlib.decompressobj()
    raw = inflater.decompress(packed, MAX_SIZE)
    if inflater.unconsumed_tail:
        raise ValueError("the model is too large")
    line, _, rows = raw.partition(b"\n")
    header = msgspec.json.decode(line, type=Header)
    if len(rows) != BUCKETS * len(header.classes):
        raise ValueError("the model is truncated")
    return Ranker(header, rows)


def write_ranker(header: Header, rows: bytes) -> bytes:
    """The bytes of a file; ``rows`` contains one byte per class for each bucket, the weight plus 128."""
    return zlib.compress(msgspec.json.encode(header) + b"\n" + rows, 9)
