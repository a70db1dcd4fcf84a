"""Signed checkpoints of the audit log, and a record of each log's last one.

The hash chain alone can be recomputed by an editor of the log. So a line with an Ed25519 signature (RFC 8032) of the
chain so far is added every ``EVERY`` lines and at the end. The key pair is in the user's state folder, made on first
use: ``audit/id_ed25519`` (only the user may read it) and ``audit/id_ed25519.pub``, both in OpenSSH's format.

A log that ends at an earlier checkpoint is valid in itself. Therefore the folder ``audit/logs`` has a record per log,
by its path: number and hash of the last checkpoint. It shows that lines were removed, on the machine that wrote them.
"""

import base64
import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.model.small_file import read_small
from tieback.scope.policy.ssh_keys import PublicKey, parse_public_key
from tieback.user_state import open_state_folder, state_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

EVENT = "checkpoint"
EVERY = 256
"""Lines between two checkpoints."""
_KEY_FILE = "id_ed25519"
_MAX_KEY = 4096
_KIND = "ssh-ed25519"
_MAX_RECORD = 16 * 1024


class LogRecord(msgspec.Struct, frozen=True):
    """What this machine knows about a log from its last checkpoint."""

    path: str
    lines: int
    """Number of the checkpoint's line."""
    head: str
    """Hash of that line."""
    key: str
    """Line of the public key file."""
    time: str


class CheckpointSigner:
    """Signs checkpoints, and keeps the record of one log."""

    def __init__(self, key: "Ed25519PrivateKey", public: str, record: Path, log: Path) -> None:
        self._key = key
        self.public = public
        """Line of the public key file."""
        self._record = record
        self._log = log

    @classmethod
    def open(cls, log: Path, folder: Path | None = None) -> "CheckpointSigner":
        """The signer for a log, with the user's key, which is made if there is none.

        Args:
            log: the audit log.
            folder: folder of the key and the records; default: ``audit`` in the user's state folder.

        Raises:
            WorkspaceError: the key cannot be read or written, or other users may read it.
        """
        place = open_state_folder() / "audit" if folder is None else folder
        key, public = open_key(place)
        return cls(key, public, record_file(log, place), log)

    def fields(self, seq: int, prev: str) -> dict[str, object]:
        """The fields of a checkpoint line.

        Args:
            seq: number of the line.
            prev: hash of the line before it.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        signature = self._key.sign(_message(seq, prev, now))
        return {"key": self.public, "signed": now, "signature": base64.b64encode(signature).decode()}

    def earlier(self) -> LogRecord | None:
        """The record of this log."""
        return _read_record(self._record)

    def keep(self, lines: int, head: str) -> None:
        """Replace the record.

        Raises:
            OSError: it cannot be written.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        data = msgspec.json.encode(LogRecord(str(self._log.resolve()), lines, head, self.public, now))
        draft = self._record.with_suffix(f".{os.getpid()}")
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(number, data)
        finally:
            os.close(number)
        draft.replace(self._record)


def open_key(folder: Path | None = None) -> "tuple[Ed25519PrivateKey, str]":
    """The user's key, which is made if there is none, and the line of its public half.

    Args:
        folder: folder of the key and the records; default: ``audit`` in the user's state folder.

    Raises:
        WorkspaceError: the key cannot be read or written, or other users may read it.
    """
    place = open_state_folder() / "audit" if folder is None else folder
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        (place / "logs").mkdir(mode=0o700, exist_ok=True)
        return _load_key(place)
    except OSError as error:
        raise WorkspaceError(
            f"cannot be read or written ({error.strerror})",
            where=str(place),
            advice="Make it writable, or set TIEBACK_STATE to a folder that is; the audit log needs it",
        ) from None


def checkpoint_key(fields: dict[str, object], seq: int, prev: str) -> PublicKey:
    """The key that signed a checkpoint line.

    Raises:
        ValueError: the signature is missing or wrong.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = parse_public_key(str(fields.get("key", "")))
        if key.kind != _KIND:
            raise ValueError(key.kind)
        data = base64.b64decode(str(fields.get("signature", "")), validate=True)
        signed = str(fields.get("signed", ""))
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key.blob)[-32:]).verify(data, _message(seq, prev, signed))
    except (ValueError, InvalidSignature):
        raise ValueError("the signature of this checkpoint is wrong: lines before it were changed or removed") from None
    return key


def record_of(log: Path, folder: Path | None = None) -> LogRecord | None:
    """The record of a log on this machine, if there is one. ``folder`` as for ``CheckpointSigner.open``."""
    return _read_record(record_file(log, state_folder() / "audit" if folder is None else folder))


def own_fingerprint(folder: Path | None = None) -> str:
    """The fingerprint of this user's key, or empty. Reads only the public half."""
    place = state_folder() / "audit" if folder is None else folder
    try:
        return parse_public_key(read_small(place / f"{_KEY_FILE}.pub", _MAX_KEY).decode("ascii")).fingerprint
    except (OSError, ValueError):
        return ""


def record_file(log: Path, folder: Path) -> Path:
    """The file of a log's record."""
    return folder / "logs" / f"{hashlib.sha256(os.fsencode(log.resolve())).hexdigest()}.json"


def _message(seq: int, prev: str, signed: str) -> bytes:
    return f"tieback audit checkpoint 1\n{seq}\n{prev}\n{signed}\n".encode("utf-8", "backslashreplace")


def _read_record(place: Path) -> LogRecord | None:
    try:
        with place.open("rb") as file:
            return msgspec.json.decode(file.read(_MAX_RECORD), type=LogRecord)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _load_key(folder: Path) -> "tuple[Ed25519PrivateKey, str]":
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    place = folder / _KEY_FILE
    if not os.path.lexists(place):
        _make_key(folder)
    advice = "Keep it as evidence and delete it; a new one is made, and its logs name the new key"
    number = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(number, "rb") as file:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o077:
            what = "other users may read or replace the key that signs audit logs"
            raise WorkspaceError(what, where=str(place), advice=advice)
        data = file.read(_MAX_KEY)
    try:
        key = serialization.load_ssh_private_key(data, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise WorkspaceError("not an Ed25519 key in OpenSSH's format", where=str(place), advice=advice)
    public = _public_line(key)
    if not os.path.lexists(folder / f"{_KEY_FILE}.pub"):
        (folder / f"{_KEY_FILE}.pub").write_text(f"{public}\n", encoding="ascii")
    return key, public


def _public_line(key: "Ed25519PrivateKey") -> str:
    from cryptography.hazmat.primitives import serialization

    form = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return f"{key.public_key().public_bytes(*form).decode('ascii')} tieback-audit"


def _make_key(folder: Path) -> None:
    """Write a new private key. If another process does the same, the first one wins."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    number, draft = tempfile.mkstemp(dir=folder, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(number, "wb") as file:
            file.write(private)
            file.flush()
            os.fsync(number)
        with suppress(FileExistsError):
            os.link(draft, folder / _KEY_FILE)
    finally:
        Path(draft).unlink()
