"""E-mail domains of an organisation: their form, and whether an address is at one of them."""

from collections.abc import Collection

from tieback.model.errors import UsageError
from tieback.model.lazy_pattern import lazy_pattern

MAX_DOMAINS = 256
_DOMAIN = lazy_pattern(r"(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.){1,20}(?!-)[a-z0-9-]{2,63}(?<!-)")
ADDRESS = lazy_pattern(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,20})")
"""An address in a text; its group is the domain."""


def mail_domain(text: str) -> str:
    """Return a domain in lower case and ASCII (IDNA), without a leading ``@``.

    Raises:
        UsageError: it is not a domain with at least two labels.
    """
    name = _ascii(text.strip().removeprefix("@").rstrip("."))
    if not _DOMAIN.fullmatch(name) or len(name) > 253 or name.rpartition(".")[2].isdigit():
        raise UsageError("not an e-mail domain", where=text[:200], advice="Write it as in `example.org`")
    return name


def is_at(domain: str, own: Collection[str]) -> bool:
    """True if an address with this domain is at one of the own domains, or at a subdomain."""
    labels = _ascii(domain).split(".")
    return any(".".join(labels[at:]) in own for at in range(len(labels) - 1))


def _ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        return name.encode("idna").decode().lower()
    except UnicodeError:
        return ""
