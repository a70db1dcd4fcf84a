"""Users whom a sign-in provider names: each has the highest role of their groups, at each sign-in anew.

A user is the pair of issuer and subject; a name or an e-mail address is never compared with local users.
"""

import re
from urllib.parse import urlsplit

import msgspec

from tieback.pipeline.accounts.oidc import Claims
from tieback.pipeline.accounts.oidc_settings import OidcSettings, roles_of_groups
from tieback.pipeline.accounts.roles import Role, highest
from tieback.pipeline.accounts.secrets import digest_of, new_id
from tieback.pipeline.accounts.service import AccountService, Client, line, role_of
from tieback.pipeline.accounts.sessions import open_session
from tieback.pipeline.accounts.sign_in import SignIn, SignInOutcome, note_refusal
from tieback.pipeline.accounts.users import clean_display
from tieback.storage.ledger.accounts import StoredUser

_OTHER = re.compile(r"[^a-z0-9._-]+")
_MAX_SHOWN_GROUPS = 10


def sign_in_from_provider(
    service: AccountService, settings: OidcSettings, claims: Claims, client: Client, old: str
) -> SignIn:
    """Sign in the user of a valid ID token; refused for a user without a role, and for a disabled one.

    Args:
        service: the accounts.
        settings: with the roles of groups.
        claims: of the ID token.
        client: where the request comes from.
        old: secret of the browser's earlier session.
    """
    role = highest(roles_of_groups(settings, claims.groups))
    known = service.store.user_of(claims.issuer, claims.subject)
    if known is None and role is not None:
        known = _create(service, claims, role)
    elif known is not None and known.role != (role.value if role else ""):
        known = _set_role(service, known, role)
    if known is None or role_of(known) is None:
        groups = ", ".join(claims.groups[:_MAX_SHOWN_GROUPS])[:500]
        subject = known or StoredUser(id="", name=claims.name, display="", created=0.0)
        why = "disabled" if known is not None and known.disabled else "no group has a role"
        note_refusal(service, subject, client, why=why, groups=groups)
        return SignIn(SignInOutcome.REFUSED)
    return SignIn(SignInOutcome.SIGNED_IN, open_session(service, known, client, old, "provider"))


def _create(service: AccountService, claims: Claims, role: Role) -> StoredUser:
    now = service.clock()
    name = _sign_in_name(service, claims)
    user = StoredUser(
        id=new_id(now),
        name=name,
        display=clean_display(claims.display, name),
        role=role.value,
        issuer=claims.issuer,
        subject=claims.subject,
        created=now,
    )
    service.store.add_user(user, [line("user created", user, by="sign-in provider", role=role.value)])
    return user


def _set_role(service: AccountService, user: StoredUser, role: Role | None) -> StoredUser:
    value = role.value if role else ""
    return service.store.change_user(
        user.id,
        lambda found: msgspec.structs.replace(found, role=value),
        [line("role changed", user, by="sign-in provider", role=value or "none")],
        end_sessions=role is None,
        keep_admin=False,
    )


def _sign_in_name(service: AccountService, claims: Claims) -> str:
    """A name that no other user has: with the provider's host, and a digest of the subject if that name is in use."""
    host = urlsplit(claims.issuer).hostname or "provider"
    start = _OTHER.sub("-", claims.name.partition("@")[0].lower())[:63].strip("-") or "user"
    name = f"{start}@{host}"
    if service.store.user_named(name) is None:
        return name
    return f"{start}-{digest_of(claims.subject)[:8]}@{host}"
