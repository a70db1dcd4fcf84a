"""MMDB files of the layouts that are about, of another kind, and damaged."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.backends.mmdb_file import mmdb
from tieback.backends.mmdb import Mmdb, MmdbRecord
from tieback.model.errors import InputError


@pytest.mark.parametrize(
    ("record", "kind", "found"),
    [
        (
            {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Net"},
            "mmdb-asn",
            MmdbRecord(64496, "Example Net", "", 24),
        ),
        ({"country_code": "NL"}, "mmdb-country", MmdbRecord(None, "", "NL", 24)),
        ({"country": {"iso_code": "nl", "geoname_id": 1}}, "mmdb-country", MmdbRecord(None, "", "NL", 24)),
        (
            {"asn": "AS64496", "as_name": "Example", "country": "DE"},
            "mmdb-asn-country",
            MmdbRecord(64496, "Example", "DE", 24),
        ),
    ],
    ids=["maxmind-asn", "ip-location-db", "maxmind-country", "ipinfo"],
)
def test_record_sizes_and_ip_versions(tmp_path: Path, record: dict[str, object], kind: str, found: MmdbRecord) -> None:
    path = tmp_path / "a.mmdb"
    path.write_bytes(mmdb("Test", {"203.0.113.0/24": record}))
    with Mmdb(path) as database:
        assert (database.kind, database.type, database.date) == (kind, "Test", "2025-06-15")
        assert database.of("203.0.113.9") == found
        assert database.of("198.51.100.1") is None
        assert database.of("2001:db8::1") is None


@pytest.mark.parametrize(
    "record",
    [
        {"city": "Amsterdam"},
        {"autonomous_system_number": 0},
        {"asn": "ASx"},
        {"asn": "AS99999999999"},
        {"country_code": "Netherlands"},
    ],
    ids=["city", "as-0", "as-text", "as-long", "country-name"],
)
def test_a_database_of_another_kind_is_one_line(tmp_path: Path, record: dict[str, object]) -> None:
    path = tmp_path / "a.mmdb"
    path.write_bytes(mmdb("Test-City", {"203.0.113.0/24": record}))
    with pytest.raises(InputError, match="'Test-City' contains neither AS numbers nor countries"):
        Mmdb(path)


def test_endless_tree_terminates(tmp_path: Path) -> None:
    """Every node leads to the next one twice, and the last to nothing: 2**120 empty nets."""
    whole = mmdb("Test", {"203.0.113.0/24": {"country_code": "NL"}})
    count = whole.index(b"\0" * 16 + b"\xe1") // 6  # nodes of 24-bit records before the separator and the one record
    tree = b"".join((n + 1).to_bytes(3, "big") * 2 for n in range(count))
    path = tmp_path / "a.mmdb"
    path.write_bytes(tree + whole[len(tree) :])
    with pytest.raises(InputError, match="contains neither"):
        Mmdb(path)


def test_the_first_record_of_a_large_and_thin_tree_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.mmdb"
    path.write_bytes(mmdb("Test", {"2001:db8:ffff:ffff::/64": {"country_code": "NL"}}))
    with Mmdb(path) as database:
        assert database.of("2001:db8:ffff:ffff::1") == MmdbRecord(None, "", "NL", 64)


def test_the_reader_in_c_is_not_used(tmp_path: Path) -> None:
    """A damaged file ends the process there, and no test could say so."""
    path = tmp_path / "a.mmdb"
    path.write_bytes(WHOLE)
    with Mmdb(path) as database:
        assert type(database._reader).__module__ == "maxminddb.reader"


WHOLE = mmdb("Test", {"203.0.113.0/24": {"country_code": "NL"}, "2001:db8::/32": {"country_code": "DE"}})


@settings(max_examples=examples(300), deadline=None)
@given(cut=st.integers(0, len(WHOLE) - 1), changed=st.binary(max_size=4))
def test_damaged_files_end_in_one_line(tmp_path_factory: pytest.TempPathFactory, cut: int, changed: bytes) -> None:
    path = tmp_path_factory.mktemp("m") / "a.mmdb"
    path.write_bytes(WHOLE[:cut] + changed + WHOLE[cut + len(changed) :])
    try:
        with Mmdb(path) as database:
            database.of("203.0.113.9")
    except InputError as error:
        text = error.diagnostics()
    else:
        text = ""
    assert "\n" not in text


def test_file_that_is_not_an_mmdb_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.mmdb"
    path.write_bytes(b"no database")
    with pytest.raises(InputError, match="not a readable MMDB"):
        Mmdb(path)
    with pytest.raises(InputError, match="not a readable MMDB"):
        Mmdb(tmp_path / "missing.mmdb")
