"""Encrypts what the ledger or a cookie must not show: secrets of second factors, and sign-ins that have begun.

The key comes from the user's key in the state folder (``user_state``), so a copy of the ledger does not have it.
"""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken

from tieback.user_state import user_key


class SecretBox:
    """Authenticated encryption (Fernet: AES-128-CBC and HMAC-SHA-256) for one purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        derived = hmac.digest(key, f"tieback accounts 1\0{purpose}".encode(), "sha256")
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    @classmethod
    def of_user(cls, purpose: str) -> "SecretBox":
        """With the key of the user who runs the server. Raises ``WorkspaceError`` if it cannot be read or made."""
        return cls(user_key(), purpose)

    def close(self, text: str) -> str:
        """Encrypt a text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str, max_age: int | None = None) -> str | None:
        """Decrypt; None if it was changed, is older than ``max_age`` seconds, or has another key."""
        try:
            return self._fernet.decrypt(sealed.encode("utf-8", "replace"), ttl=max_age).decode()
        except (InvalidToken, UnicodeDecodeError):
            return None
