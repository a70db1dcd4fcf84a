"""Each rule by columns made here: what it must see and what it must not."""

from random import Random
from string import ascii_lowercase, ascii_uppercase, digits, hexdigits

from tests.each import each
from tieback.pii.values.detector import ValueDetector

DETECTOR = ValueDetector(this_year=2026)


def column(make: str, seed: int = 1, count: int = 40) -> list[str]:
    """``9`` a digit, ``A`` a capital, ``a`` a letter, ``h`` a hexadecimal digit; the rest stands for itself."""
    random = Random(seed)
    sets = {"9": digits, "A": ascii_uppercase, "a": ascii_lowercase, "h": hexdigits[:16]}
    return ["".join(random.choice(sets.get(c, c)) for c in make) for _ in range(count)]


@each(
    "make",
    [
        "999999999", "9999999999", "99999999999", "999999999999", "9999999999999", "9999999999999999", "ORD-99999999",
        "AAA-9999-AA", "hhhhhhhh", "hhhhhhhhhhhhhhhhhhhhhhhh", "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "#hhhhhh", "v9.9.9",
        "9.9.9.9", "99.99", "1Z9A9999AAA9999999", "INV-2024-99999", "99999", "9999", "AAAAAA", "AA", "AAA", "aaaaaa",
        "hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh", "https://x.test/aaaa9999", "202311159999", "17099999999",
        "1709999999999", "0.9999999999", "+9.9", "99%", "AAAAAAAAAA9999", "AAA999999", "/aaa/aaa/99", "aaaa_aaaa_99",
        "99:99:99", "B0A9A9A9A9", "2024-01-1", "key:aaaa", "<aaaa>", "A9A9A9A9A9A9", "99999-99999", "999.999",
        "aaa-aaa-aaa",
    ],
)  # fmt: skip
@each("seed", [1, 2])
def test_random_codes_are_not_personal_data(make: str, seed: int) -> None:
    look = DETECTOR.scan(column(make, seed))
    assert [c for c in look.candidates if c.sure >= 0.8] == []


@each(
    ("values", "pii_class"),
    [
        (column("aaaa9@aaaaa.test"), "email"),
        (column("hh:hh:hh:hh:hh:hh"), "device_id"),
        ([f"203.0.{n}.{250 - n}" for n in range(40)], "ip_address"),
        ([f"+49 30 12345{n}" for n in range(10, 50)], "phone"),
        ([f"(0{n}) 4567-{n}12" for n in range(10, 50)], "phone"),
        ([f"{n}.{n}12345,-{n}.98765" for n in range(10, 50)], "geo_location"),
        ([f"{1940 + n}-03-1{n % 9}" for n in range(60)], "birth"),
        (["male", "female", "female", "male"] * 5, "demographic"),
        (["A+", "O-", "AB+", "B-", "O+", "A-", "B+", "AB-"], "health"),
        (["SW1A 1AA", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "EC1A 1BB", "W1A 0AX", "LS1 4AP"], "postal_address"),
        (
            ["Tr0ub4dor&3", "c0rrect!Horse", "pA$$w0rdX", "q7#Lm2!zz", "Zx9?kkQ1", "hunter2!A", "aB3$efgh", "M0nk%ey1"],
            "password",
        ),
        (["FRA-JFK", "LHR-CDG", "MUC-BCN", "AMS-DXB"] * 4, "travel"),
    ],
)
def test_columns_of_people(values: list[str], pii_class: str) -> None:
    assert DETECTOR.scan(values).candidates[0].pii_class == pii_class


def test_a_check_digit_on_most_of_ten_values_is_near_certainty() -> None:
    bsn = [n for n in map(str, range(111222300, 111223300)) if _eleven(n)][:12]
    (best,) = DETECTOR.scan([*bsn, "111222334", "111222335"]).candidates
    assert (best.pii_class, best.kind, best.hits, best.sure) == ("national_id", "NL BSN", 12, 0.97)


def test_order_numbers_with_a_date_prefix_are_not_national_numbers() -> None:
    random = Random(4)
    orders = [f"{random.randint(1, 28):02}{random.randint(1, 12):02}23-{random.randint(1000, 9999)}" for _ in range(40)]
    assert DETECTOR.scan(orders).candidates == ()
    orders = [f"23{random.randint(1, 12):02}{random.randint(1, 28):02}-{random.randint(1000, 9999)}" for _ in range(40)]
    assert DETECTOR.scan(orders).candidates == ()
    born = [
        f"{random.randint(1, 28):02}{random.randint(1, 12):02}{random.randint(30, 99)}-{1000 + n}" for n in range(40)
    ]
    assert DETECTOR.scan(born).candidates[0].kind == "DK CPR"


def test_drawings_are_nowhere() -> None:
    assert DETECTOR.scan([f"{n}.25,{n}.75" for n in range(10, 60)]).candidates == ()


def _eleven(number: str) -> bool:
    return sum(w * int(d) for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), number, strict=True)) % 11 == 0
