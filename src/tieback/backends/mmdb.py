"""MMDB files that the operator supplies: AS number and name, country.

Format: https://maxmind.github.io/MaxMind-DB/. Known layouts of records: MaxMind's GeoLite2 and DB-IP
(``autonomous_system_number``, ``country.iso_code``), ip-location-db (``country_code``), IPinfo (``asn``, ``as_name``).
"""

import datetime
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Self

import msgspec

from tieback.model.errors import InputError

_LOOKED_AT = 2000
"""Records that tell what a database holds."""
_ADVICE = "Give an MMDB with AS numbers or countries"


class Located(msgspec.Struct, frozen=True):
    """What a database says of an address."""

    asn: int | None = None
    as_name: str = ""
    country: str = ""
    """Two letters, ISO 3166-1."""
    prefix: int = 0


class Mmdb:
    """An open database. Close it, or use it in a ``with`` statement."""

    def __init__(self, path: Path) -> None:
        """Open a file and find out what it holds.

        Raises:
            InputError: it is no MMDB, is damaged, or holds neither AS numbers nor countries.
        """
        import maxminddb

        self._path = path
        try:
            self._reader = maxminddb.open_database(path, maxminddb.MODE_AUTO)
        except (maxminddb.InvalidDatabaseError, OSError, ValueError) as error:
            raise InputError(f"no MMDB that can be read ({error})"[:200], where=str(path), advice=_ADVICE) from None
        try:
            meta = self._reader.metadata()
            self.type = str(meta.database_type)[:100]
            self.date = _day(meta.build_epoch)
            self.version = int(meta.ip_version)
            first = [_located(record, 0) for _, record in islice(self._reader, _LOOKED_AT)]
        except (maxminddb.InvalidDatabaseError, ValueError, OverflowError, RecursionError, UnicodeDecodeError) as error:
            self._reader.close()
            raise InputError(f"a damaged MMDB ({error})"[:200], where=str(path), advice=_ADVICE) from None
        self.has_asn = any(one.asn is not None for one in first)
        self.has_country = any(one.country for one in first)
        if not self.has_asn and not self.has_country:
            self._reader.close()
            raise InputError(
                f"an MMDB of another kind: {self.type!r} holds neither AS numbers nor countries",
                where=str(path),
                advice=_ADVICE,
            )

    @property
    def kind(self) -> str:
        """``mmdb-asn``, ``mmdb-country`` or ``mmdb-asn-country``."""
        return "mmdb" + "-asn" * self.has_asn + "-country" * self.has_country

    def of(self, address: str) -> Located | None:
        """What it says of a canonical address, or ``None``.

        Raises:
            InputError: the file is damaged at this place.
        """
        import maxminddb

        if ":" in address and self.version == 4:
            return None
        try:
            record, prefix = self._reader.get_with_prefix_len(address)
        except (maxminddb.InvalidDatabaseError, ValueError, OverflowError, RecursionError) as error:
            raise InputError(f"a damaged MMDB ({error})"[:200], where=str(self._path), advice=_ADVICE) from None
        return _located(record, prefix) if record is not None else None

    def close(self) -> None:
        """Release the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _located(record: Any, prefix: int) -> Located:
    if not isinstance(record, Mapping):
        return Located()
    return Located(
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
