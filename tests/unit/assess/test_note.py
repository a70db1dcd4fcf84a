"""Which texts are ransom notes, and that nothing of them can be read from what is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.assess.note import read_note

SALT = b"s" * 32
# Addresses made up: the right alphabet and length, no valid checksum.
WALLET = "1FakeWaLLetForTestsonLyx9x9x9x9"
BECH = "bc1qfakewalletfortestsonly0000000000000000"
CONTACT = "pay.here@ransom.test"

NOTES = [
    (
        "all of it",
        f"All your data is backed up. Pay 0.02 BTC to {WALLET} and write to {CONTACT}",
        "wallet amount contact words",
    ),
    ("OpenMongo 2017 fields", f'{{"Bitcoin Address":"{BECH}","Email":"{CONTACT}"}}', "wallet contact"),
    ("Elasticsearch 2022", f"message: to restore your data write {CONTACT}", "contact words"),
    ("amount in words", "You must pay 1,5 bitcoins or it will be leaked", "amount words"),
    ("onion and words", "recover at http://abcdefghijklmnop.onion", "contact words"),
    ("telegram", "contact t.me/some_helper to recover", "contact words"),
]
OTHERS = [
    ("an address book", f"Anna, {CONTACT}"),
    ("a readme", "Read me first: this folder holds the backup of the wiki"),
    ("an exchange rate", "1 BTC"),
    ("empty", ""),
    ("a log line", "GET /people 200 0.5 ms"),
    ("hexadecimal", "deadbeef" * 20),
]


@each(("text", "kinds"), [note[1:] for note in NOTES], ids=[note[0] for note in NOTES])
def test_signs_in_note_texts(text: str, kinds: str) -> None:
    signs = read_note(text.encode(), SALT)
    assert signs.confirmed
    assert " ".join(signs.kinds) == kinds
    kept = repr(signs).lower()
    assert not [word for word in (WALLET, BECH, CONTACT, "0.02") if word.lower() in kept]


@each("text", [other[1] for other in OTHERS], ids=[other[0] for other in OTHERS])
def test_other_texts(text: str) -> None:
    assert not read_note(text.encode(), SALT).confirmed


def test_attacker_digests_match_only_within_one_workspace() -> None:
    first = read_note(f"recover: {WALLET}, {CONTACT}, 0.020 BTC".encode(), SALT)
    again = read_note(f"LEAK! {CONTACT.upper()} wants 00.02 bitcoin at {WALLET}".encode(), SALT)
    assert first.marks == again.marks
    assert not set(first.marks) & set(read_note(f"recover: {WALLET}, {CONTACT}".encode(), b"t" * 32).marks)


@given(text=st.binary(max_size=4096))
@settings(max_examples=examples(80), deadline=None)
def test_any_bytes(text: bytes) -> None:
    assert len(read_note(text, SALT).marks) <= 4096


@pytest.mark.parametrize("piece", [b"a@", b"1", b"a", b"9.", b"x."])
def test_the_cost_of_a_note_is_linear(piece: bytes) -> None:
    assert_linear(lambda size: b"0x" + piece * (size // len(piece)), lambda text: read_note(text, SALT), 4_000)
