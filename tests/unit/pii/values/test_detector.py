from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.pii import Classification, Column
from tieback.pii.taxonomy import load_taxonomy
from tieback.pii.values import ValueDetector
from tieback.pii.values.detector import MAX_VALUES
from tieback.pii.values.mask import MAX_MASK

DETECTOR = ValueDetector(this_year=2026)


def classes(values: list[str]) -> list[str]:
    return [c.pii_class for c in DETECTOR.classify(Column("c1", values=tuple(values)))]


def test_it_reads_values_and_names_leaves_of_the_taxonomy() -> None:
    assert DETECTOR.meta.reads_values
    assert set(DETECTOR.meta.classes) <= load_taxonomy().keys()


def test_evidence_has_counts_and_a_mask_but_no_value() -> None:
    values = [f"grace.hopper{n}@navy.test" for n in range(20)]
    (verdict,) = DETECTOR.classify(Column("x", values=(*values, "", "n/a", *values[:5])))
    assert isinstance(verdict, Classification)
    assert verdict.evidence[:2] == ("values: e-mail address (shape)", "n_seen=25 n_distinct=20 n_hit=20")
    said = " ".join(verdict.evidence)
    assert "grace" not in said
    assert "navy" not in said
    assert verdict.evidence[2].startswith("form a{5}.a{6}9")


def test_blank_columns_are_nothing() -> None:
    assert classes([]) == []
    assert classes(["", "null", "N/A", "-", "unknown"] * 10) == []


def test_documents_are_opened() -> None:
    documents = [f'{{"user": {{"mail": "p{n}@example.test", "n": {n}}}}}' for n in range(12)]
    assert classes(documents) == ["email"]
    (verdict,) = DETECTOR.classify(Column("payload", values=tuple(documents)))
    assert verdict.evidence[0] == "values: e-mail address (shape, in documents)"


RANDOM = Random(7)


def some(form: str, count: int = 30) -> list[str]:
    """Values of a form: ``9`` a digit, ``8`` one but zero, ``A`` a letter, ``h`` hexadecimal, ``g`` of geohashes."""
    signs = {"9": "0123456789", "8": "123456789", "A": "ABCDEFGHJKLMNPRSTVWXYZ", "h": "0123456789abcdef"}
    signs["g"] = "0123456789bcdefghjkmnpqrstuvwxyz"
    return ["".join(RANDOM.choice(signs.get(sign, sign)) for sign in form) for _ in range(count)]


MYOCARDIAL = ["22298006", "73211009", "38341003", "195967001", "44054006", "49436004", "13645005", "84114007"]


@each(
    ("values", "kind"),
    [
        (MYOCARDIAL, "SNOMED CT identifier"),
        (some("89999-9999-99"), "national drug code"),
        (some("B-AA 8999"), "licence plate of DE"),
        (some("AA51 AAA"), "licence plate of GB"),
        (some("AA-999-AA"), "licence plate of FR or IT"),
        (some("9999 BBB"), "licence plate of ES"),
        (some("MH 89 A 9999"), "licence plate of IN"),
        (some("34 A 8999"), "licence plate of TR"),
        (some("AAA9C99"), "licence plate of BR"),
        (some("\u0410999\u041c\u041a77"), "licence plate of RU"),
        (some("\u7ca4B\u00b7A9999"), "licence plate of CN"),
        (some("220-8999999999"), "electronic ticket"),
        (some("u33ggggg"), "geohash"),
        (some("262018999999999"), "IMSI"),
        (some("user9:1099:" + "h" * 32 + ":" + "h" * 32 + ":::"), "NTLM hash"),
        (["A+", "B-", "0+", "AB+"] * 8, "blood group"),
        (
            [
                "ghp_" + "a1" * 18,
                "AKIA" + "A" * 16,
                "npm_" + "b2" * 18,
                "hf_" + "c3" * 13,
                "SG." + "d" * 22 + "." + "e" * 43,
                "glpat-" + "f4" * 11,
                "dop_v1_" + "a" * 64,
            ],
            "GitHub token and others",
        ),
        (["Rk1SACAyMAAAAAEg" + one for one in some("AAAA9999AAAA9999AAAA9999")], "fingerprint minutiae"),
        (some("name=A9;mail=AA99@navy.test"), "e-mail address"),
    ],
)
def test_kinds_by_value(values: list[str], kind: str) -> None:
    verdict = next(DETECTOR.classify(Column("c1", values=tuple(values))), None)
    assert verdict is not None
    assert verdict.detail == kind


@each(
    "values",
    [
        some("89999999"),
        some("SKU-AAA-999"),
        some("ORD-2024-999999"),
        some("978-3-99-999999-9"),
        some("999-9999999999"),
        some("hhhhhhhhhhhhhhhh"),
        some("AA999999999DE"),
        some("A9-AA 99"),
        some("899999999999999"),
        ["Lorem ipsum dolor sit amet", "consectetur adipiscing elit", "sed do eiusmod tempor"] * 9,
    ],
    ids=["numbers", "articles", "orders", "books", "pairs", "hashes", "parcels", "shelves", "long numbers", "filler"],
)
def test_dummy_values_are_not_personal_data(values: list[str]) -> None:
    assert classes(values) == []


def test_one_value_can_be_proof_and_another_is_not() -> None:
    assert classes(["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"]) == ["secret_token"]
    assert classes(["4111111111111111"]) == []


BAIT = [
    "a" * 10_000_000,
    "\x00" * 1000,
    "\ud800\udfff" * 50,
    "a@" * 100_000,
    "(" * 100_000,
    "0" * 100_000,
    "+1 " * 50_000,
    "{" * 100_000,
    "[" * 100_000,
    '{"a":' * 20_000,
    "é" * 100_000,
    "\n" * 10_000,
    "eyJ" * 50_000,
    "1.1," * 50_000,
    "A1-" * 50_000,
    "\u202e" * 1000 + "x",
    "<a " * 20_000,
    "<a>" * 20_000,
    "a=" * 20_000 + ";&",
    "a " * 20_000 + "=;",
    "&a=1" * 16_000,
    "x=1; " * 13_000 + "y",
    " " * 1_000_000 + "x",
    "$1$" * 1000,
]


@each("bait", BAIT, ids=range(len(BAIT)))
def test_hostile_values_are_bounded(bait: str) -> None:
    look = DETECTOR.scan([bait] * 50 + [bait[1:], "x" + bait, "jo@example.test"])
    assert look.distinct <= 4
    assert len(look.mask) <= MAX_MASK
    assert [c for c in look.candidates if c.proof and c.pii_class != "email"] == []


def test_only_so_many_values_are_looked_at() -> None:
    look = DETECTOR.scan(f"user{n}@example.test" for n in range(10**9))
    assert look.seen == MAX_VALUES


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(st.text(max_size=80), max_size=30))
def test_any_text(values: list[str]) -> None:
    look = DETECTOR.scan(values)
    assert look.distinct <= look.seen <= len(values)
    for candidate in look.candidates:
        assert 0 <= candidate.sure <= 1
        assert candidate.hits <= MAX_VALUES


def test_the_order_of_values_does_not_matter() -> None:
    values = [f"0{n} 4567 {n}12" for n in range(10, 60)]
    shuffled = Random(3).sample(values, len(values))
    assert classes(values) == classes(shuffled) == ["phone"]
