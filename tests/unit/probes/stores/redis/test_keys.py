import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.probes.stores.redis.keys import MAX_PATTERNS, frequent_patterns

CASES = [
    # keys, patterns
    ([b"session:1:token", b"session:22:token"], ["session:#:token"]),
    ([b"user:anna", b"user:bert"], ["user:*"]),
    ([b"anna"], ["*"]),
    ([b"anna@hr.test", b"bert@hr.test"], ["*.*"]),
    ([b"backup1", b"backup2"], ["backup#"]),
    ([b"READ_ME"], ["READ_ME"]),
    ([b"+49 170 1234567", b"1234"], ["#", "*"]),
    ([b"\xff\xfe"], ["*"]),
    ([b""], [""]),
    ([], []),
]


@pytest.mark.parametrize(("keys", "shown"), CASES)
def test_patterns(keys: list[bytes], shown: list[str]) -> None:
    assert frequent_patterns(keys) == shown


@given(st.lists(st.binary(max_size=30), max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_digit_and_no_key_of_its_own_leaves(keys: list[bytes]) -> None:
    shown = frequent_patterns(keys)
    assert len(shown) <= MAX_PATTERNS
    assert not any(character.isascii() and character.isdigit() for pattern in shown for character in pattern)
