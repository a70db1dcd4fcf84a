"""Keys that are public by design: an app must carry them, and its project answers nobody who does not bring one."""

import msgspec


class PublicKey(msgspec.Struct, frozen=True):
    """Names a project and opens what rules open to everybody: a Supabase anon key, a Parse application id.

    Never a password, a superuser's key, or anything of another grade than ``public``. Kept, unlike other credentials,
    because the probe of the project asks as any user of the app would.
    """

    kind: str
    """As ``Credential.kind`` says it, such as ``supabase_anon``, or a kind of resource, such as ``parse``."""
    value: str
    services: tuple[str, ...] = ()
    """Services (``ProbeMeta.services``) whose probes may send it."""
    endpoint: str = ""
    """Value of the only endpoint that it is for; empty where it does not say, and then for any of the app's own."""
