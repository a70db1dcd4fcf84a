"""The cleartext and trust policy that an app package declares."""

import msgspec


class CleartextPolicy(msgspec.Struct, frozen=True):
    """One rule of an app's transport security, for one domain or for all domains without a rule."""

    domain: str
    """Lower-case host name, or ``*`` for every host without its own rule."""
    include_subdomains: bool
    """True if the rule also applies to names below the domain."""
    cleartext: bool
    """True if connections without TLS are allowed."""
    user_cas: bool
    """True if CAs installed by the user are trusted. iOS always trusts them: false there."""
    pins: int
    """Number of pinned certificates or keys of which one must be in the chain; 0 if any trusted chain is accepted."""
    source: str
    """Package entry with this rule, or ``default`` with the target SDK that implies it."""
