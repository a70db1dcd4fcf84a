"""What all importers read alike: names, addresses, ports, times, places."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.reports.interface import (
    clean_host_name,
    clean_host_names,
    one_line,
    parse_address,
    parse_time,
    port_number,
    split_url,
)


@each(
    ("text", "name"),
    [
        ("ES.Example.org.", "es.example.org"),
        ("*.example.org", "example.org"),
        ("_srv.example.org", "_srv.example.org"),
        ("203.0.113.7", ""),
        ("localhost", ""),
        ("a b.example", ""),
        ("x" * 300 + ".example", ""),
        ("", ""),
    ],
)
def test_names(text: str, name: str) -> None:
    assert clean_host_name(text) == name


def test_names_are_bounded() -> None:
    assert len(clean_host_names(f"a{n}.example" for n in range(1000))) == 64


@each(
    ("text", "found"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" [2001:DB8::1] ", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("010.0.0.1", ""),
        ("x", ""),
    ],
)
def test_addresses(text: str, found: str) -> None:
    assert parse_address(text) == found


@each(
    ("value", "port"),
    [
        (1, 1),
        ("65535", 65535),
        (" 80 ", 80),
        (0, None),
        (65536, None),
        (True, None),
        ("٣", None),
        (1.0, None),
        (None, None),
    ],
)
def test_ports(value: object, port: int | None) -> None:
    assert port_number(value) == port


@each(
    ("value", "found"),
    [
        ("2026-11-01T10:00:00.123456789Z", "2026-11-01T10:00:00Z"),
        ("2026-11-01 10:00:00", "2026-11-01T10:00:00Z"),
        ("2026-11-01 10:00:00 UTC", "2026-11-01T10:00:00Z"),
        ("2026-11-01T10:00:00+02:00", "2026-11-01T08:00:00Z"),
        ("1762000000", "2025-11-01T12:26:40Z"),
        (1762000000123, "2025-11-01T12:26:40Z"),
        ("yesterday", ""),
        (True, ""),
        (None, ""),
        (float("nan"), ""),
        ("1" * 400, ""),
        ("0001-01-01T00:00:00+14:00", ""),
    ],
)
def test_times_are_parsed(value: object, found: str) -> None:
    assert parse_time(value) == found


@each(
    ("text", "found"),
    [
        ("https://u:p@Example.org/x?y#z", ("", "example.org", 443, "https://example.org/x")),
        ("http://[2001:db8::1]:8080/", ("2001:db8::1", "", 8080, "http://[2001:db8::1]:8080/")),
        ("db.example.org:27017", ("", "db.example.org", 27017, "")),
        ("example.org", ("", "example.org", None, "")),
        ("http://[x", ("", "", None, "")),
        ("https://example.org:99999/", ("", "", None, "")),
    ],
)
def test_urls_are_split(text: str, found: tuple[str, str, int | None, str]) -> None:
    assert split_url(text) == found


@given(st.text(max_size=400))
def test_nothing_that_is_written_raises(text: str) -> None:
    split_url(text)
    parse_time(text)
    port_number(text)
    assert clean_host_name(text) == clean_host_name(clean_host_name(text))
    assert "\n" not in one_line(text)
    assert len(one_line(text)) <= 80
