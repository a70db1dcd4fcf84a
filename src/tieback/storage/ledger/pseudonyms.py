"""Pseudonyms for devices and people: keyed hashes; the key stays in the workspace.

HMAC with SHA-256 (RFC 2104), truncated to 80 bits. The same ID gives the same pseudonym in every import of a workspace,
and IDs cannot be guessed without the key. The key is created once and never leaves the workspace; without it,
pseudonyms cannot be matched with IDs again.
"""

import hmac
import os
import secrets
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.model.small_file import read_small
from tieback.storage.failures import storage_errors

KEY_FILE = "inventory.key"
KEY_BYTES = 32
LENGTH = 20
"""Hexadecimal digits of a pseudonym."""
_KEPT = 20_000


class Pseudonyms:
    """Generates pseudonyms; caches some thousands, because the rows of a device are adjacent."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[tuple[str, str], str] = {}

    @classmethod
    def of(cls, directory: Path) -> "Pseudonyms":
        """The pseudonyms of a workspace; the key is created at first use.

        Raises:
            WorkspaceError: the key cannot be read or written, or is invalid.
        """
        path = directory / KEY_FILE
        with storage_errors(path):
            try:
                number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                key = read_small(path, 2 * KEY_BYTES)
            else:
                key = secrets.token_bytes(KEY_BYTES)
                with os.fdopen(number, "wb") as file:
                    file.write(key)
        if len(key) != KEY_BYTES:
            raise WorkspaceError(
                "not a valid pseudonym key", where=str(path), advice="Restore it from a backup of the workspace"
            )
        return cls(key)

    def device(self, source: str, name: str) -> str:
        """The pseudonym of a device, by its ID in one inventory."""
        return self._of(f"device\0{source}", name)

    def user(self, name: str) -> str:
        """The pseudonym of a person, by the account name (case-insensitive). Empty for an empty name."""
        return self._of("user", name.casefold()) if name else ""

    def _of(self, kind: str, name: str) -> str:
        known = self._known.get((kind, name))
        if known is None:
            known = hmac.digest(self._key, f"{kind}\0{name}".encode(), "sha256").hex()[:LENGTH]
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[kind, name] = known
        return known
