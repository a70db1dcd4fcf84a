"""Passwords: Argon2id with the library's parameters (RFC 9106, second recommendation: 64 MiB, 3 passes, 4 lanes)."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.problems import TooManyAttemptsError

MIN_LETTERS = 12
MAX_LETTERS = 256
AT_ONCE = 2
"""Concurrent computations: each needs 64 MiB."""
MAX_WAITING = 8
_BUSY_SECONDS = 5


class Passwords:
    """Hashes and checks passwords, few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Checked for users that do not exist, so that an answer takes the same time.
        self._nobody = self._hasher.hash("no user has this password")
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._places = threading.BoundedSemaphore(AT_ONCE + MAX_WAITING)

    def hash(self, password: str) -> str:
        """The hash of a new password. Raises ``TooManyAttemptsError`` if the server is busy."""
        with self._turn():
            return self._hasher.hash(_normal(password))

    def matches(self, stored: str, password: str) -> bool:
        """True if the password is right; takes the same time if ``stored`` is empty.

        Raises:
            TooManyAttemptsError: the server is busy.
        """
        with self._turn():
            try:
                self._hasher.verify(stored or self._nobody, _normal(password[:MAX_LETTERS]))
            except (VerificationError, InvalidHashError):
                return False
        return bool(stored) and len(password) <= MAX_LETTERS

    def is_outdated(self, stored: str) -> bool:
        """True if the hash has other parameters than new ones."""
        return self._hasher.check_needs_rehash(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooManyAttemptsError(_BUSY_SECONDS)
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


def check_password(password: str, name: str) -> None:
    """Check a new password (NIST SP 800-63B: length counts, not kinds of letters).

    Raises:
        UsageError: it is too short, too long or too easy.
    """
    if not MIN_LETTERS <= len(_normal(password)) <= MAX_LETTERS or len(password) > MAX_LETTERS:
        raise UsageError(
            f"a password has {MIN_LETTERS} to {MAX_LETTERS} characters", where="password", advice="Use several words"
        )
    plain = password.casefold()
    if len(set(plain)) < 5 or plain.replace(name.casefold(), "") in {"", *map(str, range(1000))}:
        raise UsageError("this password is too easy", where="password", advice="Use several words")


def _normal(password: str) -> str:
    """The same bytes from every keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
