"""What an app lets through without TLS, and whom it trusts, as its package declares it."""

import msgspec


class CleartextPolicy(msgspec.Struct, frozen=True):
    """One rule of an app's transport security, for one domain or for all that no other rule names."""

    domain: str
    """Lower-case host name, or ``*`` for every host that no other rule names."""
    include_subdomains: bool
    cleartext: bool
    """Whether connections without TLS are allowed there."""
    user_cas: bool
    """Whether certificates of authorities that the user installed are trusted. iOS always trusts them: false there."""
    pins: int
    """Certificates or keys of which one must be in the chain; 0 where any trusted chain will do."""
    source: str
    """Entry of the package that says so, or ``default`` with the target SDK that decides it."""
