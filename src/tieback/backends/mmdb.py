"""MMDB files that the operator imports: AS number and name, country.

Format: https://maxmind.github.io/MaxMind-DB/. Known record layouts: MaxMind's GeoLite2 and DB-IP
(``autonomous_system_number``, ``country.iso_code``), ip-location-db (``country_code``), IPinfo (``asn``, ``as_name``).

The C reader of maxminddb trusts the pointers in a file; a damaged file crashes the process. Only the Python reader is
used, because it checks them. The tree is never walked with the library's iterator: a hostile file can make it endless.
"""

import datetime
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from tieback.model.errors import InputError

if TYPE_CHECKING:
    from maxminddb import Reader

_LOOKED_AT = 200
"""Number of records that are read to find out what a database contains."""
_STEPS = 5_000
"""Most networks that are visited to find those records; most networks can be empty."""
_ADVICE = "Import an MMDB that contains AS numbers or countries"


class MmdbRecord(msgspec.Struct, frozen=True):
    """Data of an address in the database."""

    asn: int | None = None
    as_name: str = ""
    country: str = ""
    """ISO 3166-1 code of two letters."""
    prefix: int = 0


class Mmdb:
    """An open database. Close it, or use it in a ``with`` statement."""

    def __init__(self, path: Path) -> None:
        """Open a file and find out what it contains.

        Raises:
            InputError: the file is not an MMDB, is damaged, or contains neither AS numbers nor countries.
        """
        import maxminddb

        self._path = path
        try:
            self._reader = maxminddb.open_database(path, maxminddb.MODE_MMAP)
        except _damage(OSError) as error:
            raise InputError(_line("not a readable MMDB", error), where=str(path), advice=_ADVICE) from None
        try:
            meta = self._reader.metadata()
            self.type = _text(meta.database_type)
            self.date = _day(meta.build_epoch)
            if meta.ip_version not in (4, 6):
                raise ValueError("unknown IP version")
            self.version = int(meta.ip_version)
            first = [_located(record, 0) for record in islice(_records(self._reader, self.version), _LOOKED_AT)]
        except _damage() as error:
            self._reader.close()
            raise InputError(_line("damaged MMDB", error), where=str(path), advice=_ADVICE) from None
        self.has_asn = any(one.asn is not None for one in first)
        self.has_country = any(one.country for one in first)
        if not self.has_asn and not self.has_country:
            self._reader.close()
            raise InputError(
                f"unsupported MMDB: {self.type!r} contains neither AS numbers nor countries",
                where=str(path),
                advice=_ADVICE,
            )

    @property
    def kind(self) -> str:
        """``mmdb-asn``, ``mmdb-country`` or ``mmdb-asn-country``."""
        return "mmdb" + "-asn" * self.has_asn + "-country" * self.has_country

    def of(self, address: str) -> MmdbRecord | None:
        """Data of a canonical address, or ``None``.

        Raises:
            InputError: the file is damaged at this position.
        """
        if ":" in address and self.version == 4:
            return None
        try:
            record, prefix = self._reader.get_with_prefix_len(address)
        except _damage() as error:
            raise InputError(_line("damaged MMDB", error), where=str(self._path), advice=_ADVICE) from None
        return _located(record, prefix) if record is not None else None

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _damage(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Exceptions that the reader raises on malformed bytes; metadata and keys can have any type."""
    import maxminddb

    read = (maxminddb.InvalidDatabaseError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)
    return (*read, *more)


def _line(what: str, error: Exception) -> str:
    return f"{what} ({_text(str(error))})"[:200]


def _records(reader: "Reader", version: int) -> Iterator[Any]:
    """Records in the order of their addresses, IPv4 first. Each step is one bounded look-up, and the number of steps is
    limited.
    """
    ranges: list[tuple[type[IPv4Address | IPv6Address], int]] = [(IPv4Address, 32)]
    if version == 6:
        ranges.append((IPv6Address, 128))
    for kind, bits in ranges:
        at = 0
        for _ in range(_STEPS):
            record, prefix = reader.get_with_prefix_len(kind(at))
            if record is not None:
                yield record
            at = (at | ((1 << max(0, bits - prefix)) - 1)) + 1
            if at >> bits:
                break


def _located(record: Any, prefix: int) -> MmdbRecord:
    if not isinstance(record, Mapping):
        return MmdbRecord()
    return MmdbRecord(
        _asn(record.get("autonomous_system_number", record.get("asn"))),
        _text(record.get("autonomous_system_organization", record.get("as_name"))),
        _country(record),
        prefix,
    )


def _asn(value: object) -> int | None:
    if isinstance(value, str):
        digits = value.upper().removeprefix("AS")
        value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 32 else None


def _country(record: Mapping[str, Any]) -> str:
    country = record.get("country")
    value = country.get("iso_code") if isinstance(country, Mapping) else record.get("country_code", country)
    return value.upper() if isinstance(value, str) and len(value) == 2 and value.isalpha() else ""


def _text(value: object) -> str:
    return "".join(c for c in value[:200] if c.isprintable()) if isinstance(value, str) else ""


def _day(epoch: object) -> str:
    if not isinstance(epoch, int) or not 0 < epoch < 1 << 33:
        return ""
    return datetime.datetime.fromtimestamp(epoch, datetime.UTC).date().isoformat()
