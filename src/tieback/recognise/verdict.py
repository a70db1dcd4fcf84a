"""What verification says of one matched text, and how credentials are masked."""

import msgspec

from tieback.model.endpoint import Endpoint
from tieback.model.sighting import NotBackend
from tieback.recognise.hosts import PLACEHOLDER


class MaskedSecret(msgspec.Struct, frozen=True):
    """A credential beside an endpoint; its value ends here."""

    kind: str
    """``password_in_connection_string``, ``password_in_url`` or ``user_in_url``."""
    masked: str


class Verdict(msgspec.Struct, frozen=True):
    """The judgement of one text. Depends on the text alone, so that it can be kept for the next time it is seen."""

    rule: str
    """Ends ``Evidence.how``."""
    covers: int
    """Characters of the text that belong to this match: no other endpoint may begin there."""
    endpoints: tuple[Endpoint, ...] = ()
    secrets: tuple[MaskedSecret, ...] = ()
    not_backends: tuple[NotBackend, ...] = ()
    rejected: str = ""
    """Why nothing was found, where nothing was."""


def mask(secret: str) -> str:
    """First and last character and the length; of five characters or fewer the length alone."""
    return f"{secret[0]}***{secret[-1]} ({len(secret)})" if len(secret) > 5 else f"*** ({len(secret)})"


def is_filled_in(secret: str) -> bool:
    """Whether the text is a credential, and not a placeholder or a row of stars."""
    return bool(secret.strip("*.xX")) and PLACEHOLDER.search(secret) is None
