"""Text of a device without what names the device, its owner or its network."""

import re
from collections.abc import Iterable

MAX_TEXT = 200
_GONE = "…"
_PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"  # mail addresses, accounts
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"  # IPv4, with a port
    r"|(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"  # IPv6, MAC
    r"|(?<![\w-])(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}(?![\w-])"  # MAC with hyphens
    r"|\b[0-9A-Fa-f]{12,}\b|\b\d(?:[ -]?\d){8,}\b"  # serial numbers, IMEI in groups
    r"|(?:[A-Za-z]:)?[/\\](?:home|Users|root|data)[/\\][^:;,'\"()]*"  # folders of a user or an app
    r"|\b(?!(?:android|dalvik|java|javax|kotlin)\.)[A-Za-z]\w*(?:\.[A-Za-z]\w*){2,}",  # apps
)


def shareable(text: str, private: Iterable[str] = ()) -> str:
    """One printable line of at most ``MAX_TEXT`` characters, without addresses, long numbers, home folders and apps.

    Args:
        text: text that may come from a device.
        private: further texts that are left out in any case of letters, such as the serial of the device.
    """
    line = "".join(char if char.isprintable() else " " for char in text[: 20 * MAX_TEXT])
    for secret in sorted(filter(None, private), key=len, reverse=True):
        line = re.sub(re.escape(secret), _GONE, line, flags=re.IGNORECASE)
    return " ".join(_PRIVATE.sub(_GONE, line).split())[:MAX_TEXT]
