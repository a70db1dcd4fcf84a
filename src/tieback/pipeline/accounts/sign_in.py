"""Sign-in by password, and by a code if the user has a second factor."""

from enum import StrEnum

import msgspec

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.problems import TooManyAttemptsError
from tieback.pipeline.accounts.service import AccountService, Client, line, role_of
from tieback.pipeline.accounts.sessions import open_second_step, open_session, second_step_user
from tieback.pipeline.accounts.totp import step_of_code
from tieback.storage.ledger.accounts import StoredUser

_MAX_NAME = 255


class SignInOutcome(StrEnum):
    """How an attempt to sign in ended."""

    SIGNED_IN = "signed_in"
    CODE_NEEDED = "code_needed"
    """The password is right; the user has a second factor."""
    REFUSED = "refused"
    """One answer for a wrong name, a wrong password, a disabled user and one without a role."""
    EXPIRED = "expired"
    """The password was given too long ago."""


class SignIn(msgspec.Struct, frozen=True):
    """Result of an attempt."""

    outcome: SignInOutcome
    secret: str = ""
    """For the cookie."""


def sign_in(service: AccountService, name: str, password: str, client: Client, old: str = "") -> SignIn:
    """Check name and password.

    Args:
        service: the accounts.
        name: as typed.
        password: as typed.
        client: where the request comes from.
        old: secret of the browser's earlier session, which ends with a success.

    Raises:
        TooManyAttemptsError: the account or the address must wait, or the server is busy.
    """
    account = name.strip().lower()[:_MAX_NAME]
    _take(service, account, client)
    user = service.store.user_named(account)
    right = service.passwords.matches("" if user is None else user.password, password)
    if user is None or not right or role_of(user) is None:
        note_refusal(service, user, client)
        return SignIn(SignInOutcome.REFUSED)
    if service.passwords.is_outdated(user.password):
        newer = service.passwords.hash(password)
        user = service.store.change_user(user.id, lambda found: msgspec.structs.replace(found, password=newer))
    if user.totp:
        # The attempt still counts as failed: the code decides.
        return SignIn(SignInOutcome.CODE_NEEDED, open_second_step(service, user, client, old))
    service.limits.forgive(account, client.address)
    return SignIn(SignInOutcome.SIGNED_IN, open_session(service, user, client, old, "password"))


def sign_in_with_code(service: AccountService, secret: str, code: str, client: Client) -> SignIn:
    """Check the code of the second factor after the password.

    Args:
        service: the accounts.
        secret: from the cookie that the first step has set.
        code: as typed.
        client: where the request comes from.

    Raises:
        TooManyAttemptsError: the account or the address must wait.
        UsageError: the server cannot read the second factor.
    """
    user = second_step_user(service, secret)
    if user is None or role_of(user) is None:
        return SignIn(SignInOutcome.EXPIRED)
    _take(service, user.name, client)
    if not is_right_code(service, user, code):
        note_refusal(service, user, client)
        return SignIn(SignInOutcome.REFUSED)
    for _ in range(2):  # this attempt, and the one with the password
        service.limits.forgive(user.name, client.address)
    return SignIn(SignInOutcome.SIGNED_IN, open_session(service, user, client, secret, "password and code"))


def is_right_code(service: AccountService, user: StoredUser, code: str) -> bool:
    """True if the code of a user's second factor is right, and was not used before.

    Raises:
        UsageError: the server cannot read the second factor.
    """
    totp = service.box.open(user.totp)
    if totp is None:
        raise UsageError(
            "this server cannot read the second factor of this user: its key is another one",
            advice="An administrator must remove it; then set it up again",
        )
    step = step_of_code(totp, code, service.clock())
    return step is not None and service.store.use_step(user.id, step)


def _take(service: AccountService, account: str, client: Client) -> None:
    wait = service.limits.take(account, client.address)
    if wait:
        raise TooManyAttemptsError(wait)


def note_refusal(service: AccountService, user: StoredUser | None, client: Client, **fields: str) -> None:
    """Log a refused sign-in, if the log still takes some."""
    skipped = service.refusals.take()
    if skipped is None:
        return
    more = {"not_logged": str(skipped)} if skipped else {}
    # An unknown name may be a password that was typed into the wrong field: it is not stored.
    subject = StoredUser(id="", name="", display="", created=0.0) if user is None else user
    service.store.note([line("sign-in refused", subject, client, by="unauthenticated", **more, **fields)])
