"""Letters: the list, and one letter with its text, its files, and what to know before sending it."""

from datetime import date

import msgspec

from tieback.cases.letters.formats import plain_text
from tieback.cases.letters.language import KINDS, load_language
from tieback.model.case import CaseState, Letter, LetterDates
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.disclosure.letter_files import available_formats, date_warnings, letter_files, letter_warnings
from tieback.pipeline.disclosure.letters import TLP
from tieback.pipeline.disclosure.sent_notes import EFFECTS, SentNote, sent_notes
from tieback.pipeline.views.cases.letters import LetterRow, letter_rows
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, cut, decode_cursor
from tieback.storage.workspace import Workspace

LANGUAGES = ("en", "de", "fr", "es", "pt")
"""Built-in languages."""
MEANINGS = {
    "exposure": "to the vendor: what is open, and by when to close it",
    "reminder": "to the vendor, after no answer",
    "escalation": "to the vendor, before others are informed",
    "provider": "to a hosting provider or a CERT",
    "owners": "to our own people who have the app",
    "removed": "to our own people who had the app",
    "thanks": "to the vendor, after the fix",
    "assurance": "to a vendor without an open store: asks for a written confirmation",
}
"""What each kind is for."""


class LetterCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of a letter, as it is now."""

    id: str
    state: CaseState
    due: date | None


class LetterFileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a letter."""

    form: str
    """Ending of its name, such as ``pdf``."""
    name: str
    sha256: str
    kept: bool
    """True if the workspace has it, so that it can be downloaded."""


class LetterDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One letter."""

    letter: LetterRow
    text: str
    """Markdown; names from apps and servers are escaped in it."""
    plain: str
    """The text without marks of Markdown, as in the draft of the e-mail."""
    sha256: str
    """Hash of subject and text."""
    dates: LetterDates | None
    files: tuple[LetterFileRow, ...]
    warnings: tuple[str, ...]
    """What to know before sending it."""
    sent: tuple[SentNote, ...]
    effect: str
    """What recording it as sent changes."""
    cases: tuple[LetterCase, ...]


class LetterKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of letter."""

    kind: str
    meaning: str


class LetterListing(Listing[LetterRow], frozen=True, kw_only=True):
    """Letters, the latest first."""

    kinds: tuple[LetterKind, ...] = ()


def letter_kinds() -> tuple[LetterKind, ...]:
    """The kinds of letters, the first ones of a case first."""
    assert set(MEANINGS) == set(KINDS)
    return tuple(LetterKind(kind=kind, meaning=meaning) for kind, meaning in MEANINGS.items())


def letter_choices() -> dict[str, tuple[tuple[str, str], ...]]:
    """The options of a form that writes a letter, by field: each value with its text."""
    return {
        "kind": tuple((one.kind, f"{one.kind}: {one.meaning}") for one in letter_kinds()),
        "language": tuple((name, load_language(name).language) for name in LANGUAGES),
        "tlp": tuple((key, label) for key, label in TLP.items()),
        "formats": tuple((name, name) for name in available_formats()),
    }


def list_letters(
    workspace: Workspace, *, kind: str = "", vendor: str = "", after: str = "", limit: int = DEFAULT_LIMIT
) -> LetterListing:
    """The letters that were written. There are few: all are read, and sorted by time.

    Raises:
        UsageError: a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    names = {one.id: one.name for one in workspace.ledger.cases.vendors()}
    rows = letter_rows(workspace.ledger.cases.letters(vendor, kind), names, sent_notes(workspace.ledger.cases))
    total = len(rows)
    if after:
        time, key = decode_cursor(after, tuple[str, str])
        rows = [row for row in rows if (row.created.isoformat(), row.id) < (time, key)]
    items, following = cut(rows, limit, lambda row: (row.created.isoformat(), row.id))
    return LetterListing(items=items, next=following, total=total, kinds=letter_kinds())


def find_letter(workspace: Workspace, key: str) -> Letter | None:
    """The letter with this ID; ``None`` if there is none."""
    return next((one for one in workspace.ledger.cases.letters() if one.id == key), None)


def show_letter(workspace: Workspace, key: str) -> LetterDetail | None:
    """One letter; ``None`` if there is none with this ID.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    letter = find_letter(workspace, key)
    if letter is None:
        return None
    names = {one.id: one.name for one in workspace.ledger.cases.vendors()}
    work = case_service(workspace)
    here = letter_files(workspace.directory, letter)
    row = letter_rows([letter], names, sent_notes(workspace.ledger.cases))[0]
    return LetterDetail(
        letter=row,
        text=letter.text,
        plain=plain_text(letter),
        sha256=letter.sha256,
        dates=letter.dates,
        files=tuple(
            LetterFileRow(form=form, name=name, sha256=digest, kept=form in here)
            for name, digest in letter.files
            for form in [name.partition(f"-v{letter.version}.")[2]]
        ),
        warnings=(*letter_warnings(work, letter), *(() if row.sent else date_warnings(work, letter))),
        sent=row.sent,
        effect=EFFECTS[letter.kind],
        cases=tuple(LetterCase(id=one.id, state=one.state, due=one.due) for one in map(work.find_case, letter.cases)),
    )
