import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.stores.redis.keys import MAX_PATTERNS, frequent_patterns, mask_scan, mask_types
from tieback.protocols.resp import encode_command as raw_command

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


@each(("keys", "shown"), CASES)
def test_patterns(keys: list[bytes], shown: list[str]) -> None:
    assert frequent_patterns(keys) == shown


@given(st.lists(st.binary(max_size=30), max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_no_digit_and_no_key_of_its_own_leaves(keys: list[bytes]) -> None:
    shown = frequent_patterns(keys)
    assert len(shown) <= MAX_PATTERNS
    assert not any(character.isascii() and character.isdigit() for pattern in shown for character in pattern)


def scan(keys: list[bytes]) -> bytes:
    return b"*2\r\n$2\r\n17\r\n*%d\r\n" % len(keys) + b"".join(b"$%d\r\n%s\r\n" % (len(key), key) for key in keys)


def keys_in(answer: bytes) -> list[bytes]:
    """The keys of an answer whose keys have no line end."""
    return answer.split(b"\r\n")[5::2]


@each(("keys", "shown"), CASES)
def test_a_recorded_scan_has_the_patterns(keys: list[bytes], shown: list[str]) -> None:
    masked = mask_scan(scan(keys))
    assert masked is not None
    assert {key.decode() for key in keys_in(masked)} == set(shown)


part = st.sampled_from([b"user", b"anna", b"bert", b"READ_ME", b"a@b", b"17", b"#", b"*", b"", b":", b"/", b"\xff"])


@given(st.lists(st.lists(part, max_size=6).map(b"".join), max_size=60))
@settings(max_examples=examples(200), deadline=None)
def test_a_recorded_scan_gives_the_same_patterns_again(keys: list[bytes]) -> None:
    masked = mask_scan(scan(keys))
    assert masked is not None
    assert frequent_patterns(keys_in(masked)) == frequent_patterns(keys)
    assert mask_scan(masked) == masked


@given(st.lists(st.lists(part, min_size=1, max_size=6).map(b"".join).filter(bool), min_size=1, max_size=60))
@settings(max_examples=examples(200), deadline=None)
def test_recorded_type_commands_have_the_patterns_of_the_recorded_scan(keys: list[bytes]) -> None:
    commands = b"".join(raw_command(b"TYPE", key) for key in keys)
    listed = mask_scan(scan(keys))
    assert listed is not None
    assert mask_types(commands) == b"".join(raw_command(b"TYPE", key) for key in keys_in(listed))


@pytest.mark.parametrize(
    "answer", [b"", b"*2\r\n", b"+OK\r\n", b"*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n", scan([b"secret"])[:-1]]
)
def test_what_is_no_whole_answer_is_not_recorded(answer: bytes) -> None:
    assert mask_scan(answer) is None
    assert mask_scan(answer + b"secret") is None


def test_an_error_is_recorded() -> None:
    assert mask_scan(b"-NOPERM this user\r\n") == b"-NOPERM this user\r\n"


@given(st.binary(max_size=100) | st.lists(st.binary(max_size=5), max_size=3).map(scan).map(lambda whole: whole[:-1]))
def test_masking_any_bytes_never_raises(answer: bytes) -> None:
    mask_scan(answer)
