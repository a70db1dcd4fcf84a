"""Read a ransom note from a store that looks ransomed, if the grant allows it; store the verdict, not the text.

One record of at most 4 KiB is read, from the container whose name and shape look most like a note. The text is judged
in memory and discarded; the report contains only the kinds of signs and salted digests.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from tieback.assess.note import read_note
from tieback.assess.ransom import RansomSigns, builtin_signs, confirm_note, strongest_verdict
from tieback.model.errors import WorkspaceError
from tieback.model.grant import Depth
from tieback.model.probe import Outcome, ProbeReport, Ransom
from tieback.model.small_file import read_small
from tieback.probes.choose import note_reader
from tieback.scope.conversation import Fault, Target, Traffic
from tieback.scope.dialer import Dialer
from tieback.scope.replay import ReplayDialer

_SALT_BYTES = 32


class NoteJudge:
    """Judges reports by names and shape; if a note is likely, also by its text."""

    def __init__(
        self,
        salt: bytes,
        concluded: Callable[[Target, Ransom], None] | None = None,
        signs: RansomSigns | None = None,
    ) -> None:
        """Load the rules.

        Args:
            salt: for the digests.
            concluded: called with each verdict based on a note's text.
            signs: names of notes; by default only those of the package.
        """
        self._salt = salt
        self._signs = signs or builtin_signs()
        self._concluded = concluded

    async def read(
        self, report: ProbeReport, target: Target, depth: Depth, dialer: Dialer | ReplayDialer
    ) -> ProbeReport:
        """The report with the verdict on its note, if it has a readable one.

        Args:
            report: report of the store.
            target: the probed target; its rule allows notes.
            depth: maximum probe depth for this target.
            dialer: opens the connection.

        Raises:
            WorkspaceError: the audit log cannot be written.
        """
        reader = note_reader(report.probe)
        if report.outcome is not Outcome.OK or reader is None or not depth.allows(Depth.DESCRIBE):
            return report
        container = self._signs.find_note(report.containers)
        if container is None:
            return report
        note = msgspec.structs.replace(target, tls=True if report.tls is not None else target.tls)
        try:
            text, traffic = await dialer.converse(
                note,
                reader.note(note, container, report.account),
                reader.meta.sends,
                depth=depth,
                probe=note_label(reader.meta.name),
                note=True,
            )
        except Fault as fault:
            return msgspec.structs.replace(
                report, problems=(*report.problems, f"the note was not read: {fault.detail}")
            )
        verdict = confirm_note(read_note(text, self._salt), container)
        if self._concluded is not None and verdict.reasons:
            self._concluded(target, verdict)
        return with_note_verdict(report, verdict, traffic)


def note_label(probe: str) -> str:
    """Name of the conversation that reads a note, per probe."""
    return f"{probe}-note"


def with_note_verdict(report: ProbeReport, verdict: Ransom, traffic: Traffic) -> ProbeReport:
    """The report with the verdict on a note, and the traffic of reading it."""
    return msgspec.structs.replace(
        report,
        ransom=strongest_verdict((report.ransom, verdict)),
        bytes_sent=report.bytes_sent + traffic.bytes_sent,
        bytes_read=report.bytes_read + traffic.bytes_read,
        seconds=round(report.seconds + traffic.seconds, 6),
    )


def workspace_salt(workspace: Path) -> bytes:
    """The salt of a workspace.

    Raises:
        WorkspaceError: as ``read_salt``, or somebody else brought it, and could compare digests with texts.
    """
    from tieback.storage.trust import NOTE_SALT_FILE, accept_file, require_accepted

    require_accepted(workspace, NOTE_SALT_FILE)
    salt = read_salt(workspace)
    accept_file(workspace, NOTE_SALT_FILE)
    return salt


def read_salt(folder: Path) -> bytes:
    """The salt of this folder, created at first use and readable only by the owner.

    Raises:
        WorkspaceError: the salt cannot be read or written.
    """
    from tieback.storage.trust import NOTE_SALT_FILE

    path = folder / NOTE_SALT_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            salt = read_small(path, 2 * _SALT_BYTES)
        else:
            salt = secrets.token_bytes(_SALT_BYTES)
            with os.fdopen(number, "wb") as file:
                file.write(salt)
    except OSError as error:
        raise WorkspaceError(f"cannot be used ({error.strerror})", where=str(path), advice="Check the folder") from None
    if len(salt) != _SALT_BYTES:
        raise WorkspaceError(
            "not a valid salt file", where=str(path), advice="Remove it; digests of old notes can no longer be compared"
        )
    return salt
