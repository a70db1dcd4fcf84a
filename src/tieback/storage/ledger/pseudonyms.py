"""Names for devices and people that tell nothing outside the workspace: keyed hashes, whose key stays in it.

HMAC with SHA-256 (RFC 2104), cut to 80 bits: the same id gives the same pseudonym in every import of a workspace, and
nobody without the key can try out ids. The key is made once and never leaves the workspace; without it pseudonyms
cannot be joined with ids again.
"""

import hmac
import os
import secrets
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors

KEY_FILE = "inventory.key"
KEY_BYTES = 32
LENGTH = 20
"""Hexadecimal digits of a pseudonym."""
_KEPT = 20_000


class Pseudonyms:
    """Gives pseudonyms; keeps the last thousands, since the rows of a device stand together."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[tuple[str, str], str] = {}

    @classmethod
    def of(cls, directory: Path) -> "Pseudonyms":
        """Those of a workspace; the key is made at the first use.

        Raises:
            WorkspaceError: the key cannot be read or written, or is no key.
        """
        path = directory / KEY_FILE
        with storage_errors(path):
            try:
                number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                key = path.read_bytes()
            else:
                key = secrets.token_bytes(KEY_BYTES)
                with os.fdopen(number, "wb") as file:
                    file.write(key)
        if len(key) != KEY_BYTES:
            raise WorkspaceError(
                "not a key of pseudonyms", where=str(path), advice="Restore it from a copy of the workspace"
            )
        return cls(key)

    def device(self, source: str, name: str) -> str:
        """Of a device, by the id that one inventory gives it."""
        return self._of(f"device\0{source}", name)

    def user(self, name: str) -> str:
        """Of a person, by the account name; letters count alike in either case. Empty for nobody."""
        return self._of("user", name.casefold()) if name else ""

    def _of(self, kind: str, name: str) -> str:
        known = self._known.get((kind, name))
        if known is None:
            known = hmac.digest(self._key, f"{kind}\0{name}".encode(), "sha256").hex()[:LENGTH]
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[kind, name] = known
        return known
