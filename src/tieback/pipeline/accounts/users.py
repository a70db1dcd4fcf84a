"""Users: administrators create, change, disable and remove them; each user has an own account."""

import re
from collections.abc import Callable

import msgspec

from tieback.model.case import NewLogLine
from tieback.model.errors import UsageError
from tieback.model.safe_text import replace_unsafe
from tieback.pipeline.accounts.passwords import check_password
from tieback.pipeline.accounts.problems import NoSuchAccountError, NotPermittedError, TooManyAttemptsError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.secrets import new_id
from tieback.pipeline.accounts.service import AccountService, Client, Identity, line
from tieback.pipeline.accounts.sign_in import is_right_code
from tieback.pipeline.accounts.totp import new_totp_secret, step_of_code
from tieback.storage.ledger.accounts import StoredUser

TERMINAL = "terminal of the server"
"""Author of changes by commands."""
MAX_DISPLAY = 100
SETUP_SECONDS = 900
"""Time to confirm a new second factor with its first code."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,62}(@[a-z0-9-]+(\.[a-z0-9-]+)+)?")
_MAX_NAME = 254
"""Characters of a mail address (RFC 5321, 4.5.3.1.3)."""


def clean_name(name: str) -> str:
    """A sign-in name in lower case: a word or a mail address.

    Names of a provider's users look like mail addresses too. That gives no user the rights of another: each name is
    used once, a user of a provider has no password, and a provider never finds a user by name (``provider_users``).

    Raises:
        UsageError: it has other letters, or is too long.
    """
    cleaned = name.strip().lower()
    if len(cleaned) > _MAX_NAME or not _NAME.fullmatch(cleaned):
        raise UsageError(
            "not a sign-in name",
            where="name",
            advice="Use a mail address, or 1 to 63 of the letters a to z, digits, dot, plus, hyphen and underscore",
        )
    return cleaned


def clean_display(text: str, name: str) -> str:
    """A name to show: one line without control characters; the sign-in name if it is empty."""
    return " ".join(replace_unsafe(text[:1000]).split())[:MAX_DISPLAY] or name


def create_user(service: AccountService, by: Identity, name: str, display: str, role: Role) -> StoredUser:
    """Create a local user, who sets a password with ``links.password_link``.

    Raises:
        UsageError: the name is not valid or in use.
    """
    require_session(by)
    cleaned, now = clean_name(name), service.clock()
    user = StoredUser(
        id=new_id(now), name=cleaned, display=clean_display(display, cleaned), role=role.value, created=now
    )
    service.store.add_user(user, [line("user created", user, by=by.name, role=role.value)])
    return user


def set_role(service: AccountService, by: Identity, user: str, role: Role) -> StoredUser:
    """Change the role of a local user.

    Raises:
        UsageError: there is no such user, no administrator would remain, or a provider decides the role.
    """

    def change(found: StoredUser) -> StoredUser:
        if found.issuer is not None:
            raise UsageError("the groups of the sign-in provider decide this role", where=found.name)
        return msgspec.structs.replace(found, role=role.value)

    return _change(service, by, user, change, "role changed", role=role.value)


def set_disabled(service: AccountService, by: Identity, user: str, disabled: bool) -> StoredUser:
    """Disable a user, which ends all sessions and stops all tokens; or enable one.

    Raises:
        UsageError: there is no such user, or no administrator would remain.
    """
    return _change(
        service,
        by,
        user,
        lambda found: msgspec.structs.replace(found, disabled=int(disabled)),
        "user disabled" if disabled else "user enabled",
        end_sessions=disabled,
    )


def remove_user(service: AccountService, by: Identity, user: str) -> StoredUser:
    """Remove a user with all sessions, tokens and links; the log of changes keeps the name.

    Raises:
        NoSuchAccountError: there is no such user.
        UsageError: it is the own account, or no administrator would remain.
    """
    require_session(by)
    if service.store.user(user) is None:
        raise NoSuchAccountError("no such user", where=user)
    if user == by.id:
        raise UsageError("this is your own account", where=by.name, advice="Another administrator can remove it")
    return service.store.remove_user(user, lambda found: [_removal(found, by.name)])


def remove_user_named(service: AccountService, name: str) -> StoredUser:
    """Remove the user with this name, from the terminal of the server. Raises as ``remove_user``."""
    found = user_named(service, name)
    return service.store.remove_user(found.id, lambda user: [_removal(user, TERMINAL)])


def user_named(service: AccountService, name: str) -> StoredUser:
    """The user with this sign-in name. Raises ``NoSuchAccountError`` if there is none."""
    found = service.store.user_named(name.strip().lower())
    if found is None:
        raise NoSuchAccountError("no user has this name", where=name[:100])
    return found


def _removal(user: StoredUser, by: str) -> NewLogLine:
    return line("user removed", user, by=by, role=user.role or "none")


def end_sessions(service: AccountService, by: Identity, user: str) -> StoredUser:
    """End all sessions of a user, except the one of this request. Raises ``UsageError`` if there is no such user."""
    return _change(service, by, user, lambda found: found, "sessions ended", end_sessions=True)


def remove_second_factor(service: AccountService, by: Identity, user: str) -> StoredUser:
    """Remove the second factor of a user who lost it. Raises ``UsageError`` if there is no such user."""
    return _change(
        service, by, user, lambda found: msgspec.structs.replace(found, totp=""), "second factor removed",
        end_sessions=True,
    )  # fmt: skip


def change_password(service: AccountService, by: Identity, current: str, new: str, client: Client) -> None:
    """Change the own password; all other sessions end.

    Raises:
        UsageError: the current password is wrong, the new one is not valid, or the account has no password.
        TooManyAttemptsError: too many failed attempts.
        NotPermittedError: the request has a token.
    """
    user = _own(service, by)
    check_password(new, user.name)
    _require_password(service, user, current, client)
    hashed = service.passwords.hash(new)
    service.store.change_user(
        user.id,
        lambda found: msgspec.structs.replace(found, password=hashed),
        [line("password changed", user, client)],
        end_sessions=True,
        keep=by.session,
    )


class TotpSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor that is not confirmed yet."""

    secret: str
    """In base 32, to type into an authenticator app."""
    sealed: str
    """The same, encrypted for this user; comes back with the first code."""


def begin_second_factor(service: AccountService, by: Identity) -> TotpSetup:
    """A new second factor. Raises ``UsageError`` and ``NotPermittedError`` as ``change_password``."""
    user = _own(service, by)
    secret = new_totp_secret()
    return TotpSetup(secret=secret, sealed=service.box.close(f"{user.id} {secret}"))


def resume_second_factor(service: AccountService, by: Identity, sealed: str) -> TotpSetup:
    """The setup that was begun with ``sealed``; a new one if its time is over. Raises as ``begin_second_factor``."""
    secret = _begun_secret(service, by.id, sealed)
    return TotpSetup(secret=secret, sealed=sealed) if secret else begin_second_factor(service, by)


def _begun_secret(service: AccountService, user: str, sealed: str) -> str:
    owner, _, secret = (service.box.open(sealed, SETUP_SECONDS) or "").partition(" ")
    return secret if owner == user else ""


def confirm_second_factor(
    service: AccountService, by: Identity, sealed: str, code: str, password: str, client: Client
) -> None:
    """Turn on the second factor; all other sessions end.

    Raises:
        UsageError: the code or the password is wrong, the setup took too long, or a second factor exists.
        TooManyAttemptsError: too many failed attempts.
        NotPermittedError: the request has a token.
    """
    user = _own(service, by)
    secret = _begun_secret(service, user.id, sealed)
    if not secret or user.totp:
        raise UsageError("this second factor cannot be confirmed any more", advice="Start again")
    step = step_of_code(secret, code, service.clock())
    if step is None:
        raise UsageError("the code is wrong", where="code", advice="Check the clock of your device, and try again")
    _require_password(service, user, password, client)
    stored = service.box.close(secret)
    service.store.change_user(
        user.id,
        lambda found: msgspec.structs.replace(found, totp=stored, totp_step=step),
        [line("second factor added", user, client)],
        end_sessions=True,
        keep=by.session,
    )


def drop_second_factor(service: AccountService, by: Identity, code: str, password: str, client: Client) -> None:
    """Remove the own second factor. Raises as ``confirm_second_factor``."""
    user = _own(service, by)
    if not user.totp:
        raise UsageError("there is no second factor")
    _require_password(service, user, password, client)
    if not is_right_code(service, user, code):
        raise UsageError("the code is wrong", where="code", advice="Wait for the next code, and try again")
    service.store.change_user(
        user.id,
        lambda found: msgspec.structs.replace(found, totp=""),
        [line("second factor removed", user, client)],
    )


def require_session(by: Identity) -> None:
    """Refuse a request with a token: a stolen token must not become a longer access.

    Raises:
        NotPermittedError: the request has no session.
    """
    if not by.session:
        raise NotPermittedError("a token cannot change accounts or tokens", advice="Sign in to the pages")


def _own(service: AccountService, by: Identity) -> StoredUser:
    require_session(by)
    user = service.store.user(by.id)
    if user is None:
        raise UsageError("no such user", where=by.name)
    if not user.password:
        raise UsageError("the sign-in provider has your password and second factor", where=user.name)
    return user


def _require_password(service: AccountService, user: StoredUser, password: str, client: Client) -> None:
    wait = service.limits.take(user.name, client.address)
    if wait:
        raise TooManyAttemptsError(wait)
    if not service.passwords.matches(user.password, password):
        raise UsageError("the current password is wrong", where="current password", advice="Try again")
    service.limits.forgive(user.name, client.address)


def _change(
    service: AccountService,
    by: Identity,
    key: str,
    change: Callable[[StoredUser], StoredUser],
    event: str,
    *,
    end_sessions: bool = False,
    **fields: str,
) -> StoredUser:
    require_session(by)
    user = service.store.user(key)
    if user is None:
        raise NoSuchAccountError("no such user", where=key)
    entries = [line(event, user, by=by.name, **fields)]
    return service.store.change_user(key, change, entries, end_sessions=end_sessions, keep=by.session)
