"""Which workspaces may decide a result or a connection: those that this user created here, or trusts by a command.

A repository can contain every file of a workspace: results that say an app is clean, suppressions, the address of a
ledger. So a workspace proves its origin. It has a random token in its file ``identity``; the user's state folder, which
no repository can write, has the same token under the path of the workspace, and the addresses of ledgers that the user
passed. A workspace in a checkout must not have tracked files either, because a checkout can add files to a
workspace that the user created.
"""

import fcntl
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import msgspec

from tieback.model.errors import UsageError, WorkspaceError
from tieback.storage.checkout import checkout_of, tracked_by
from tieback.storage.failures import storage_errors
from tieback.user_state import OTHERS_WRITE, RULES_FOLDER, open_state_folder, state_folder, user_key, write_private

IDENTITY_FILE = "identity"
DEFAULT = Path(".tieback")
LOG_NOTE = ".log"
"""Suffix of the file of the state folder about the log of a ledger (``storage.ledger.write_ahead``)."""
_MAX_RECORD = 65_536
_MAX_RULE_FILES = 2_000
_MAX_SETTINGS_BYTES = 32 * 1024 * 1024
"""Most bytes of a settings file, or of all rule files of a folder, that can be accepted. No reader takes more."""
_TOKEN_BYTES = 32
_CHECKED = (
    ".",
    "VERSION",
    IDENTITY_FILE,
    "ledger.db",
    "ledger.db-wal",
    "ledger.db-shm",
    "ledger.db-journal",
    "ledger.json",
    "ledger.moving.json",
    "suppressions.toml",
    "lake",
    "lake/parts",
)
"""Files that decide results or connections: they must belong to the user, and only the user may write them."""


class ConfirmedLedger(msgspec.Struct, frozen=True):
    """A PostgreSQL ledger that the user passed for a workspace."""

    url: str
    workspace: str


class TrustRecord(msgspec.Struct, frozen=True):
    """What the state folder has about a workspace."""

    path: str
    """Absolute, without links."""
    token: str
    ledgers: tuple[ConfirmedLedger, ...] = ()
    accepted: dict[str, str] | None = None
    """SHA-256 of settings files in the workspace that the user accepts, by name. ``None`` in records of earlier
    releases: a file that is present at its first use is accepted then."""
    ledger: str = ""
    """Random word in the workspace's own ledger file; empty until its first use."""


SUPPRESSIONS_FILE, WEBHOOKS_FILE = "suppressions.toml", "webhooks.toml"
RETENTION_FILE, SENDER_FILE = "retention.toml", "sender.toml"
"""Written by the user, who accepts each by passing it to a command."""
DOMAINS_FILE, PSEUDONYM_KEY_FILE, NOTE_SALT_FILE = "domains.toml", "inventory.key", "ransom.salt"
"""Written by tieback, which accepts each when it writes it."""
SETTINGS_FILES = (
    SUPPRESSIONS_FILE,
    WEBHOOKS_FILE,
    RETENTION_FILE,
    SENDER_FILE,
    DOMAINS_FILE,
    PSEUDONYM_KEY_FILE,
    NOTE_SALT_FILE,
)
"""Files that decide a result, a connection, a removal, a letter or a pseudonym: each is accepted by its content."""


def default_workspace(folder: Path) -> tuple[Path, str]:
    """The workspace of commands that name none, for a working directory.

    It is ``.tieback`` there. If that is a folder that a repository may have brought, it is a folder of the user's state
    folder, named after the path.

    Returns:
        The workspace, and why it is not ``.tieback``, as one clause; empty if it is.
    """
    here = folder / DEFAULT
    if here.is_symlink():
        why = f"{DEFAULT} is a link"
    elif os.path.lexists(here) and not _is_free(here):
        why = distrust(here)
    else:
        root = checkout_of(here)
        why = f"{root} is a checkout" if root is not None else ""
    if not why:
        return DEFAULT, ""
    real = Path(os.path.realpath(folder))
    return state_folder() / "workspaces" / f"{real.name[:60] or 'root'}-{_name(real)[:12]}", why


def distrust(workspace: Path) -> str:
    """Why this user did not create or accept a workspace, or others can change it, as one clause; empty if trusted."""
    real = Path(os.path.realpath(workspace))
    try:
        if why := _writable_by_others(real):
            return why
        record = _read_record(real)
        token = _read_small(real / IDENTITY_FILE).decode("ascii", "replace").strip()
    except OSError as error:
        return f"{error.filename or real} cannot be read ({error.strerror})"
    if record is None or not hmac.compare_digest(record.token.encode(), token.encode()):
        return "you did not create it on this machine"
    if real.is_relative_to(Path(os.path.realpath(state_folder()))):
        return ""
    return tracked_by(real)


def trust(workspace: Path, *, new: bool = False) -> bytes:
    """Remember that this user created or accepts a workspace.

    Args:
        workspace: its directory.
        new: it is being created, and stays as it is if another process was first; otherwise it gets a new token.

    Returns:
        The key that seals its lake.

    Raises:
        WorkspaceError: it cannot be remembered, others can write to it, or it comes from a checkout.
    """
    real = Path(os.path.realpath(workspace))
    folder = open_state_folder() / "trusted"
    with storage_errors(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if new and not distrust(real):
            return key_of(real)
        return _enter(workspace, real, folder, () if new else (*SETTINGS_FILES, RULES_FOLDER))
    finally:
        os.close(descriptor)


def _enter(workspace: Path, real: Path, folder: Path, names: Iterable[str]) -> bytes:
    with storage_errors(real):
        if why := _writable_by_others(real):
            raise WorkspaceError(why, where=str(workspace), advice=f"{_remedy(why)}, or choose another folder")
        if not real.is_relative_to(folder.parent.resolve()) and (why := tracked_by(real)):
            raise WorkspaceError(why, where=str(workspace), advice="Choose a folder outside the checkout")
        token = secrets.token_hex(_TOKEN_BYTES)
        write_private(real / IDENTITY_FILE, token.encode() + b"\n")
    with storage_errors(folder):
        _record_file(real).with_suffix(LOG_NOTE).unlink(missing_ok=True)
        accepted = {name: digest for name in names if (digest := _digest(real / name))}
        write_private(_record_file(real), msgspec.json.encode(TrustRecord(_text(real), token, accepted=accepted)))
    return lake_key(real, token)


def key_of(workspace: Path) -> bytes:
    """The key that seals the lake of a trusted workspace. Raises ``WorkspaceError`` or ``OSError``."""
    real = Path(os.path.realpath(workspace))
    return lake_key(real, _read_small(real / IDENTITY_FILE).decode("ascii", "replace").strip())


def lake_key(workspace: Path, token: str) -> bytes:
    """The key of one lake: no other workspace of the same user has it."""
    return hmac.new(user_key(), f"lake\0{_text(workspace)}\0{token}".encode(), hashlib.sha256).digest()


def confirm_ledger(workspace: Path, url: str, name: str) -> None:
    """Remember the address of a ledger that the user passed for a trusted workspace, and its name there.

    Raises:
        WorkspaceError: it cannot be remembered.
    """
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        record = _read_record(real)
    if record is None:
        raise WorkspaceError(
            "you did not create this workspace on this machine",
            where=str(workspace),
            advice=f"Run `tieback workspace trust -w {workspace}` first",
        )
    ledger = ConfirmedLedger(url, name)
    if ledger not in record.ledgers:
        record = msgspec.structs.replace(record, ledgers=(*record.ledgers, ledger))
        with storage_errors(_record_file(real)):
            write_private(_record_file(real), msgspec.json.encode(record))


def require_confirmed(workspace: Path, url: str, name: str) -> None:
    """Check that the user passed this address for this workspace, before anything connects to it.

    Raises:
        WorkspaceError: the user did not.
    """
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        record = _read_record(real)
    if record is None or ConfirmedLedger(url, name) not in record.ledgers:
        raise WorkspaceError(
            f"the ledger at {url} is not confirmed: a file of this folder names it, and you did not",
            where=str(workspace),
            advice=f"If it is yours, run `tieback workspace trust -w {workspace} --ledger URL`",
        )


def state_file(workspace: Path, suffix: str) -> Path | None:
    """The file of the state folder about a workspace with this suffix; ``None`` if the user never trusted it.

    Raises:
        WorkspaceError: the state folder cannot be read.
    """
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        return _record_file(real).with_suffix(suffix) if _read_record(real) is not None else None


def ledger_mark(workspace: Path) -> str:
    """The word that the ledger file of a workspace has; empty if none is known. Raises ``WorkspaceError``."""
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        record = _read_record(real)
    return record.ledger if record is not None else ""


def remember_ledger(workspace: Path, mark: str) -> None:
    """Remember the word that the ledger file of a trusted workspace has. Raises ``WorkspaceError``."""
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        record = _read_record(real)
    if record is not None and record.ledger != mark:
        with storage_errors(_record_file(real)):
            write_private(_record_file(real), msgspec.json.encode(msgspec.structs.replace(record, ledger=mark)))


def accepts_file(workspace: Path, name: str) -> bool:
    """True if the user accepted a settings file of a workspace as it is now.

    An archive that is unpacked over a workspace can bring one. That it belongs to the user proves nothing.

    Args:
        workspace: its directory.
        name: one of ``SETTINGS_FILES``, or the folder with rules, of which all files count together.

    Raises:
        WorkspaceError: it cannot be remembered that a file of an earlier release is accepted.
    """
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        record, digest = _read_record(real), _digest(real / name)
    if record is None or not digest:
        return False
    if record.accepted is None:
        for each in SETTINGS_FILES:
            accept_file(workspace, each)
        return name in SETTINGS_FILES
    return hmac.compare_digest(record.accepted.get(name, ""), digest)


def settings_file(workspace: Path, name: str, passed: Path | None, option: str) -> Path | None:
    """The settings file that a command uses: the one that the user passed, or that of the workspace, if it has one.

    Args:
        workspace: its directory.
        name: of the file in a workspace.
        passed: value of the option.
        option: such as ``--sender``.

    Raises:
        UsageError: the user did not accept the file of the workspace as it is now.
    """
    default = workspace / name
    if passed is not None or not os.path.lexists(default):
        return passed
    if not accepts_file(workspace, name):
        raise UsageError(
            "new or changed, and you did not accept it yet",
            where=str(default),
            advice=f"Review it, then pass {option} {default}",
        )
    return default


def accept_passed(workspace: Path, name: str, passed: Path | None) -> None:
    """Accept the settings file of a workspace if it is the one that the user passed. Raises ``WorkspaceError``."""
    if passed is not None and os.path.realpath(passed) == os.path.realpath(workspace / name):
        accept_file(workspace, name)


def require_accepted(workspace: Path, name: str) -> None:
    """Check that a file that tieback wrote into a workspace is as it wrote it; a missing file is no error.

    Raises:
        WorkspaceError: it is another one.
    """
    if os.path.lexists(workspace / name) and not accepts_file(workspace, name):
        raise WorkspaceError(
            "your tieback did not write this file as it is now",
            where=str(workspace / name),
            advice=f"Restore or remove it. If it is yours, run `tieback workspace trust -w {workspace}`",
        )


def accept_file(workspace: Path, name: str) -> None:
    """Remember that the user accepts a settings file of a trusted workspace as it is now.

    Raises:
        WorkspaceError: it cannot be remembered.
    """
    real = Path(os.path.realpath(workspace))
    with storage_errors(real):
        record, digest = _read_record(real), _digest(real / name)
    if record is None or not digest or (record.accepted or {}).get(name) == digest:
        return
    record = msgspec.structs.replace(record, accepted={**(record.accepted or {}), name: digest})
    with storage_errors(_record_file(real)):
        write_private(_record_file(real), msgspec.json.encode(record))


def accepted_files(workspace: Path) -> tuple[str, ...]:
    """Names of the settings files, and of the folder with rules, that the user accepted. Raises ``WorkspaceError``."""
    record = _read_record(Path(os.path.realpath(workspace)))
    return tuple(record.accepted or ()) if record is not None else ()


def _digest(path: Path) -> str:
    """SHA-256 of a regular file, or of the rule files in a folder; empty for anything else and if too large."""
    if not path.is_dir() or path.is_symlink():
        return _file_digest(path, _MAX_SETTINGS_BYTES)[0]
    names = sorted(one.name for one in islice(path.iterdir(), _MAX_RULE_FILES) if one.name.endswith(".toml"))
    left, whole = _MAX_SETTINGS_BYTES, hashlib.sha256()
    for name in names:
        digest, size = _file_digest(path / name, left)
        left -= size
        if left < 0:
            return ""
        whole.update(f"{name}\0{digest}\0".encode())
    return whole.hexdigest()


def _file_digest(path: Path, limit: int) -> tuple[str, int]:
    """SHA-256 of a regular file of at most ``limit`` bytes, else an empty text; and how many bytes were read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return "", 0
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return "", 0
    with os.fdopen(descriptor, "rb") as file:
        whole, read = hashlib.sha256(), 0
        while chunk := file.read(min(1 << 20, limit + 1 - read)):
            whole.update(chunk)
            read += len(chunk)
    return (whole.hexdigest() if read <= limit else ""), read


def _read_record(real: Path) -> TrustRecord | None:
    try:
        record = msgspec.json.decode(_read_small(_record_file(real)), type=TrustRecord)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return record if record.path == _text(real) else None


def _record_file(real: Path) -> Path:
    return state_folder() / "trusted" / f"{_name(real)[:40]}.json"


def _name(real: Path) -> str:
    return hashlib.sha256(os.fsencode(real)).hexdigest()


def _text(real: Path) -> str:
    return os.fsencode(real).decode("utf-8", "backslashreplace")


def _is_free(folder: Path) -> bool:
    """True for a folder in which a workspace can be created."""
    try:
        return all(entry.name.startswith(".VERSION.") for entry in folder.iterdir())
    except OSError:
        return False


def _read_small(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_MAX_RECORD) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""


_LINK, _FOREIGN = "is a link", "belongs to another user"


def _remedy(why: str) -> str:
    """What the user can do against a cause of ``_writable_by_others``."""
    if why.endswith(_LINK):
        return "Replace the link by what it points to"
    return "Run `chown -R $(id -u)` on it as root" if why.endswith(_FOREIGN) else "Run `chmod -R go-w` on it"


def _writable_by_others(real: Path) -> str:
    """Which file of a workspace belongs to somebody else, or can be written by others, as one clause."""
    for name in _CHECKED:
        try:
            status = (real / name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        what = str(real) if name == "." else f"{real}/{name}"
        if stat.S_ISLNK(status.st_mode):
            return f"{what} {_LINK}"
        if status.st_uid != os.geteuid():
            return f"{what} {_FOREIGN}"
        if status.st_mode & OTHERS_WRITE:
            return f"others can write to {what}"
    return ""
