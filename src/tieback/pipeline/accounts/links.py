"""One-time links: the first administrator creates their account, and a user sets a password."""

from collections.abc import Sequence

import msgspec

from tieback.model.case import NewLogLine
from tieback.model.errors import UsageError
from tieback.pipeline.accounts.passwords import check_password
from tieback.pipeline.accounts.problems import NoSuchAccountError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.secrets import digest_of, new_id, new_secret
from tieback.pipeline.accounts.service import AccountService, Client, Identity, line
from tieback.pipeline.accounts.users import TERMINAL, clean_name, require_session, user_named
from tieback.storage.ledger.accounts import FIRST_ADMIN, StoredLink, StoredUser

FIRST_ADMIN_SECONDS = 30 * 60.0
PASSWORD_SECONDS = 24 * 3600.0
SET_PASSWORD = "set_password"
LINK_PATH = "/first-start/"
"""Path of the page that a link opens; its secret follows."""


class OpenLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that can be used."""

    name: str
    """Sign-in name of its user; empty for the first administrator, who chooses one."""
    expires: float


def first_admin_link(service: AccountService) -> str | None:
    """The path of a new link for the first administrator; earlier ones end. None if an administrator exists."""
    if service.store.has_admin():
        return None
    return _new_link(service, FIRST_ADMIN, "", FIRST_ADMIN_SECONDS)


def password_link(service: AccountService, by: Identity, user: str) -> str:
    """The path of a new link with which a user sets a password; earlier ones end.

    Raises:
        UsageError: there is no such user, or a provider signs the user in.
    """
    require_session(by)
    found = service.store.user(user)
    if found is None:
        raise NoSuchAccountError("no such user", where=user)
    _require_local(found)
    return _new_link(service, SET_PASSWORD, found.id, PASSWORD_SECONDS, [line("password link", found, by=by.name)])


def recovery_link(service: AccountService, name: str) -> str:
    """The path of a link with which a locked-out user sets a password; second factor and sessions end.

    Only for someone on the server's terminal.

    Raises:
        NoSuchAccountError: there is no user with this name.
        UsageError: a provider signs the user in.
    """
    found = user_named(service, name)
    _require_local(found)
    service.store.change_user(
        found.id,
        lambda user: msgspec.structs.replace(user, totp=""),
        [line("account recovery", found, by=TERMINAL)],
        end_sessions=True,
    )
    return _new_link(service, SET_PASSWORD, found.id, PASSWORD_SECONDS)


def find_link(service: AccountService, secret: str) -> OpenLink | None:
    """The link with this secret; None if it is unknown, expired or used. Looking at it does not use it."""
    found = service.store.link(digest_of(secret)) if len(secret) < 200 else None
    if found is None or found[0].used is not None or service.clock() >= found[0].expires:
        return None
    link, user = found
    if (link.purpose == FIRST_ADMIN and service.store.has_admin()) or (link.user and user is None):
        return None
    return OpenLink(name=user.name if user else "", expires=link.expires)


def use_link(service: AccountService, secret: str, name: str, password: str, client: Client) -> StoredUser | None:
    """Use a link: set the password of its user, or create the first administrator.

    Args:
        service: the accounts.
        secret: of the link.
        name: sign-in name of the first administrator; ignored for other links.
        password: the new password.
        client: where the request comes from.

    Returns:
        The user; None if the link cannot be used any more.

    Raises:
        UsageError: name or password are not valid; the link stays valid.
    """
    link = find_link(service, secret)
    if link is None:
        return None
    chosen = link.name or clean_name(name)
    check_password(password, chosen)
    hashed, now = service.passwords.hash(password), service.clock()

    def change(user: StoredUser | None) -> StoredUser:
        if user is None:
            return StoredUser(
                id=new_id(now), name=chosen, display=chosen, password=hashed, role=Role.ADMIN.value, created=now
            )
        return msgspec.structs.replace(user, password=hashed)

    event = "password set" if link.name else "first administrator"
    return service.store.use_link(digest_of(secret), now, change, lambda user: [line(event, user, client, how="link")])


def _require_local(user: StoredUser) -> None:
    if user.issuer is not None:
        raise UsageError("the sign-in provider has the password of this user", where=user.name)


def _new_link(
    service: AccountService, purpose: str, user: str, seconds: float, entries: Sequence[NewLogLine] = ()
) -> str:
    secret, now = new_secret(), service.clock()
    link = StoredLink(hash=digest_of(secret), purpose=purpose, user=user, expires=now + seconds)
    service.store.add_link(link, now, entries)
    return LINK_PATH + secret
