"""Forms of one name."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.makers.name_forms import (
    begins,
    cuts,
    extends,
    folded,
    humps,
    joins_beginnings,
    shortens,
    spellings,
)


@each(
    ("word", "parts"),
    [
        ("AcmeFit", ["acme", "fit"]),
        ("DoodleDooGo", ["doodle", "doo", "go"]),
        ("AcmeVPN", ["acme", "vpn"]),
        ("VPNAcme", ["vpn", "acme"]),
        ("Acme", []),
        ("ACME", []),
        ("acmeFit", []),
        ("Acme Fit", []),
        ("Acme5", []),
        ("", []),
    ],
)
def test_humps(word: str, parts: list[str]) -> None:
    assert humps(word) == parts


@each(
    ("label", "brand", "is_it"),
    [
        ("blkstrm", "blockstream", True),
        ("blkstr", "blockstream", False),
        ("vrda", "verada", True),
        ("vrd", "verada", False),
        ("verda", "verada", False),
        ("vrdb", "verada", False),
        ("radi", "radio", False),
        ("", "radio", False),
    ],
)
def test_a_name_without_its_vowels(label: str, brand: str, is_it: bool) -> None:
    assert shortens(label, brand) is is_it


@each(
    ("domain", "name", "is_it"),
    [
        ("cabin.et", "cabinetshop", True),
        ("acme.de", "acmedesk", True),
        ("acme.de", "acme", False),
        ("acm.ed", "acmedesk", False),
        ("acme.desk", "acmedesk", False),
        ("acme.io", "acmedesk", False),
        ("api.acme.de", "acmedesk", False),
    ],
)
def test_a_name_that_a_top_level_domain_cuts(domain: str, name: str, is_it: bool) -> None:
    assert cuts(domain, name) is is_it


@each(
    ("label", "words", "is_it"),
    [
        ("museumhamburg", {"hamburger", "museumsverein"}, True),
        ("hamburgmuseum", {"hamburger", "museumsverein"}, True),
        # One word only; a part of four letters; other letters; the same word twice.
        ("museumhamburg", {"museumhamburger"}, False),
        ("museumhamb", {"hamburger", "museumsverein"}, False),
        ("museumhamburg1", {"hamburger", "museumsverein"}, False),
        ("museummuseum", {"hamburger", "museumsverein"}, False),
        ("", set(), False),
    ],
)
def test_a_name_of_the_beginnings_of_two_words(label: str, words: set[str], is_it: bool) -> None:
    assert joins_beginnings(label, words) is is_it


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_any_texts_have_forms(label: str, brand: str) -> None:
    humps(label), begins(label), folded(label), spellings(label)
    assert not (extends(label, brand) and label == brand)
    assert not (shortens(label, brand) and len(label) > len(brand))
    assert not cuts(label, "")
