"""Google Play Data Safety: the answers of a maker, exported from Play Console as CSV (Data safety, Export to CSV).

Format: https://support.google.com/googleplay/android-developer/answer/10787469, and exports in public repositories,
such as https://github.com/M66B/FairEmail. One row per question and possible answer; an answer that was not chosen has
no value. The file does not name its app. Labels are in the language of the account, so only identifiers are read.
"""

import re
from collections.abc import Iterator

from tieback.intake.reports.interface import Fact, ReportImporterMeta
from tieback.intake.reports.source import ReportSource
from tieback.intake.reports.table import columns_of, first_line, rows_of
from tieback.model.declaration import DeclarationFormat, DeclaredType, PrivacyDeclaration
from tieback.model.errors import InputError

MAX_ROWS = 20_000
"""Rows of an export; real ones have about 800."""
MAX_TYPES = 200
"""Types of data in an export; Play has 38."""
_COLUMNS = ("question id (machine readable)", "response id (machine readable)", "response value")
_COLLECTS = "PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA"
_ENCRYPTED = "PSL_DATA_COLLECTION_ENCRYPTED_IN_TRANSIT"
_COLLECTED, _SHARED = "PSL_DATA_USAGE_ONLY_COLLECTED", "PSL_DATA_USAGE_ONLY_SHARED"
_IDENTIFIER = re.compile(r"PSL_[A-Z0-9_]{1,100}")
_USAGE = re.compile(r"PSL_DATA_USAGE_RESPONSES:(PSL_[A-Z0-9_]{1,100}):([A-Z_]{1,100})")
_PURPOSES = frozenset({"DATA_USAGE_COLLECTION_PURPOSE", "DATA_USAGE_SHARING_PURPOSE"})
_ANSWERS = {"true": True, "false": False, "": None}


class DataSafety:
    """Importer of exports of the Data Safety form."""

    meta = ReportImporterMeta(
        "play-data-safety",
        "Google Play Data Safety",
        "CSV",
        "https://support.google.com/googleplay/android-developer/answer/10787469",
        names_app=False,
    )

    def recognises(self, head: bytes) -> bool:
        """True if the file has a header line with the columns of the export."""
        return set(columns_of(first_line(head))) >= set(_COLUMNS)

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield the form as one declaration.

        Raises:
            InputError: the file is damaged, or the form has no answers.
        """
        form = _Form()
        for line, question, response, value in _rows(source):
            if not form.add(question, response, value):
                source.skip(line, "the value is neither true nor false")
        if not form.answered:
            raise InputError(
                "no answers: an empty form declares nothing",
                where=str(source.path),
                advice="Export the form of the app after it was filled in",
            )
        yield form.declaration(source.path.name)


def _rows(source: ReportSource) -> Iterator[tuple[int, str, str, str]]:
    """Line, question, response and value of each row."""
    lines = source.lines()
    columns = columns_of(next(lines, ""))
    if len(set(columns)) < len(columns) or not set(_COLUMNS) <= set(columns):
        raise source.broken(1, "not the header line of a Data Safety export")
    places = [columns.index(name) for name in _COLUMNS]
    for line, row in rows_of(source, lines, len(columns), MAX_ROWS):
        question, response, value = (row[place].strip() for place in places)
        yield line, question, response, value


class _Form:
    """Answers of one form, added row by row."""

    def __init__(self) -> None:
        self._collects: bool | None = None
        self._encrypted: bool | None = None
        self._types: dict[str, None] = {}
        self._usage: dict[str, set[str]] = {}
        self._purposes: dict[str, dict[str, None]] = {}

    @property
    def answered(self) -> bool:
        """True if the form says whether data are collected."""
        return self._collects is not None or bool(self._types)

    def add(self, question: str, response: str, value: str) -> bool:
        """Add a row; false if it is one of those read here, and its value is not an answer."""
        usage = _USAGE.fullmatch(question)
        asked = question in {_COLLECTS, _ENCRYPTED}
        if not (asked or usage or question.startswith("PSL_DATA_TYPES_")):
            return True
        answer = _ANSWERS.get(value.lower(), value)
        if isinstance(answer, str):
            return False
        if question == _COLLECTS:
            self._collects = answer
        elif question == _ENCRYPTED:
            self._encrypted = answer
        elif answer and _IDENTIFIER.fullmatch(response):
            if usage is not None:
                self._add_usage(usage[1], usage[2], response)
            elif len(self._types) < MAX_TYPES:
                self._types[response] = None
        return True

    def _add_usage(self, name: str, question: str, response: str) -> None:
        if question in _PURPOSES:
            self._purposes.setdefault(name, {})[response] = None
        elif question == "PSL_DATA_USAGE_COLLECTION_AND_SHARING":
            self._usage.setdefault(name, set()).add(response)

    def declaration(self, name: str) -> PrivacyDeclaration:
        """The form as a declaration; without a list of types if it says that data are collected and names none."""
        types = tuple(map(self._type, self._types))
        return PrivacyDeclaration(
            DeclarationFormat.PLAY_DATA_SAFETY,
            name,
            types=None if self._collects and not types else types,
            encrypted_in_transit=self._encrypted,
        )

    def _type(self, name: str) -> DeclaredType:
        usage = self._usage.get(name, set())
        return DeclaredType(
            name,
            collected=_COLLECTED in usage if usage else None,
            shared=_SHARED in usage if usage else None,
            purposes=tuple(self._purposes.get(name, ())),
        )
