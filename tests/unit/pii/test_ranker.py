import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.pii.ranker import BUCKETS, Header, Ranker, buckets, grams, load_ranker, read_ranker, write_ranker
from tieback.pii.taxonomy import NONE, load_taxonomy


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return load_ranker()


@pytest.mark.parametrize(
    ("word", "pii_class"),
    [
        ("geburtsdtum", "birth"),
        ("hastatelefonu", "phone"),
        ("pasword", "password"),
        ("emailadrese", "email"),
        ("wohnortplz", "postal_address"),
        ("dtnascimento", "birth"),
    ],
)
def test_unknown_spellings_of_known_words(ranker: Ranker, word: str, pii_class: str) -> None:
    guess = ranker.guess(word)
    assert guess is not None
    assert guess.pii_class == pii_class
    assert ranker.header.threshold <= guess.probability <= 1
    assert all(gram in f"^{word}$" for gram in guess.because)


@pytest.mark.parametrize("word", ["idempotency", "capability", "warehouse", "xqzt", "a", "", "x" * 33, "取得"])
def test_other_words_are_not_guessed(ranker: Ranker, word: str) -> None:
    assert ranker.guess(word) is None


def test_the_model_knows_the_taxonomy_and_is_calibrated_upwards(ranker: Ranker) -> None:
    header = ranker.header
    assert header.classes == (NONE, *load_taxonomy())
    assert len(header.bias) == len(header.classes)
    assert list(header.calibration) == sorted(header.calibration)
    assert [share for _, share in header.calibration] == sorted(share for _, share in header.calibration)


def test_grams_and_buckets_agree() -> None:
    assert grams("ab") == ["^ab", "ab$", "^ab$"]
    assert len(buckets("ab")) == 3
    assert len(buckets("\ud800\u4e2d")) == 3
    assert len(buckets("\U0002c9fd")) == len(grams("\U0002c9fd")) == 3


HEADER = Header(("none", "email"), 0.1, (0.0, 0.0), 0.5, ((0.0, 0.9),))


def test_a_model_is_read_as_it_was_written() -> None:
    rows = bytearray([128, 128] * BUCKETS)
    rows[2 * buckets("email")[0] + 1] = 255
    ranker = read_ranker(write_ranker(HEADER, bytes(rows)))
    assert ranker.header == HEADER
    assert ranker.scores("email")[1] >= 12.7
    guess = ranker.guess("email")
    assert guess is not None
    assert (guess.pii_class, guess.probability, guess.because[0]) == ("email", 0.9, "^em")


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (b"no zlib", zlib.error),
        (zlib.compress(b"{}\n"), msgspec.ValidationError),
        (write_ranker(HEADER, b"\x80" * 10), ValueError),
        (zlib.compress(bytes(5 << 20)), ValueError),
    ],
)
def test_damaged_models(packed: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_ranker(packed)


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=40))
def test_any_word_has_scores(ranker: Ranker, word: str) -> None:
    scores = ranker.scores(word)
    assert len(scores) == len(ranker.header.classes)
    assert ranker.guess(word) == ranker.guess(word)
