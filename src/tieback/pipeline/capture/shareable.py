"""Text of a device without what names the device, its owner or its network."""

import re
from collections.abc import Iterable

MAX_TEXT = 200
_GONE = "…"
_PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"  # mail addresses, accounts
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"  # IPv4, with a port
    r"|(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"  # IPv6, MAC
    r"|\b[0-9A-Fa-f]{12,}\b|\b\d{9,}\b"  # serial numbers, IMEI
)


def shareable(text: str, private: Iterable[str] = ()) -> str:
    """One printable line of at most ``MAX_TEXT`` characters, without addresses and long numbers.

    Args:
        text: text that may come from a device.
        private: further texts that are left out, such as the serial of the device.
    """
    line = "".join(char if char.isprintable() else " " for char in text[: 20 * MAX_TEXT])
    for secret in sorted(filter(None, private), key=len, reverse=True):
        line = line.replace(secret, _GONE)
    return " ".join(_PRIVATE.sub(_GONE, line).split())[:MAX_TEXT]
