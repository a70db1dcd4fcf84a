"""Evidence from the text of a ransom note: kinds of signs, and salted digests of wallet, contact and amount.

The text is only held in memory while it is analysed. Two kinds of signs make a ransom note. The digests (HMAC-SHA-256
with the workspace's own salt) link notes of the same attacker, but the wallet cannot be looked up in a list.
"""

import hashlib
import hmac
import re

import msgspec

MARK_LENGTH = 20
"""Number of hexadecimal digits of a digest that are stored."""
_ENOUGH = 2

_WALLET = re.compile(
    r"\b(?:bc1[a-z0-9]{25,59}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|0x[0-9a-fA-F]{40}|4[0-9AB][1-9A-HJ-NP-Za-km-z]{93})\b"
)
"""Bitcoin (Bech32, Base58), Ethereum, Monero."""
_AMOUNT = re.compile(
    r"(?<![\w.])([0-9]{0,9}[.,]?[0-9]{1,9})\s{0,3}(BTC|BITCOINS?|XBT|XMR|MONERO|ETH|USDT)\b", re.IGNORECASE
)
_CONTACT = re.compile(
    r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,24}\b|\b[a-z2-7]{16}(?:[a-z2-7]{40})?\.onion\b"
    r"|(?<![\w/])(?:https?://)?t\.me/\w{3,64}",
)
_WORDS = re.compile(
    r"\b(?:recover|restor|ransom|back(?:ed)?[ -]?up|leak|decrypt|pay(?:ment)?\b|deleted|wiped|gdpr)", re.IGNORECASE
)
_UNITS = {"bitcoin": "btc", "bitcoins": "btc", "xbt": "btc", "monero": "xmr"}


class NoteSigns(msgspec.Struct, frozen=True):
    """The stored evidence of a note."""

    kinds: tuple[str, ...]
    """Kinds of signs found: ``wallet``, ``amount``, ``contact``, ``words``."""
    marks: tuple[str, ...]
    """Salted digests such as ``wallet:0f3a…``, sorted."""

    @property
    def confirmed(self) -> bool:
        """True if the text is a ransom note."""
        return len(self.kinds) >= _ENOUGH


def read_note(text: bytes, salt: bytes) -> NoteSigns:
    """Find the signs of a ransom note in a text.

    Args:
        text: at most a few KiB; bytes that are not UTF-8 are replaced.
        salt: the salt of the workspace, at least 16 bytes.
    """
    words = text.decode("utf-8", "replace")
    found = {
        "wallet": {match[0] if match[0][0] in "134" else match[0].lower() for match in _WALLET.finditer(words)},
        "amount": {f"{_number(match[1])} {_unit(match[2])}" for match in _AMOUNT.finditer(words)},
        "contact": {match[0].lower() for match in _CONTACT.finditer(words)},
    }
    kinds = [kind for kind, values in found.items() if values]
    # A word inside an address, as in payroll@example.org, is not a sign.
    if _WORDS.search(_CONTACT.sub(" ", words)):
        kinds.append("words")
    marks = sorted(f"{kind}:{_digest(kind, value, salt)}" for kind, values in found.items() for value in values)
    return NoteSigns(tuple(kinds), tuple(marks))


def _number(text: str) -> str:
    whole, _, part = text.replace(",", ".").partition(".")
    return f"{whole.lstrip('0') or '0'}.{part.rstrip('0')}".rstrip(".")


def _unit(text: str) -> str:
    return _UNITS.get(text.lower(), text.lower())


def _digest(kind: str, value: str, salt: bytes) -> str:
    return hmac.new(salt, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:MARK_LENGTH]
