"""Letters whose files only the workspace keeps, and the kept files of all letters. Nothing is sent.

A file counts only if its SHA-256 is that of the ledger.
"""

import hashlib
import importlib.util
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tieback.cases.access_now import closed_text
from tieback.cases.letters.facts import Sender
from tieback.cases.policy import CasePolicy
from tieback.model.case import Letter
from tieback.model.errors import GrantError, InputError, UsageError
from tieback.model.small_file import read_small
from tieback.pipeline.disclosure.cases import CaseService
from tieback.pipeline.disclosure.letter_sender import sender_of
from tieback.pipeline.disclosure.letter_sent import answer_day, is_outdated
from tieback.pipeline.disclosure.letters import LETTERS, LetterRequest, WrittenLetter, write_letters
from tieback.storage.failures import storage_errors
from tieback.storage.trust import SENDER_FILE, settings_file

MAX_FILE = 32 << 20
_NEEDS = {"pdf": "weasyprint", "docx": "docxtpl"}
"""Formats that need a library of an extra."""
FORMATS: Mapping[str, str] = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "mailto.txt": "text/plain; charset=utf-8",
}
"""Endings of the files of a letter, and their media types."""
CLAIMING = frozenset({"exposure", "reminder", "escalation", "provider"})
"""Letters that state that a store is open."""
_ID = re.compile(r"letter-[0-9a-f]{12}")


class KeptLetter(msgspec.Struct, frozen=True):
    """A letter that was written, and what to know before sending it."""

    letter: Letter
    again: bool
    """True if the same text was written before."""
    warnings: tuple[str, ...]


def available_formats() -> tuple[str, ...]:
    """The formats that this installation can write."""
    return tuple(name for name in FORMATS if name not in _NEEDS or importlib.util.find_spec(_NEEDS[name]) is not None)


def write_kept_letter(
    work: CaseService, vendor: str, kind: str, policy: CasePolicy, request: Mapping[str, object]
) -> KeptLetter:
    """Write one kind of letter to one vendor, only into the workspace.

    Args:
        work: the cases.
        vendor: ID of the vendor.
        kind: kind of letter.
        policy: sets its dates.
        request: further fields of ``LetterRequest``: language, to, address, due, tlp, reason, signed_as, by.

    Raises:
        UsageError: the letter does not concern the vendor, or there is no sender; see ``write_letters``.
        InputError: a file cannot be written.
    """
    work.enroll()
    sender = None if request.get("signed_as") else kept_sender_file(work)
    forms = tuple("mailto" if name == "mailto.txt" else name for name in available_formats())
    with tempfile.TemporaryDirectory(prefix="tieback-letter-") as draft:
        asked = LetterRequest(kind=kind, out=Path(draft), vendors=(vendor,), forms=forms, sender=sender)
        asked = msgspec.structs.replace(asked, **dict(request))
        (written,) = list(write_letters(work, asked, policy))
    return KeptLetter(written.letter, written.again, tuple(_warnings(work, written)))


def kept_sender_file(work: CaseService) -> Path | None:
    """The sender file of the workspace, if it has one. Raises ``UsageError`` if the user did not accept it."""
    return settings_file(work.directory, SENDER_FILE, None, "--sender")


def kept_sender(work: CaseService) -> tuple[Sender | None, str]:
    """The sender of letters that name none, and why there is none; the reason is empty if there is one."""
    try:
        return sender_of(work, kept_sender_file(work)), ""
    except (UsageError, InputError, GrantError) as error:
        return None, "" if error.where == "--sender" else f"{SENDER_FILE}: {error.what}. {error.advice}"


def _warnings(work: CaseService, written: WrittenLetter) -> list[str]:
    found = letter_warnings(work, written.letter)
    if written.by_name:
        how = "by its name only, or by the identifier of a template"
        found.append(f"The inventory lists an app {how}: check that it is the same app before you send it.")
    if written.address_unknown:
        found.append("It cannot state from which address you connected: add public_address to the sender file.")
    if written.key:
        found.append(f"Encrypt the mail with the key at {written.key}")
    found += [f"{hint}." for hint in written.hints]
    return found


def letter_warnings(work: CaseService, letter: Letter) -> list[str]:
    """What to know before sending a letter: each a sentence."""
    found = []
    for key in letter.cases:
        case = work.find_case(key)
        owner = work.other_owner(case)
        if owner:
            found.append(
                f"{owner} answers for the store of {key}, not the vendor of the case. Do not send it; close the case."
            )
        if case.unconfirmed:
            found.append(f"The verdict of {key} is experimental and not confirmed.")
        if letter.kind in CLAIMING and (closed := closed_text(case)):
            found.append(f"{key}: {closed}. The letter states that the store is open: do not send it.")
        silent = case.silent_until(work.now.date())
        if letter.kind == "provider" and silent is not None:
            found.append(f"A letter about {key} promises to inform no provider or CERT until {silent}.")
    return found


def date_warnings(work: CaseService, letter: Letter) -> list[str]:
    """That a letter which was not sent yet has dates that passed; none for a letter that was sent."""
    if not is_outdated(letter, work.now.date()):
        return []
    return [f"Its dates have passed: it requests an answer by {answer_day(letter)}. Write it again before you send it."]


def letter_files(directory: Path, letter: Letter) -> dict[str, Path]:
    """The files of a letter that the workspace keeps, by format: only those that the ledger names, with their hash.

    Raises:
        WorkspaceError: the folder cannot be read.
    """
    folder = directory / LETTERS / letter.id
    if not _ID.fullmatch(letter.id) or folder.is_symlink() or not folder.is_dir():
        return {}
    found = {}
    for name, digest in letter.files:
        form = name.partition(f"-v{letter.version}.")[2]
        path = folder / Path(name).name
        if form in FORMATS and not path.is_symlink() and path.is_file() and _sha256(path) == digest:
            found[form] = path
    return found


def read_letter_file(directory: Path, letter: Letter, form: str) -> bytes:
    """One file of a letter.

    Raises:
        UsageError: the workspace does not keep this file.
        WorkspaceError: it cannot be read.
    """
    path = letter_files(directory, letter).get(form)
    if path is None:
        raise UsageError("this file is not here", where=f"{letter.id}.{form}"[:80], advice="Write the letter again")
    with storage_errors(path):
        return read_small(path, MAX_FILE)


def _sha256(path: Path) -> str:
    with storage_errors(path), path.open("rb") as file:
        if path.stat().st_size > MAX_FILE:
            return ""
        return hashlib.file_digest(file, "sha256").hexdigest()
