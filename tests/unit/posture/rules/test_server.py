"""What configurations of servers share."""

import pytest

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.server import (
    MAX_WORDS,
    host_of,
    is_local_address,
    last_setting,
    read_settings,
    setting_names,
)


@each(
    ("address", "expected"),
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("[::1]", True), ("-::1", True), ("localhost", True),
        ("/run/x.sock", True), ("_local_", True), ("0.0.0.0", False), ("::", False), ("*", False), ("", False),
        ("10.0.0.1", False), ("_site_", False), ("db.example.org", False),
    ],
)  # fmt: skip
def test_local_addresses_are_recognised(address: str, expected: bool) -> None:
    assert is_local_address(address) is expected


def test_lines_and_the_last_of_a_name() -> None:
    text = '# c\n\nA  "x y" z\nb = 1 # c\na q'
    assert [(one.name, one.words, one.line) for one in read_settings(text)][:2] == [
        ("a", ("x y", "z"), 3),
        ("b", ("=", "1", "#", "c"), 4),
    ]
    assert [(one.name, one.value) for one in read_settings("a.b = 'v' # c\nd=", between="=")] == [
        ("a.b", "v"),
        ("d", ""),
    ]
    found = last_setting(list(read_settings(text)), "a")
    assert found is not None
    assert (found.value, found.line) == ("q", 5)


@pytest.mark.parametrize(
    ("url", "host"),
    [("http://1.2.3.4:80/x", "1.2.3.4"), ("https://[::1]:2379", "::1"), ("localhost:1", "localhost"), ("h", "h")],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_line_of_too_many_words_is_an_error_and_not_cut() -> None:
    fits = "user default " + "~a " * (MAX_WORDS - 2)
    (setting,) = read_settings(fits)
    assert len(setting.words) == MAX_WORDS - 1
    with pytest.raises(InputError, match=r"redis\.conf: line 2 has more than 10,000 words"):
        list(read_settings(f"bind ::1\n{fits} nopass", where="redis.conf"))


def test_names_are_read_without_their_values() -> None:
    assert setting_names("Bind ::1\n# save\n\n  port " + "1 " * 50_000) == {"bind", "port"}
