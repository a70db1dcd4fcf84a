"""Other classifiers of personal data on the same columns, each in an environment and a process of its own.

``measured`` is called by the benchmark. It creates ``.cache/peers/TOOL`` with uv if it is missing, and runs this file
in it; only the standard library and the tool are imported. The classes of each tool are mapped to the taxonomy manually
and in favour of the tool. For a tool that reads text, the class of a value is that of a span of at least 60 % of it,
and the class of a column is that of half of its values.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".cache" / "peers"
UV = shutil.which("uv") or ROOT / ".uv" / "bin" / "uv"
VERSIONS = {
    "colscan": "colscan==0.2.0",
    "dbmask": "dbmask==0.1.2",
    "commonregex": "commonregex==1.5.4",
    "scrubadub": "scrubadub==2.0.1",
    "presidio": "presidio-analyzer==2.2.366",
}
FEW = 10
"""Number of values per column for the slow tools."""
SLOW = frozenset({"presidio", "scrubadub"})
NONE = "none"

type Label = Callable[[str], str]


def _by_values(label: Label, values: Sequence[str]) -> str:
    """The class of half of the values."""
    found = Counter(label(value) for value in values)
    most, count = found.most_common(1)[0] if found else (NONE, 0)
    return most if count * 2 >= len(values) else NONE


def _covering(spans: Iterable[tuple[str, int]], value: str) -> str:
    """The class of the longest span, if it covers 60 % of the value."""
    name, length = max(spans, key=lambda span: span[1], default=(NONE, 0))
    return name if length >= 0.6 * len(value) else NONE


_COLSCAN = {
    "email": "email", "phone": "phone", "person_name_full": "person_name", "person_given": "person_name",
    "person_surname": "person_name", "gender_label": "demographic", "fiscal_code_it": "national_id",
    "national_id": "national_id", "vat_number": "national_id", "street_address": "postal_address",
    "house_number": "postal_address", "city": "postal_address", "postcode": "postal_address",
    "country_name": "postal_address", "region_admin": "postal_address", "coordinate": "geo_location",
    "iban": "bank_account", "bic": "bank_account", "credit_card": "payment_card", "job_title": "employment",
    "icd_code": "health", "atc_code": "health", "ip_address": "ip_address", "mac_address": "device_id",
}  # fmt: skip
_DBMASK = {
    "email": "email", "phone": "phone", "ssn": "national_id", "credit_card": "payment_card",
    "zip_code": "postal_address", "city": "postal_address", "address": "postal_address", "full_name": "person_name",
    "ip_address": "ip_address",
}  # fmt: skip
_COMMONREGEX = {
    "email": "email", "phone": "phone", "ip": "ip_address", "ipv6": "ip_address", "credit_card": "payment_card",
    "street_address": "postal_address",
}  # fmt: skip
_SCRUBADUB = {
    "email": "email", "phone": "phone", "credit_card": "payment_card", "social_security_number": "national_id",
    "credential": "password", "twitter": "username",
}  # fmt: skip
_PRESIDIO = {
    "EMAIL_ADDRESS": "email", "CREDIT_CARD": "payment_card", "IBAN_CODE": "bank_account",
    "US_BANK_NUMBER": "bank_account", "ABA_ROUTING_NUMBER": "bank_account", "IP_ADDRESS": "ip_address",
    "MAC_ADDRESS": "device_id", "PHONE_NUMBER": "phone", "ZA_MOBILE_NUMBER": "phone", "ZA_TELEPHONE_NUMBER": "phone",
    "UK_POSTCODE": "postal_address", "CA_POSTAL_CODE": "postal_address", "DE_PLZ": "postal_address", "URL": NONE,
    "DATE_TIME": NONE, "CRYPTO": NONE, "UUID": NONE, "US_PRESCRIPTION_NUMBER": "health",
}  # fmt: skip
_VEHICLES = ("VEHICLE", "PLATE", "KFZ")


def _presidio_class(entity: str) -> str:
    if entity in _PRESIDIO:
        return _PRESIDIO[entity]
    return "vehicle" if any(word in entity for word in _VEHICLES) else "national_id"


class _Tool:
    """Results of a tool for a name alone (if possible), and for a column."""

    name: Callable[[str], str] | None = None
    column: Callable[[str, Sequence[str]], str]


def _colscan() -> _Tool:
    from colscan import scan_column  # type: ignore[import-not-found]
    from colscan._engine.colname import prior  # type: ignore[import-not-found]

    def name(field: str) -> str:
        found = prior(field)
        kinds = found if isinstance(found, dict) else {}
        return _COLSCAN.get(max(kinds, key=kinds.__getitem__, default=""), NONE)

    def column(field: str, values: Sequence[str]) -> str:
        return _COLSCAN.get(scan_column(values, name=field or None)["type"], NONE)

    return _tool(column, name)


def _dbmask() -> _Tool:
    from dbmask.detection.patterns import PatternMatcher, column_hints  # type: ignore[import-not-found]

    matcher = PatternMatcher()

    def name(field: str) -> str:
        return next((kind for hint in sorted(column_hints(field)) if (kind := _DBMASK.get(hint))), NONE)

    def column(field: str, values: Sequence[str]) -> str:
        match = matcher.match(values, field)
        return _DBMASK.get(match.name, NONE) if match is not None else NONE

    return _tool(column, name)


def _commonregex() -> _Tool:
    import commonregex  # type: ignore[import-not-found]

    patterns = [(kind, getattr(commonregex, word)) for word, kind in _COMMONREGEX.items()]

    def label(value: str) -> str:
        return _covering(((kind, len(m[0])) for kind, pattern in patterns for m in pattern.finditer(value)), value)

    return _tool(lambda _field, values: _by_values(label, values))


def _scrubadub() -> _Tool:
    import scrubadub  # type: ignore[import-not-found]

    scrubber = scrubadub.Scrubber()

    def label(value: str) -> str:
        found = scrubber.iter_filth(value)
        return _covering(((_SCRUBADUB.get(one.detector_name, NONE), one.end - one.beg) for one in found), value)

    return _tool(lambda _field, values: _by_values(label, values))


def _presidio() -> _Tool:
    """All its recognizers that need no model, also those of other countries; the most certain one that covers a value
    counts.
    """
    import inspect

    from presidio_analyzer import EntityRecognizer, PatternRecognizer, predefined_recognizers  # type: ignore[import-not-found]

    recognizers: list[Any] = []
    for word in dir(predefined_recognizers):
        kind = getattr(predefined_recognizers, word)
        if not inspect.isclass(kind) or not issubclass(kind, EntityRecognizer) or kind is PatternRecognizer:
            continue
        if issubclass(kind, PatternRecognizer) or word in {"PhoneRecognizer", "ZaMobileNumberRecognizer"}:
            recognizers.append(kind())

    def label(value: str) -> str:
        best, sure = NONE, 0.0
        for recognizer in recognizers:
            for found in recognizer.analyze(value, recognizer.supported_entities, None) or ():
                if found.score > sure and found.end - found.start >= 0.6 * len(value):
                    best, sure = found.entity_type, found.score
        return _presidio_class(best) if sure >= 0.3 else NONE

    return _tool(lambda _field, values: _by_values(label, values))


def _tool(column: Callable[[str, Sequence[str]], str], name: Callable[[str], str] | None = None) -> _Tool:
    tool = _Tool()
    tool.column, tool.name = column, name
    return tool


TOOLS: dict[str, Callable[[], _Tool]] = {
    "colscan": _colscan,
    "dbmask": _dbmask,
    "commonregex": _commonregex,
    "scrubadub": _scrubadub,
    "presidio": _presidio,
}


def environment(name: str, package: str) -> Path | str:
    """The interpreter of an environment with a package, created if missing; on failure, the reason."""
    python = PLACE / name / "bin" / "python"
    if not python.exists():
        for command in (["venv", str(PLACE / name)], ["pip", "install", "--python", str(python), package]):
            done = subprocess.run([str(UV), *command], capture_output=True, text=True, check=False, timeout=600)
            if done.returncode:
                return f"cannot be installed: {done.stderr.strip().splitlines()[-1]}"
    return python


def measured(tool: str, names: Sequence[str], columns: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any] | str:
    """Classes for names and for columns with and without header, and the speed; on failure, the reason."""
    python = environment(tool, VERSIONS[tool])
    if isinstance(python, str):
        return python
    work = json.dumps({"names": names, "columns": columns})
    done = subprocess.run(
        [str(python), "-W", "ignore", __file__, tool],
        input=work,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1]}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Read names and columns from standard input, and write the classes from the tool."""
    work = json.load(sys.stdin)
    tool = TOOLS[sys.argv[1]]()
    most = FEW if sys.argv[1] in SLOW else None
    columns = [(field, values[:most]) for field, values in work["columns"]]
    tool.column("", ["warm", "up"])
    start = process_time()
    opaque = [tool.column("", values) for _, values in columns]
    middle = process_time()
    headed = [tool.column(field, values) for field, values in columns] if tool.name else opaque
    end = process_time()
    named = [tool.name(field) for field in work["names"]] if tool.name else None
    result = {
        "opaque": opaque,
        "headed": headed,
        "named": named,
        "values_a_second": sum(len(values) for _, values in columns) / max(middle - start, 1e-9),
        "names_a_second": len(work["names"]) / max(process_time() - end, 1e-9) if tool.name else None,
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
