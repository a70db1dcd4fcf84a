"""Letter languages: one TOML file of subjects, texts and words per language, built in or from the user.

Files in the folder of ``--templates`` take precedence over the built-in ones. A further file adds a language.
"""

import datetime
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import msgspec

from tieback.model.errors import InputError, UsageError
from tieback.model.figure import Figure, Quality
from tieback.report.figures import SIGNS, size_text

MAX_BYTES = 1 << 20
KINDS = ("assurance", "exposure", "provider", "owners", "reminder", "escalation", "thanks")


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
    parts: Mapping[str, str]
    """Text blocks that letters include."""
    assurance: Template
    exposure: Template
    provider: Template
    owners: Template
    reminder: Template
    escalation: Template
    thanks: Template

    def day(self, when: datetime.date | None) -> str:
        """Format a day; empty for ``None``."""
        return "" if when is None else when.strftime(self.date)

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
    where = str(path) if path is not None and path.is_file() else f"built-in letters ({name})"
    try:
        if path is not None and path.is_file():
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
            if len(raw) > MAX_BYTES:
                raise ValueError("longer than 1 MiB")
        else:
            raw = resources.files("tieback.cases.letters").joinpath(f"{name}.toml").read_bytes()
        found = msgspec.convert(tomllib.loads(raw.decode()), Language)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=where, advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise InputError(
            f"not a letter file ({why})",
            where=where,
            advice="Start from the files that `tieback letter templates DIR` writes",
        ) from None
    for group in ("words", "access", "verdict", "parts"):
        missing = getattr(_english(), group).keys() - getattr(found, group).keys() if name != "en" or path else ()
        if missing:
            raise InputError(
                f"missing key {group}.{min(missing)}", where=where, advice="Copy it from en.toml and translate it"
            )
    return found


def _english() -> Language:
    raw = resources.files("tieback.cases.letters").joinpath("en.toml").read_bytes()
    return msgspec.convert(tomllib.loads(raw.decode()), Language)


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
