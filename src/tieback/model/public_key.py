"""Keys that are public by design: an app must contain them, and its project responds only to requests with one."""

import msgspec


class PublicKey(msgspec.Struct, frozen=True):
    """Identifies a project and opens what its rules open to everyone: a Supabase anon key, a Parse application ID.

    Never a password, a superuser key, or any key of another grade than ``public``. Stored, unlike other credentials,
    because the probe accesses the project like any user of the app.
    """

    kind: str
    """As in ``Credential.kind``, such as ``supabase_anon``; or a kind of resource, such as ``parse``."""
    value: str
    """The key; masked in printed documents."""
    services: tuple[str, ...] = ()
    """Services (``ProbeMeta.services``) whose probes may send it."""
    endpoint: str = ""
    """Value of the only endpoint that it is for; empty if unknown: then for any of the app's own endpoints."""
