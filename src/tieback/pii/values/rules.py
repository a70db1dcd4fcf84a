"""Candidates from hits: the required share of a column, and the confidence.

``shapes.toml`` has the thresholds of shapes that decide on their own. This module has the classes for which several
shapes, distributions or lists decide together.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from tieback.pii.values.chance import chance_bound, scale_confidence
from tieback.pii.values.checksums import luhn
from tieback.pii.values.column_scan import ClassCandidate
from tieback.pii.values.mask import mask_value
from tieback.pii.values.national import NationalNumber, normalise
from tieback.pii.values.scan import Hits, ShapeScanner
from tieback.pii.values.text import Vocabulary

FIRST_LOOK = 12
"""Number of values of which half must pass a check digit before the whole column is tested."""
SCHEMES = 40
"""Most schemes that are tried on one form."""
CHANCE = 1e-4
"""Largest probability of chance, over all schemes, with which a vote counts."""

_CHECKED = frozenset({"SNOMED CT identifier", "IBAN", "card number", "IMEI", "ICCID", "vehicle identification number"})


def from_shapes(
    scanner: ShapeScanner, hits: Hits, values: Sequence[str], forms: dict[str, float]
) -> Iterator[ClassCandidate]:
    """Candidates from shapes that decide on their own. Fills ``forms`` with the share of every kind and keeps the
    checked hits.
    """
    count = len(values)
    by_class: dict[str, set[int]] = {}
    surest: dict[str, tuple[float, str, str, bool]] = {}
    commonest: dict[str, tuple[str, Sequence[int]]] = {}
    for place in sorted(hits):
        if place >= len(scanner.shapes):
            continue
        shape = scanner.shapes[place]
        matched = hits[place]
        check = scanner.check(place)
        if check is not None:
            matched = hits[place] = [i for i in matched if check(values[i])]
        if not matched:
            continue
        share = len(matched) / count
        forms[shape.kind] = max(forms.get(shape.kind, 0.0), share)
        if not shape.pii_class or shape.support:
            continue
        if shape.kind == "IPv4 address" and not _spread_octets([values[i] for i in matched]):
            continue
        by_class.setdefault(shape.pii_class, set()).update(matched)
        sure = scale_confidence(shape.sure, len(matched), single=shape.single or (shape.few and len(matched) > 2))
        how = "checksum" if shape.kind in _CHECKED else "shape"
        if share >= shape.share and sure > surest.get(shape.pii_class, (0.0,))[0]:
            surest[shape.pii_class] = (sure, shape.kind, how, shape.single or how == "checksum")
        elif shape.single and len(matched) > len(commonest.get(shape.pii_class, ("", ()))[1]):
            commonest[shape.pii_class] = (shape.kind, matched)
    for pii_class, (sure, kind, how, proof) in surest.items():
        yield ClassCandidate(pii_class, sure, kind, how, len(by_class[pii_class]), proof)
    for pii_class, (kind, _) in commonest.items():
        # Several shapes together, each in too few values: tokens of many vendors.
        if pii_class not in surest and len(by_class[pii_class]) >= 0.5 * count:
            yield ClassCandidate(pii_class, 0.95, f"{kind} and others", "shape", len(by_class[pii_class]), proof=True)


def _spread_octets(values: Sequence[str]) -> bool:
    """True if dotted groups of four are addresses; the numbers in versions are small."""
    large = sum(any(len(part) == 3 for part in value.partition(":")[0].split(".")) for value in values)
    return large * 3 >= len(values)


def from_national(scanner: ShapeScanner, hits: Hits, values: Sequence[str]) -> Iterator[ClassCandidate]:
    """National numbers: one scheme for the column, or several schemes of distinctive form together."""
    count = len(values)
    together: set[int] = set()
    best: ClassCandidate | None = None
    for form, numbers in scanner.by_form.items():
        matched = hits.get(form)
        if not matched:
            continue
        plain = form in scanner.plain
        texts = [normalise(values[i]) for i in matched]
        for number in numbers:
            if plain and len(texts) * 2 < count and number.scheme.chance > 0.02:
                continue
            accepts = number.accepts
            if len(texts) > FIRST_LOOK * 2 and plain and sum(map(accepts, texts[:FIRST_LOOK])) * 2 < FIRST_LOOK:
                continue
            passed = [i for i, text in zip(matched, texts, strict=True) if accepts(text)]
            if not plain or number.scheme.chance <= 0.02:
                together.update(passed)
            candidate = _vote(number, texts, len(passed), count, plain=plain)
            if candidate is not None and (best is None or candidate.sure > best.sure):
                best = candidate
    if (
        best is None
        and count >= 10
        and len(together) >= count * 0.75
        and len({mask_value(values[i]) for i in together}) > 2
    ):
        best = ClassCandidate(
            "national_id", 0.93, "numbers of several countries", "checksum", len(together), proof=True
        )
    if best is not None:
        yield best


def _vote(
    number: NationalNumber, texts: Sequence[str], passed: int, count: int, *, plain: bool
) -> ClassCandidate | None:
    scheme = number.scheme
    if passed < count * 0.75:
        return None
    if not scheme.shape_tells and chance_bound(len(texts), passed, scheme.chance) * SCHEMES < CHANCE:
        return ClassCandidate("national_id", 0.97, scheme.label, "checksum", passed, proof=True)
    if plain or not scheme.shape_tells or passed < count * 0.9:
        return None
    if number.year is not None and count >= 10 and _of_one_time(number.year, texts):
        return None
    return ClassCandidate("national_id", scale_confidence(0.94, passed), scheme.label, "shape", passed, proof=True)


def _of_one_time(year: Callable[[str], str], texts: Sequence[str]) -> bool:
    """True if the dates are from few years, or begin with the same pair of digits: days of orders, not of births."""
    enough = min(8, len(texts) // 2)
    return len({year(text) for text in texts}) < enough or len({text[:2] for text in texts}) < enough


def from_sets(words: Vocabulary, values: Sequence[str], forms: dict[str, float]) -> Iterator[ClassCandidate]:
    """Columns of few distinct words: sexes, marital statuses, religions; Boolean values and card brands as forms."""
    if len(values) > 24:
        return
    lower = {value.lower() for value in values}
    forms["truth value"] = float(lower <= words.truth and len(lower) <= 3)
    forms["card brand"] = sum(value in words.card_brand for value in lower) / len(lower)
    if lower == words.sex_letters or (lower > words.sex_letters and lower <= words.sex_letters | words.sex_aside):
        yield ClassCandidate("demographic", 0.9, "sex", "set", len(lower))
    for kind, known, aside in (
        ("sex", words.sex, words.sex_aside | words.sex_letters),
        ("marital status", words.marital, words.sex_aside),
        ("religion", words.religion, words.sex_aside),
        ("ethnic origin", words.ethnicity, words.sex_aside),
    ):
        hits = len(lower & known)
        if hits >= (2 if kind == "sex" else 3) and len(lower & (known | aside)) >= 0.9 * len(lower):
            yield ClassCandidate("demographic", 0.95, kind, "set", hits)


def from_forms(
    scanner: ShapeScanner, hits: Hits, values: Sequence[str], forms: dict[str, float], this_year: int
) -> Iterator[ClassCandidate]:
    """Phones of national form, births among dates, postcodes, passwords."""
    count = len(values)
    kinds: dict[str, set[int]] = {}
    for place, matched in hits.items():
        if place < len(scanner.shapes):
            kinds.setdefault(scanner.shapes[place].kind, set()).update(matched)
    if forms.get("date", 0.0) >= 0.9 and are_birth_dates(values, this_year):
        yield ClassCandidate("birth", scale_confidence(0.92, count), "dates of birth", "spread", count)
    yield from _subscribers(kinds, values, count)
    yield from _geohashes(kinds, values, count)
    yield from _phones(kinds, values, count)
    yield from _postcodes(kinds, values, count)
    if count >= 8:
        yield from _passwords(values, forms)


_MOST_NETWORKS = 6
_NETWORK = re.compile(
    r"2(?:0[246-8]|[12][0-9]|3[0-8]|4[0-8]|5[0579]|6[0268]|7[0-46-8]|8[0-9]|9[0-57])|[3-6][0-9]{2}|7[0-5][0-9]"
)
"""Mobile country codes of ITU-T E.212, approximately."""


def _subscribers(kinds: dict[str, set[int]], values: Sequence[str], count: int) -> Iterator[ClassCandidate]:
    """Fifteen digits of few networks without a valid check digit in the last position (an IMEI has one): IMSI."""
    found = kinds.get("IMSI", set())
    if count < 10 or len(found) < 0.95 * count:
        return
    texts = [values[i] for i in found]
    networks = {text[:5] for text in texts}
    checked = sum(map(luhn, texts))
    spread = len({text[6:9] for text in texts})
    if (
        len(networks) <= _MOST_NETWORKS
        and checked < 0.3 * len(texts)
        and spread >= min(8, count // 2)
        and all(_NETWORK.match(text) for text in texts)
    ):
        yield ClassCandidate("device_id", 0.85, "IMSI", "shape", len(texts))


_GEO_LETTERS = 0.3
"""The share of letters in geohashes is two thirds; words have no digits, numbers no letters."""


def _geohashes(kinds: dict[str, set[int]], values: Sequence[str], count: int) -> Iterator[ClassCandidate]:
    """Codes of one length without the four letters that geohashes do not use; hexadecimal codes contain an ``a``."""
    found = kinds.get("geohash", set())
    if count < 10 or len(found) < 0.98 * count:
        return
    texts = [values[i] for i in found]
    size = sum(map(len, texts))
    letters = sum(sum(map(str.isalpha, text)) for text in texts) / size
    mixed = sum(any(map(str.isdigit, text)) and any(map(str.isalpha, text)) for text in texts)
    beyond = sum(any(c > "f" for c in text) for text in texts)
    if (
        size >= 80
        and _GEO_LETTERS <= letters <= 0.85
        and mixed >= 0.9 * len(texts)
        and beyond >= 0.6 * len(texts)
        and len({len(text) for text in texts}) <= 2
        and len({text[0] for text in texts}) <= 8
    ):
        yield ClassCandidate("geo_location", 0.88, "geohash", "shape", len(texts))


_TRUNK = frozenset("0(+")
_USUAL_PHONES = frozenset({"999-999-9999", "999.999.9999", "999 999 9999", "999 999 999", "9999 9999", "99 99 99 99"})


def _phones(kinds: dict[str, set[int]], values: Sequence[str], count: int) -> Iterator[ClassCandidate]:
    none: set[int] = set()
    written = kinds.get("national number, written", none) | kinds.get("international number", none)
    zero = kinds.get("national number, plain", none)
    ten = kinds.get("national number of nine or ten digits", none)
    china = kinds.get("mobile number of China", none)
    every = written | zero | ten | china
    if len(written) >= 0.3 * count and len(every) >= 0.85 * count and len(every - ten) >= 0.5 * count:
        masks = {mask_value(values[i]) for i in written}
        trunk = sum(values[i][0] in _TRUNK for i in every)
        if trunk >= 0.3 * count or masks & _USUAL_PHONES or (len(masks) >= 4 and trunk):
            yield ClassCandidate(
                "phone", scale_confidence(0.93, count), "phone numbers as people write them", "shape", len(every)
            )
            return
    if count >= 10 and len(china) >= 0.95 * count and len({values[i][:3] for i in china}) >= 4:
        yield ClassCandidate("phone", 0.92, "mobile numbers of China", "shape", len(china))
    elif count >= 10 and len(zero) >= 0.95 * count and len({values[i][1:3] for i in zero}) >= 4:
        yield ClassCandidate("phone", 0.86, "national numbers with a trunk prefix", "shape", len(zero))


_LETTERED = re.compile(
    r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|[0-9]{4} [A-Z]{2}", re.ASCII
)


def _postcodes(kinds: dict[str, set[int]], values: Sequence[str], count: int) -> Iterator[ClassCandidate]:
    none: set[int] = set()
    lettered = kinds.get("postcode with letters", none)
    every = lettered | kinds.get("postcode of digits", none)
    if count < 8 or len(every) < 0.93 * count:
        return
    telling = sum(_LETTERED.fullmatch(values[i]) is not None for i in lettered)
    masks = {mask_value(values[i]) for i in every}
    if telling >= 0.9 * count or (len(masks) >= 4 and len(lettered) >= 0.1 * count and telling):
        yield ClassCandidate("postal_address", 0.91, "postcodes", "shape", len(every))


_LOWER, _UPPER, _DIGIT = re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]")
_MARK = re.compile(r"[!@#$%^&*()+{}|<>?~\[\]]")
_INSIDE = re.compile(r".*[a-z][A-Z0-9].*[a-zA-Z]", re.ASCII)
_WORDLIKE = re.compile(r"[\x21-\x7e]{6,24}")


def _passwords(values: Sequence[str], forms: dict[str, float]) -> Iterator[ClassCandidate]:
    if max(forms.values(), default=0.0) > 0.3:
        return
    count = len(values)
    first = values[0]
    if not _WORDLIKE.fullmatch(first) and not _WORDLIKE.fullmatch(values[-1]):
        return
    if sum(_WORDLIKE.fullmatch(value) is not None for value in values) < 0.95 * count:
        return
    mixed = sum(
        bool(_LOWER.search(v)) + bool(_UPPER.search(v)) + bool(_DIGIT.search(v)) + bool(_MARK.search(v)) >= 3
        for v in values
    )
    marked = sum(_MARK.search(v) is not None for v in values)
    inside = sum(_INSIDE.match(v) is not None for v in values)
    small = sum(sum(map(str.islower, v)) for v in values) / sum(map(len, values))
    lengths = len({len(v) for v in values})
    if mixed >= 0.8 * count and marked >= 0.5 * count:
        yield ClassCandidate("password", 0.92, "plain passwords", "shape", mixed)
    elif mixed >= 0.7 * count and inside >= 0.7 * count and lengths >= 4 and small > 0.55:
        yield ClassCandidate("password", 0.9, "plain passwords", "shape", mixed)


_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])|^(1[89][0-9]{2}|20[0-9]{2})[0-9]{4}$")
BEFORE_RECORDS = 1968
"""Hardly any business record is older than this year; many people are."""


def years(values: Iterable[str]) -> list[int]:
    """Sorted years of the complete dates."""
    found = (_YEAR.search(value[:40]) for value in values)
    return sorted(int(match[1] or match[2]) for match in found if match)


def are_birth_dates(values: Iterable[str], this_year: int) -> bool:
    """True if complete dates are distributed like births: over a generation, before electronic records, none in the
    future.
    """
    dates = list(values)
    known = years(dates)
    count = len(known)
    if count < 5 or count < len(dates) * 0.95 or known[-1] > this_year or known[0] < this_year - 125:
        return False
    middle = known[count * 3 // 4] - known[count // 4]
    old = sum(year < BEFORE_RECORDS for year in known) / count
    return middle >= 10 and old >= 0.15 and known[-1] - known[0] >= 25
