"""The state folder of the user: what tieback must remember where no repository under test can write.

The folder is ``TIEBACK_STATE``; otherwise ``$XDG_STATE_HOME/tieback`` or ``~/.local/state/tieback`` (XDG Base Directory
Specification).

    key                  32 random bytes, mode 0600: authenticates what this user's tieback wrote elsewhere
    trusted/<hash>.json  workspaces that this user created or trusts (``storage.trust``)
    trusted/<hash>.log   the write-ahead log of their ledger (``storage.ledger.write_ahead``); with <hash>.session
    workspaces/<name>/   default workspaces of checkouts
    leases/<hash>        locked by processes that probe under a grant (``scope.lease``)
    audit/               key that signs audit logs, and records of the logs (``scope.checkpoints``)
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.model.small_file import read_small

KEY_BYTES = 32
OTHERS_WRITE = 0o022
"""Mode bits that let group or others write."""
_ADVICE = "Set TIEBACK_STATE to a folder that only you can write"


NO_HOME = Path("/nonexistent")
"""Home of users without one, as in containers that run under any number: nothing is there, and nothing is created."""


def home_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's home folder: ``HOME``, else that of the account, else ``NO_HOME``."""
    home = environment.get("HOME", "")
    if home.startswith("/"):
        return Path(home)
    try:
        return Path.home()
    except RuntimeError:
        return NO_HOME


def expand_home(text: str, environment: Mapping[str, str] = os.environ) -> Path:
    """A path that may begin with ``~/``; another ``~`` is part of a name."""
    return home_folder(environment) / text[2:] if text.startswith("~/") else Path(text)


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The absolute path of the state folder; it may not exist. Relative paths in the XDG variable are ignored."""
    if named := environment.get("TIEBACK_STATE"):
        return expand_home(named, environment).absolute()
    base = Path(environment.get("XDG_STATE_HOME") or ".")
    if not base.is_absolute():
        base = home_folder(environment) / ".local" / "state"
    return base.absolute() / "tieback"


def configuration_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """``$XDG_CONFIG_HOME/tieback``, else ``~/.config/tieback``; a relative path in the variable is ignored."""
    base = environment.get("XDG_CONFIG_HOME", "")
    if base.startswith("/"):
        return Path(base, "tieback")
    return home_folder(environment) / ".config" / "tieback"


RULES_FOLDER = "rules"
"""Folder with rules of users, in the configuration folder and in a workspace."""


def has_user_rules(named: Sequence[Path] = (), workspace: Path | None = None) -> bool:
    """True if a folder may have rules of users: one that a command names, of the configuration, or of the workspace."""
    return bool(
        named
        or os.path.lexists(configuration_folder() / RULES_FOLDER)
        or (workspace is not None and os.path.lexists(workspace / RULES_FOLDER))
    )


def open_state_folder() -> Path:
    """The state folder, created if it is missing.

    Raises:
        WorkspaceError: it cannot be created, belongs to somebody else, or others can write to it.
    """
    folder = state_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise WorkspaceError(
            f"the folder for your state cannot be used ({error.strerror or error})", where=str(folder), advice=_ADVICE
        ) from None
    if status.st_uid != os.geteuid() or status.st_mode & OTHERS_WRITE:
        raise WorkspaceError("others can write to the folder for your state", where=str(folder), advice=_ADVICE)
    return folder


def user_key() -> bytes:
    """The key of this user on this machine, created with the first use.

    Raises:
        WorkspaceError: it cannot be read or written, or is damaged.
    """
    path = open_state_folder() / "key"
    try:
        if not path.exists():
            write_private(path, secrets.token_bytes(KEY_BYTES), replace=False)
        key = read_small(path, 2 * KEY_BYTES)
    except OSError as error:
        raise WorkspaceError(
            f"cannot be read or written ({error.strerror or error})", where=str(path), advice=_ADVICE
        ) from None
    if len(key) != KEY_BYTES:
        raise WorkspaceError(
            f"not a key of {KEY_BYTES} bytes",
            where=str(path),
            advice="Remove it, then run `tieback workspace trust` for each of your workspaces",
        )
    return key


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file of mode 0600 in one step, durable on disk. Without ``replace``, an existing file stays.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            try:
                os.link(draft, path)
            except FileExistsError:
                return
    finally:
        draft.unlink(missing_ok=True)
