"""Random secrets of sessions, tokens and links. Only their SHA-256 is stored: 256 random bits need no slow hash."""

import hashlib
import secrets as random

TOKEN_START = "tbk_"
PREFIX_LETTERS = 8
"""Letters of a token that lists show: its start and four random ones (24 of 256 bits)."""


def new_secret() -> str:
    """A secret of 256 random bits in URL-safe letters."""
    return random.token_urlsafe(32)


def new_token() -> str:
    """The secret of an API token; secret scanners recognise its start."""
    return TOKEN_START + new_secret()


def new_id(now: float) -> str:
    """An ID that sorts by time: 12 hexadecimal digits of milliseconds since 1970, then 16 random ones."""
    return f"{int(now * 1000):012x}{random.token_hex(8)}"


def digest_of(secret: str) -> str:
    """SHA-256 of a secret, hexadecimal. A secret from a request may have any letters."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
