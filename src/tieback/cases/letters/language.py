"""Letter languages: one TOML file of subjects, texts and words per language, built in or from the user.

A file in the folder of ``--templates`` replaces what it names of the built-in language, or adds a language.
"""

import datetime
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import InputError, UsageError, file_fault
from tieback.model.figure import Figure, Quality
from tieback.report.figures import SIGNS, size_text

MAX_BYTES = 1 << 20
KINDS = ("assurance", "exposure", "provider", "owners", "removed", "reminder", "escalation", "thanks")
_GROUPS = ("words", "access", "verdict", "classes", "parts")
_SHARED = ("stores", "particulars")
"""Parts without words of a language: those of ``en.toml`` are for all."""
_FIELD = re.compile(r"\{(\w+)\}")


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter as a Jinja template that produces Markdown."""

    subject: str
    text: str


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All texts of the letters in one language."""

    language: str
    """Name of the language, in that language."""
    date: str
    """Format for ``strftime``; month names are always English."""
    thousands: str
    words: Mapping[str, str]
    access: Mapping[str, str]
    verdict: Mapping[str, str]
    classes: Mapping[str, str]
    """Names of the classes of personal data, in the plural."""
    parts: Mapping[str, str]
    """Text blocks that letters include."""
    assurance: Template
    exposure: Template
    provider: Template
    owners: Template
    removed: Template
    reminder: Template
    escalation: Template
    thanks: Template

    def day(self, when: datetime.date | None) -> str:
        """Format a day; empty for ``None``."""
        return "" if when is None else when.strftime(self.date)

    def moment(self, when: datetime.datetime) -> str:
        """Format a time in UTC, with seconds."""
        return f"{self.day(when.astimezone(datetime.UTC).date())}, {when.astimezone(datetime.UTC):%H:%M:%S}"

    def fill(self, word: str, **values: str) -> str:
        """Return a text with its ``{fields}`` filled in; unknown ones stay as they are."""
        return _FIELD.sub(lambda field: values.get(field[1], field[0]), self.words[word])

    def number(self, value: int) -> str:
        """Format a number with the separators of the language."""
        return f"{value:,}".replace(",", self.thousands)

    def figure(self, figure: Figure | None) -> str:
        """Format a figure with its sign and quality."""
        if figure is None or _says_nothing(figure):
            return self.words["not_measured"]
        return f"{SIGNS[figure.quality]}{self.number(figure.value)} ({self.words[figure.quality.value]})"

    def size(self, figure: Figure | None) -> str:
        """Format a figure in bytes, with its sign and quality."""
        if figure is None or _says_nothing(figure):
            return self.words["not_measured"]
        text = size_text(figure.value, floor=figure.quality is Quality.LOWER_BOUND)
        # size_text uses English separators; use a decimal comma unless commas separate thousands.
        if self.thousands != ",":
            text = text.replace(",", "\0").replace(".", ",").replace("\0", self.thousands)
        return f"{SIGNS[figure.quality]}{text} ({self.words[figure.quality.value]})"


def _says_nothing(figure: Figure) -> bool:
    """True for a lower bound of zero, and for a figure that is not plausible: no letter repeats it."""
    return figure.quality is Quality.CLAIMED or (figure.value == 0 and figure.quality is Quality.LOWER_BOUND)


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """Return the available languages, sorted."""
    names = {path.stem for path in folder.glob("*.toml")} if folder is not None and folder.is_dir() else set()
    ours = resources.files("tieback.cases.letters")
    names |= {entry.name.removesuffix(".toml") for entry in ours.iterdir() if entry.name.endswith(".toml")}
    return tuple(sorted(names))


def load_language(name: str, folder: Path | None = None) -> Language:
    """Read a language.

    Raises:
        UsageError: there is no such language.
        InputError: its file is damaged or incomplete.
    """
    if name not in languages(folder):
        raise UsageError("unknown language", where=name, advice=f"Available languages: {', '.join(languages(folder))}")
    path = folder / f"{name}.toml" if folder is not None else None
    own = path if path is not None and path.is_file() else None
    where = str(own) if own is not None else f"built-in letters ({name})"
    try:
        raw = _raw(name)
        if own is not None:
            with own.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise ValueError("longer than 1 MiB")
            raw = _merged(raw, tomllib.loads(data.decode()))
        found = msgspec.convert(raw, Language)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=where, advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"not a letter file ({file_fault(error)})",
            where=where,
            advice="Start from the files that `tieback letter templates DIR` writes",
        ) from None
    for group in _GROUPS:
        missing = _raw("en")[group].keys() - getattr(found, group).keys()
        if missing:
            raise InputError(
                f"missing key {group}.{min(missing)}", where=where, advice="Copy it from en.toml and translate it"
            )
    return found


@cache
def _raw(name: str) -> dict[str, Any]:
    """The built-in tables of a language; for one that is not built in, only the shared parts."""
    files = resources.files("tieback.cases.letters")
    parts = tomllib.loads(files.joinpath("en.toml").read_text(encoding="utf-8"))["parts"]
    shared: dict[str, Any] = {"parts": {part: parts[part] for part in _SHARED}}
    file = files.joinpath(f"{name}.toml")
    return _merged(shared, tomllib.loads(file.read_text(encoding="utf-8"))) if file.is_file() else shared


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    tables = {key: {**base[key], **value} for key, value in own.items() if _are_tables(base.get(key), value)}
    return {**base, **own, **tables}


def _are_tables(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def write_templates(folder: Path) -> list[Path]:
    """Write the built-in languages into a folder for editing; existing files are kept.

    Raises:
        InputError: the folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for entry in resources.files("tieback.cases.letters").iterdir():
            path = folder / entry.name
            if entry.name.endswith(".toml") and not path.exists():
                path.write_bytes(entry.read_bytes())
                written.append(path)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=str(folder), advice="Choose another folder"
        ) from None
    return sorted(written)


def shorten_names(names: Sequence[str], language: Language, most: int = 3, between: str = ", ") -> str:
    """Return the first names and the number of further ones."""
    distinct = list(dict.fromkeys(names))
    text = between.join(distinct[:most])
    return text if len(distinct) <= most else f"{text} (+{len(distinct) - most} {language.words['more']})"
