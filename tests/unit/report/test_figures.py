import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.exposure import Exposure, Severity
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound
from tieback.model.probe import VIEW, Access, Container, Identity, Ransom
from tieback.report import figures
from tieback.report.figures import (
    bytes_text,
    container_text,
    figure_text,
    quality_text,
    size_text,
    store_bytes_text,
    store_records_text,
)


@each(
    ("figure", "text", "quality"),
    [
        (exact(2900, ""), "2,900", "exact"),
        (estimate(2900, ""), "≈2,900", "estimate"),
        (lower_bound(2900, ""), "≥2,900", "at least"),
        (exact(0, ""), "0", "exact"),
        (estimate(0, ""), "≈0", "estimate"),
        (lower_bound(0, ""), "not measured", ""),
        (None, "not measured", ""),
    ],
)
def test_records(figure: Figure | None, text: str, quality: str) -> None:
    assert figure_text(figure) == text
    assert quality_text(figure) == quality


def test_what_is_no_record_is_named() -> None:
    assert container_text(Container(("shop", "nodes"), "nodes", records=exact(150, ""))) == "150"
    assert (
        container_text(Container(("shop", "relationships"), "relationships", records=exact(300, "")))
        == "300 relationships"
    )
    assert container_text(Container(("shop", "relationships"), "relationships")) == "not measured"


@pytest.mark.parametrize(
    ("kind", "text"),
    [("endpoint", "1 endpoint"), ("kernel", "1 running kernel"), (VIEW, "1 row of a view"), ("table", "1")],
)
def test_one_thing_has_a_noun_in_the_singular(kind: str, text: str) -> None:
    assert container_text(Container(("one",), kind, records=exact(1, ""))) == text


@each(
    ("count", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_049, "1 kB"), (1_050, "1.1 kB"), (277_780, "278 kB"),
        (999_499, "999 kB"), (999_500, "1 MB"),
        (999_999, "1 MB"), (1_500_000, "1.5 MB"), (163_000_000_000, "163 GB"), (42_949_672_960_000, "42.9 TB"),
        (5 * 10**21, "5,000 EB"),
    ],
)  # fmt: skip
def test_sizes(count: int, text: str) -> None:
    assert size_text(count) == text


@each(
    ("access", "kinds", "text"),
    [
        (Access.OPEN, ("model", "tool"), "-"), (Access.OPEN, ("model", "chat"), "0"), (Access.OPEN, (), "0"),
        (Access.OPEN_EMPTY, (), "0"), (Access.AUTH_REQUIRED, (), "-"), (Access.UNKNOWN, (), "-"),
    ],
)  # fmt: skip
def test_a_store_that_was_not_looked_into_has_no_figure(access: Access, kinds: tuple[str, ...], text: str) -> None:
    none = exact(0, "")
    store = Exposure(
        id="exp-1",
        identity=Identity("k", "address"),
        product="",
        version="",
        access=access,
        addresses=(),
        targets=(),
        routes=(),
        containers=tuple(Container((kind,), kind) for kind in kinds),
        records=none,
        bytes=none,
        pii=(),
        fields=(),
        ransom=Ransom(),
        severity=Severity.INFO,
        score=0,
        factors=(),
        bytes_sent=0,
        bytes_read=0,
        cleartext=False,
    )
    assert store_records_text(store) == text
    assert store_bytes_text(store) == (text if text == "-" else "0 B")


def test_at_least_never_claims_more_than_was_measured() -> None:
    assert bytes_text(lower_bound(1_990_000, "")) == "≥1.9 MB"
    assert bytes_text(lower_bound(999_999, "")) == "≥999 kB"
    assert bytes_text(estimate(1_990_000, "")) == "≈2 MB"
    assert bytes_text(None) == "not measured"


@settings(deadline=None, max_examples=examples(100))
@given(st.integers(0, 10**24))
def test_a_size_is_short_and_near(count: int) -> None:
    number, unit = size_text(count).split(" ")
    scale = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15, "EB": 10**18}[unit]
    value = float(number.replace(",", "")) * scale
    assert abs(value - count) <= max(scale, 1)
    assert len(number) <= 5 or unit == "EB"


@settings(deadline=None, max_examples=examples(50))
@given(st.integers(1, 10**24))
def test_a_lower_bound_is_below(count: int) -> None:
    number, unit = bytes_text(Figure(count, Quality.LOWER_BOUND, "")).removeprefix("≥").split(" ")
    scale = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15, "EB": 10**18}[unit]
    whole, _, tenth = number.replace(",", "").partition(".")
    assert (int(whole) * 10 + int(tenth or 0)) * scale // 10 <= count


_UNSIGNED = re.compile(r"\b(?:records|bytes|size)\.value(?::,| \| (?:number|size))")


def test_only_this_module_prints_the_value_of_a_figure() -> None:
    """A figure printed elsewhere loses its sign: an estimate or a lower bound would look like an exact count."""
    source = Path(figures.__file__).parents[1]
    files = [*source.rglob("*.py"), *source.rglob("*.html"), *source.rglob("*.j2")]
    assert len(files) > 500
    found = {path.relative_to(source).as_posix() for path in files if _UNSIGNED.search(path.read_text("utf-8"))}
    assert found == set()
