"""Users, links, sessions, second factors, tokens and their log."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from tests.each import each
from tests.unit.pipeline.accounts.conftest import HERE, PASSWORD, Clock, signed_in
from tieback.model.errors import UsageError, WorkspaceError
from tieback.pipeline.accounts.agents import short_agent
from tieback.pipeline.accounts.links import find_link, first_admin_link, password_link, recovery_link, use_link
from tieback.pipeline.accounts.problems import NoSuchAccountError, NotPermittedError, TooManyAttemptsError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.secrets import digest_of
from tieback.pipeline.accounts.service import Client
from tieback.pipeline.accounts.sessions import session_user, sign_out, token_user
from tieback.pipeline.accounts.sign_in import SignInOutcome, sign_in, sign_in_with_code
from tieback.pipeline.accounts.tokens import MAX_TOKENS, create_token, revoke_token
from tieback.pipeline.accounts.users import (
    begin_second_factor,
    change_password,
    clean_name,
    confirm_second_factor,
    create_user,
    drop_second_factor,
    end_sessions,
    remove_second_factor,
    remove_user,
    remove_user_named,
    set_disabled,
    set_role,
)

if TYPE_CHECKING:
    from tieback.pipeline.accounts.service import AccountService, Identity
    from tieback.storage.ledger.accounts import StoredUser

DAY = 86_400


def secret_of(link: str | None) -> str:
    assert link is not None
    return link.rpartition("/")[2]


def user(service: AccountService, admin: Identity, name: str, role: Role = Role.ANALYST) -> StoredUser:
    """A user with the usual password."""
    made = create_user(service, admin, name, "", role)
    used = use_link(service, secret_of(password_link(service, admin, made.id)), "", PASSWORD, HERE)
    assert used is not None
    return used


def events(service: AccountService) -> list[tuple[str, str]]:
    return [(line.event, line.by) for line in reversed(service.store.log(limit=500))]


def with_code(service: AccountService, identity: Identity, clock: Clock) -> str:
    """Turn on the second factor; returns its secret."""
    setup = begin_second_factor(service, identity)
    code = pyotp.TOTP(setup.secret).at(int(clock.now))
    confirm_second_factor(service, identity, setup.sealed, code, PASSWORD, HERE)
    clock.now += 30
    return setup.secret


# The first administrator


def test_the_first_link_creates_one_administrator(service: AccountService) -> None:
    secret = secret_of(first_admin_link(service))
    found = find_link(service, secret)
    assert found is not None
    assert found.name == ""
    made = use_link(service, secret, " Root ", PASSWORD, HERE)
    assert made is not None
    assert (made.name, made.role) == ("root", "admin")
    assert use_link(service, secret, "second", PASSWORD, HERE) is None
    assert find_link(service, secret) is None
    assert first_admin_link(service) is None
    assert ("first administrator", "root") in events(service)


def test_only_the_hash_of_a_link_is_stored(service: AccountService) -> None:
    secret = secret_of(first_admin_link(service))
    with service.store._database.reading() as connection:
        stored = connection.execute(sa.text("SELECT * FROM user_links")).all()
    assert secret not in str(stored)
    assert digest_of(secret) in str(stored)


def test_the_first_link_ends_after_30_minutes_and_with_a_newer_one(service: AccountService, clock: Clock) -> None:
    first = secret_of(first_admin_link(service))
    second = secret_of(first_admin_link(service))
    assert find_link(service, first) is None
    clock.now += 30 * 60 - 1
    assert find_link(service, second) is not None
    clock.now += 1
    assert find_link(service, second) is None
    assert use_link(service, second, "root", PASSWORD, HERE) is None
    assert not service.store.has_admin()


def test_a_bad_name_or_password_does_not_use_up_the_link(service: AccountService) -> None:
    secret = secret_of(first_admin_link(service))
    for name, password in (("", PASSWORD), ("a@b", PASSWORD), ("root", "short"), ("x" * 64, PASSWORD)):
        with pytest.raises(UsageError):
            use_link(service, secret, name, password, HERE)
    assert use_link(service, secret, "root", PASSWORD, HERE) is not None


@pytest.mark.parametrize(
    "name", ["root", "Ann.Bee+ci@Mail.Example.org", "a" * 63, "x" * 63 + "@" + "h" * 60 + ".test"], ids=len
)
def test_a_name_is_a_word_or_a_mail_address(name: str) -> None:
    assert clean_name(f" {name} ") == name.lower()


@each(
    "name",
    ["", "a@b", "@example.org", "a@@example.org", "a@example.org@example.org", "a@example..org", "a@example.org.",
     "a b@example.org", "a@ex\u0430mple.org", "a@example.org\n<b>", "a@[127.0.0.1]", "+a", "a" * 64,
     "a@" + "h." * 200 + "test"],
)  # fmt: skip
def test_no_other_text_is_a_name(name: str) -> None:
    with pytest.raises(UsageError, match="sign-in name"):
        clean_name(name)


def test_one_link_used_at_once_creates_one_administrator(service: AccountService) -> None:
    secret = secret_of(first_admin_link(service))
    made: list[StoredUser | None] = []

    def use(name: str) -> None:
        made.append(use_link(service, secret, name, PASSWORD, HERE))

    threads = [threading.Thread(target=use, args=(f"user{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len([one for one in made if one is not None]) == service.store.count() == 1


@pytest.mark.parametrize("secret", ["", "x", "x" * 300, "\udcff", "../../etc/passwd"])
def test_other_secrets_are_no_links(service: AccountService, secret: str) -> None:
    assert find_link(service, secret) is None
    assert use_link(service, secret, "root", PASSWORD, HERE) is None


# Sign-in


def test_a_wrong_name_password_and_a_disabled_user_get_one_answer(service: AccountService, admin: Identity) -> None:
    ben = user(service, admin, "ben")
    set_disabled(service, admin, ben.id, disabled=True)
    create_user(service, admin, "new", "", Role.ADMIN)
    for name, password in (("nobody", PASSWORD), ("root", "wrong password"), ("ben", PASSWORD), ("new", ""), ("", "")):
        assert sign_in(service, name, password, HERE).outcome is SignInOutcome.REFUSED
    assert events(service).count(("sign-in refused", "unauthenticated")) == 5


def test_every_attempt_computes_one_hash(
    service: AccountService, admin: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, stored: str, password: str) -> bool:
        computed.append(stored)
        return bool(verify(self, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", count)
    for name in ("nobody", "root"):
        computed.clear()
        sign_in(service, name, "wrong password", HERE)
        assert len(computed) == 1
        assert computed[0].startswith("$argon2id$")


def test_an_unknown_name_is_not_logged(service: AccountService, admin: Identity) -> None:
    sign_in(service, "my-secret-password", "x", HERE)
    assert "my-secret-password" not in str(service.store.log())


def test_names_are_the_same_in_capitals(service: AccountService, admin: Identity) -> None:
    assert sign_in(service, " ROOT ", PASSWORD, HERE).outcome is SignInOutcome.SIGNED_IN


def test_failures_make_an_account_wait(service: AccountService, admin: Identity, clock: Clock) -> None:
    for number in range(5):
        assert sign_in(service, "root", "wrong", Client(f"192.0.2.{number}")).outcome is SignInOutcome.REFUSED
    with pytest.raises(TooManyAttemptsError) as caught:
        sign_in(service, "root", PASSWORD, Client("198.51.100.1"))
    clock.now += caught.value.seconds
    assert sign_in(service, "root", PASSWORD, Client("198.51.100.1")).outcome is SignInOutcome.SIGNED_IN


def test_failures_do_not_fill_the_log(service: AccountService, admin: Identity) -> None:
    for number in range(400):
        sign_in(service, f"name{number}", "wrong", Client(f"198.51.{number // 200}.{number % 200}"))
    assert [event for event, _ in events(service)].count("sign-in refused") <= 210


def test_an_older_hash_is_replaced_at_the_sign_in(service: AccountService, admin: Identity) -> None:
    older = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    service.store.change_user(admin.id, lambda found: msgspec.structs.replace(found, password=older))
    signed_in(service, "root")
    stored = service.store.user(admin.id)
    assert stored is not None
    assert "t=1," in stored.password


# Sessions


def test_the_secret_changes_with_each_sign_in_and_the_old_one_ends(service: AccountService, admin: Identity) -> None:
    first = sign_in(service, "root", PASSWORD, HERE).secret
    second = sign_in(service, "root", PASSWORD, HERE, old=first).secret
    assert first != second
    assert session_user(service, first) is None
    assert session_user(service, second) is not None


def test_a_secret_that_an_attacker_chose_is_never_a_session(service: AccountService, admin: Identity) -> None:
    chosen = "A" * 43
    signed = sign_in(service, "root", PASSWORD, HERE, old=chosen)
    assert signed.secret != chosen
    assert session_user(service, chosen) is None


def test_only_the_hash_of_a_session_is_stored(service: AccountService, admin: Identity) -> None:
    secret = sign_in(service, "root", PASSWORD, Client("192.0.2.1", "\x1b" + "x" * 5000)).secret
    sessions = service.store.sessions(admin.id)
    assert secret not in str(sessions)
    assert max(len(one.agent) for one in sessions) == 80
    assert "\x1b" not in sessions[0].agent


@each(
    ("header", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome on Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_the_short_name_of_a_browser(header: str, name: str) -> None:
    assert short_agent(header) == name


def test_a_session_ends_when_idle_for_12_hours(service: AccountService, admin: Identity, clock: Clock) -> None:
    secret = sign_in(service, "root", PASSWORD, HERE).secret
    for _ in range(3):
        clock.now += 12 * 3600 - 1
        assert session_user(service, secret) is not None
    clock.now += 12 * 3600
    assert session_user(service, secret) is None


def test_a_session_ends_after_7_days_of_use(service: AccountService, admin: Identity, clock: Clock) -> None:
    secret = sign_in(service, "root", PASSWORD, HERE).secret
    for _ in range(7 * 24 - 1):
        clock.now += 3600
        assert session_user(service, secret) is not None
    clock.now += 3600
    assert session_user(service, secret) is None


def test_a_busy_ledger_refuses_no_request(
    service: AccountService, admin: Identity, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = sign_in(service, "root", PASSWORD, HERE).secret
    token = create_token(service, admin, "ci", Role.VIEWER, reads_only=True).secret

    def busy(*_: object) -> None:
        raise WorkspaceError("locked")

    monkeypatch.setattr(service.store, "see_session", busy)
    monkeypatch.setattr(service.store, "see_token", busy)
    clock.now += 12 * 3600 - 1
    assert session_user(service, secret) is not None
    assert token_user(service, token) is not None
    clock.now += 1
    assert session_user(service, secret) is None, "an unrecorded request does not lengthen the session"


def test_signing_out_ends_the_session(service: AccountService, admin: Identity) -> None:
    secret = sign_in(service, "root", PASSWORD, HERE).secret
    found = session_user(service, secret)
    assert found is not None
    sign_out(service, found, HERE)
    assert session_user(service, secret) is None
    assert events(service)[-1] == ("signed out", "root")


def test_a_new_password_ends_all_other_sessions(service: AccountService, admin: Identity) -> None:
    other = sign_in(service, "root", PASSWORD, HERE).secret
    mine = sign_in(service, "root", PASSWORD, HERE).secret
    me = session_user(service, mine)
    assert me is not None
    with pytest.raises(UsageError, match="current password is wrong"):
        change_password(service, me, "wrong", "another long password", HERE)
    with pytest.raises(UsageError, match="a password has"):
        change_password(service, me, PASSWORD, "short", HERE)
    change_password(service, me, PASSWORD, "another long password", HERE)
    assert session_user(service, other) is None
    assert session_user(service, mine) is not None
    assert sign_in(service, "root", PASSWORD, HERE).outcome is SignInOutcome.REFUSED
    assert sign_in(service, "root", "another long password", HERE).outcome is SignInOutcome.SIGNED_IN


def test_guesses_of_the_current_password_must_wait(service: AccountService, admin: Identity) -> None:
    for _ in range(5):
        with pytest.raises(UsageError):
            change_password(service, admin, "wrong", "another long password", HERE)
    with pytest.raises(TooManyAttemptsError):
        change_password(service, admin, PASSWORD, "another long password", HERE)


# Second factor


def test_a_second_factor_needs_its_code_at_the_sign_in(service: AccountService, admin: Identity, clock: Clock) -> None:
    totp = pyotp.TOTP(with_code(service, admin, clock))
    step = sign_in(service, "root", PASSWORD, HERE)
    assert step.outcome is SignInOutcome.CODE_NEEDED
    assert session_user(service, step.secret) is None, "the password alone is no session"
    wrong = "000000" if totp.at(int(clock.now)) != "000000" else "000001"
    assert sign_in_with_code(service, step.secret, wrong, HERE).outcome is SignInOutcome.REFUSED
    done = sign_in_with_code(service, step.secret, totp.at(int(clock.now)), HERE)
    assert done.outcome is SignInOutcome.SIGNED_IN
    assert done.secret != step.secret
    assert session_user(service, done.secret) is not None
    assert session_user(service, step.secret) is None


def test_a_code_counts_once(service: AccountService, admin: Identity, clock: Clock) -> None:
    totp = pyotp.TOTP(with_code(service, admin, clock))
    code = totp.at(int(clock.now))
    earlier = totp.at(int(clock.now) - 30)
    for used, outcome in (
        (code, SignInOutcome.SIGNED_IN),
        (code, SignInOutcome.REFUSED),
        (earlier, SignInOutcome.REFUSED),
    ):
        step = sign_in(service, "root", PASSWORD, HERE)
        assert sign_in_with_code(service, step.secret, used, HERE).outcome is outcome


def test_the_code_that_turned_it_on_signs_nobody_in(service: AccountService, admin: Identity, clock: Clock) -> None:
    setup = begin_second_factor(service, admin)
    code = pyotp.TOTP(setup.secret).at(int(clock.now))
    confirm_second_factor(service, admin, setup.sealed, code, PASSWORD, HERE)
    step = sign_in(service, "root", PASSWORD, HERE)
    assert sign_in_with_code(service, step.secret, code, HERE).outcome is SignInOutcome.REFUSED


def test_the_second_step_ends_after_5_minutes(service: AccountService, admin: Identity, clock: Clock) -> None:
    totp = pyotp.TOTP(with_code(service, admin, clock))
    step = sign_in(service, "root", PASSWORD, HERE)
    clock.now += 300
    code = totp.at(int(clock.now))
    assert sign_in_with_code(service, step.secret, code, HERE).outcome is SignInOutcome.EXPIRED
    assert sign_in_with_code(service, "x" * 43, code, HERE).outcome is SignInOutcome.EXPIRED
    full = sign_in(service, "root", PASSWORD, HERE)
    assert full.outcome is SignInOutcome.CODE_NEEDED


def test_guesses_of_codes_must_wait(service: AccountService, admin: Identity, clock: Clock) -> None:
    totp = pyotp.TOTP(with_code(service, admin, clock))
    right = {totp.at(int(clock.now) + offset) for offset in (-30, 0, 30)}
    wrong = next(f"{number:06}" for number in range(4) if f"{number:06}" not in right)
    step = sign_in(service, "root", PASSWORD, HERE)
    for _ in range(4):  # the password was the first of five
        assert sign_in_with_code(service, step.secret, wrong, HERE).outcome is SignInOutcome.REFUSED
    with pytest.raises(TooManyAttemptsError):
        sign_in_with_code(service, step.secret, totp.at(int(clock.now)), HERE)
    with pytest.raises(TooManyAttemptsError):
        sign_in(service, "root", PASSWORD, HERE)


def test_the_secret_is_encrypted_in_the_ledger(service: AccountService, admin: Identity, clock: Clock) -> None:
    secret = with_code(service, admin, clock)
    stored = service.store.user(admin.id)
    assert stored is not None
    assert stored.totp
    assert secret not in stored.totp


def test_a_setup_belongs_to_its_user_and_ends(service: AccountService, admin: Identity, clock: Clock) -> None:
    user(service, admin, "ben")
    ben = signed_in(service, "ben")
    setup = begin_second_factor(service, admin)
    code = pyotp.TOTP(setup.secret).at(int(clock.now))
    with pytest.raises(UsageError, match="cannot be confirmed"):
        confirm_second_factor(service, ben, setup.sealed, code, PASSWORD, HERE)
    with pytest.raises(UsageError, match="cannot be confirmed"):
        confirm_second_factor(service, admin, "x", code, PASSWORD, HERE)
    with pytest.raises(UsageError, match="code is wrong"):
        confirm_second_factor(service, admin, setup.sealed, "", PASSWORD, HERE)
    with pytest.raises(UsageError, match="current password is wrong"):
        confirm_second_factor(service, admin, setup.sealed, code, "wrong", HERE)
    confirm_second_factor(service, admin, setup.sealed, code, PASSWORD, HERE)
    with pytest.raises(UsageError, match="cannot be confirmed"):
        confirm_second_factor(service, admin, setup.sealed, code, PASSWORD, HERE)


def test_a_second_factor_is_dropped_with_password_and_code(
    service: AccountService, admin: Identity, clock: Clock
) -> None:
    totp = pyotp.TOTP(with_code(service, admin, clock))
    with pytest.raises(UsageError, match="code is wrong"):
        drop_second_factor(service, admin, "", PASSWORD, HERE)
    drop_second_factor(service, admin, totp.at(int(clock.now)), PASSWORD, HERE)
    assert sign_in(service, "root", PASSWORD, HERE).outcome is SignInOutcome.SIGNED_IN


def test_a_secret_of_another_key_never_skips_the_code(service: AccountService, admin: Identity, clock: Clock) -> None:
    with_code(service, admin, clock)
    service.store.change_user(admin.id, lambda found: msgspec.structs.replace(found, totp="damaged"))
    step = sign_in(service, "root", PASSWORD, HERE)
    assert step.outcome is SignInOutcome.CODE_NEEDED
    with pytest.raises(UsageError, match="cannot read the second factor"):
        sign_in_with_code(service, step.secret, "123456", HERE)


# Users


@each("name", ["", " ", "a b", "a@idp", "-a", "a/b", "é", "a\n", "x" * 64, "<b>", "a\u202eb"])
def test_other_texts_are_no_sign_in_names(name: str) -> None:
    if name == "a\n":
        assert clean_name(name) == "a"
    else:
        with pytest.raises(UsageError, match="not a sign-in name"):
            clean_name(name)


def test_a_display_name_is_one_line_without_control_characters(service: AccountService, admin: Identity) -> None:
    made = create_user(service, admin, "ben", "Ben\x1b[31m\n\u202e<script>" + "x" * 5000, Role.VIEWER)
    assert made.display.isprintable()
    assert "\u202e" not in made.display
    assert len(made.display) == 100


def test_a_name_exists_once(service: AccountService, admin: Identity) -> None:
    user(service, admin, "ben")
    with pytest.raises(UsageError, match="exists"):
        create_user(service, admin, "BEN", "", Role.ADMIN)


def test_a_new_role_applies_to_the_next_request(service: AccountService, admin: Identity) -> None:
    ben = user(service, admin, "ben", Role.OPERATOR)
    secret = sign_in(service, "ben", PASSWORD, HERE).secret
    set_role(service, admin, ben.id, Role.VIEWER)
    found = session_user(service, secret)
    assert found is not None
    assert found.role is Role.VIEWER
    assert service.store.log(limit=1)[0].fields == {"user": "ben", "role": "viewer"}


def test_a_disabled_user_loses_sessions_and_tokens(service: AccountService, admin: Identity) -> None:
    ben = user(service, admin, "ben")
    session = sign_in(service, "ben", PASSWORD, HERE).secret
    identity = session_user(service, session)
    assert identity is not None
    token = create_token(service, identity, "ci", Role.ANALYST, reads_only=False).secret
    set_disabled(service, admin, ben.id, disabled=True)
    assert session_user(service, session) is None
    assert token_user(service, token) is None
    set_disabled(service, admin, ben.id, disabled=False)
    assert session_user(service, session) is None
    assert token_user(service, token) is not None


def test_one_administrator_remains(service: AccountService, admin: Identity) -> None:
    with pytest.raises(UsageError, match="last administrator"):
        set_role(service, admin, admin.id, Role.ANALYST)
    with pytest.raises(UsageError, match="last administrator"):
        set_disabled(service, admin, admin.id, disabled=True)
    other = user(service, admin, "ben", Role.ADMIN)
    set_role(service, admin, admin.id, Role.ANALYST)
    with pytest.raises(UsageError, match="last administrator"):
        set_disabled(service, signed_in(service, "ben"), other.id, disabled=True)


def test_sessions_and_second_factors_of_others_can_be_ended(
    service: AccountService, admin: Identity, clock: Clock
) -> None:
    ben = user(service, admin, "ben")
    with_code(service, signed_in(service, "ben"), clock)
    step = sign_in(service, "ben", PASSWORD, HERE)
    assert step.outcome is SignInOutcome.CODE_NEEDED
    remove_second_factor(service, admin, ben.id)
    secret = sign_in(service, "ben", PASSWORD, HERE).secret
    assert session_user(service, secret) is not None
    end_sessions(service, admin, ben.id)
    assert session_user(service, secret) is None


def test_a_password_link_is_used_once_within_a_day(service: AccountService, admin: Identity, clock: Clock) -> None:
    ben = user(service, admin, "ben")
    old = sign_in(service, "ben", PASSWORD, HERE).secret
    secret = secret_of(password_link(service, admin, ben.id))
    found = find_link(service, secret)
    assert found is not None
    assert found.name == "ben"
    assert use_link(service, secret, "ignored", "another long password", HERE) is not None
    assert session_user(service, old) is None, "a new password ends the sessions"
    assert use_link(service, secret, "ben", PASSWORD, HERE) is None
    late = secret_of(password_link(service, admin, ben.id))
    clock.now += DAY
    assert use_link(service, late, "ben", PASSWORD, HERE) is None


def test_a_locked_out_administrator_recovers_at_the_terminal(
    service: AccountService, admin: Identity, clock: Clock
) -> None:
    with_code(service, admin, clock)
    with pytest.raises(NoSuchAccountError):
        recovery_link(service, "nobody")
    secret = secret_of(recovery_link(service, " ROOT "))
    assert use_link(service, secret, "", "another long password", HERE) is not None
    assert sign_in(service, "root", "another long password", HERE).outcome is SignInOutcome.SIGNED_IN
    assert ("account recovery", "terminal of the server") in events(service)


@pytest.mark.parametrize("change", [end_sessions, remove_second_factor, password_link])
def test_unknown_users_are_named_so(service: AccountService, admin: Identity, change: object) -> None:
    assert callable(change)
    with pytest.raises(NoSuchAccountError):
        change(service, admin, "no-such-user")


# Tokens


def test_a_token_is_shown_once_and_stored_as_a_hash(service: AccountService, admin: Identity) -> None:
    new = create_token(service, admin, "ci", Role.OPERATOR, reads_only=False)
    assert new.secret.startswith("tbk_")
    assert new.token.prefix == new.secret[:8]
    with service.store._database.reading() as connection:
        stored = str(connection.execute(sa.text("SELECT * FROM user_tokens")).all())
    assert new.secret not in stored
    assert new.secret not in str(service.store.log())
    found = token_user(service, new.secret)
    assert found is not None
    assert (found.name, found.role, found.token, found.session) == ("root", Role.OPERATOR, new.token.id, "")


def test_a_token_has_the_lower_role_of_itself_and_its_owner(service: AccountService, admin: Identity) -> None:
    ben = user(service, admin, "ben", Role.ADMIN)
    identity = signed_in(service, "ben")
    for owner in Role:
        for ceiling in Role:
            new = create_token(service, identity, "ci", ceiling, reads_only=True)
            set_role(service, admin, ben.id, owner)
            found = token_user(service, new.secret)
            assert found is not None
            assert found.role is (ceiling if owner.permits(ceiling) else owner)
            assert found.reads_only


def test_a_token_cannot_have_a_higher_role_than_its_owner(service: AccountService, admin: Identity) -> None:
    user(service, admin, "ben", Role.ANALYST)
    with pytest.raises(UsageError, match="higher than yours"):
        create_token(service, signed_in(service, "ben"), "ci", Role.OPERATOR, reads_only=True)


@pytest.mark.parametrize(("name", "days"), [("", 90), ("\n", 90), ("ci", 0), ("ci", 366), ("ci", -1)])
def test_a_token_has_a_name_and_an_end(service: AccountService, admin: Identity, name: str, days: int) -> None:
    with pytest.raises(UsageError):
        create_token(service, admin, name, Role.VIEWER, reads_only=True, days=days)


def test_a_token_ends(service: AccountService, admin: Identity, clock: Clock) -> None:
    secret = create_token(service, admin, "ci", Role.VIEWER, reads_only=True).secret
    clock.now += 90 * DAY - 1
    assert token_user(service, secret) is not None
    clock.now += 1
    assert token_user(service, secret) is None


def test_a_revoked_token_ends_at_once(service: AccountService, admin: Identity) -> None:
    user(service, admin, "ben")
    ben = signed_in(service, "ben")
    mine = create_token(service, admin, "ci", Role.VIEWER, reads_only=True)
    with pytest.raises(NoSuchAccountError):
        revoke_token(service, ben, mine.token.id)
    assert token_user(service, mine.secret) is not None
    revoke_token(service, admin, mine.token.id)
    assert token_user(service, mine.secret) is None
    other = create_token(service, ben, "ci", Role.VIEWER, reads_only=True)
    revoke_token(service, admin, other.token.id)
    assert token_user(service, other.secret) is None
    assert [one.name for one, _ in service.store.tokens()] == ["ci", "ci"], "revoked tokens stay in the list"


def test_a_token_changes_no_accounts_and_no_tokens(service: AccountService, admin: Identity) -> None:
    ben = user(service, admin, "ben")
    identity = token_user(service, create_token(service, admin, "ci", Role.ADMIN, reads_only=False).secret)
    assert identity is not None
    for attempt in (
        lambda: create_token(service, identity, "more", Role.ADMIN, reads_only=False),
        lambda: create_user(service, identity, "eve", "", Role.ADMIN),
        lambda: password_link(service, identity, ben.id),
        lambda: set_role(service, identity, ben.id, Role.ADMIN),
        lambda: set_disabled(service, identity, ben.id, disabled=True),
        lambda: end_sessions(service, identity, ben.id),
        lambda: remove_second_factor(service, identity, ben.id),
        lambda: change_password(service, identity, PASSWORD, "another long password", HERE),
        lambda: begin_second_factor(service, identity),
    ):
        with pytest.raises(NotPermittedError):
            attempt()


def test_a_user_has_a_limited_number_of_tokens(service: AccountService, admin: Identity) -> None:
    last = ""
    for _ in range(MAX_TOKENS):
        last = create_token(service, admin, "ci", Role.VIEWER, reads_only=True).token.id
    with pytest.raises(UsageError, match="at most 50 tokens"):
        create_token(service, admin, "ci", Role.VIEWER, reads_only=True)
    revoke_token(service, admin, last)
    create_token(service, admin, "ci", Role.VIEWER, reads_only=True)


@pytest.mark.parametrize("secret", ["", "tbk_", "tbk_" + "x" * 43, "tbk_" + "x" * 500, "x", "tbk_\udcff"])
def test_other_secrets_are_no_tokens(service: AccountService, admin: Identity, secret: str) -> None:
    assert token_user(service, secret) is None
    assert session_user(service, secret) is None


# The log


def test_the_log_is_a_chain_and_shows_each_change(service: AccountService, admin: Identity) -> None:
    user(service, admin, "ben")
    create_token(service, admin, "c\x00i\udcff", Role.VIEWER, reads_only=True)
    verdict = service.store.verify_log()
    assert verdict.ok
    assert verdict.lines == len(events(service))
    assert events(service)[-5:] == [
        ("signed in", "root"),
        ("user created", "root"),
        ("password link", "root"),
        ("password set", "ben"),
        ("token created", "root"),
    ]
    with service.store._database.writing() as connection:
        connection.execute(sa.text("UPDATE user_log SET author = 'ben' WHERE seq = 2"))
    verdict = service.store.verify_log()
    assert (verdict.ok, verdict.lines) == (False, 1)


# Removal


def test_a_removed_user_has_no_access_and_stays_in_the_log(service: AccountService, admin: Identity) -> None:
    user(service, admin, "ben", Role.ADMIN)
    secret = sign_in(service, "ben", PASSWORD, HERE).secret
    ben = session_user(service, secret)
    assert ben is not None
    token = create_token(service, ben, "ci", Role.VIEWER, reads_only=True, days=1).secret
    link = secret_of(password_link(service, admin, ben.id))
    remove_user(service, admin, ben.id)
    assert (session_user(service, secret), token_user(service, token), find_link(service, link)) == (None, None, None)
    assert sign_in(service, "ben", PASSWORD, HERE).outcome is SignInOutcome.REFUSED
    assert service.store.tokens() == []
    newest = service.store.log(limit=2)[1]
    assert (newest.event, newest.by, newest.subject) == ("user removed", "root", ben.id)
    assert newest.fields == {"user": "ben", "role": "admin"}
    assert ("token created", "ben") in events(service)
    assert service.store.verify_log().ok


def test_the_name_of_a_removed_user_belongs_to_another_id(service: AccountService, admin: Identity) -> None:
    first = user(service, admin, "ben")
    remove_user(service, admin, first.id)
    second = user(service, admin, "ben")
    about = [line.subject for line in service.store.log(limit=500) if line.event == "user created"]
    assert sorted(about) == sorted([first.id, second.id])
    assert first.id != second.id


def test_the_last_administrator_and_the_own_account_are_not_removed(service: AccountService, admin: Identity) -> None:
    before = events(service)
    with pytest.raises(UsageError, match="last administrator"):
        remove_user_named(service, "root")
    user(service, admin, "ann", Role.ADMIN)
    with pytest.raises(UsageError, match="your own account"):
        remove_user(service, admin, admin.id)
    assert "user removed" not in {event for event, _ in events(service)} - {event for event, _ in before}
    assert remove_user_named(service, " ROOT ").id == admin.id
    with pytest.raises(UsageError, match="last administrator"):
        remove_user_named(service, "ann")
    assert ("user removed", "terminal of the server") in events(service)


def test_only_an_enabled_administrator_counts_for_a_removal(service: AccountService, admin: Identity) -> None:
    ann = user(service, admin, "ann", Role.ADMIN)
    set_disabled(service, admin, ann.id, disabled=True)
    with pytest.raises(UsageError, match="last administrator"):
        remove_user_named(service, "root")
    assert remove_user_named(service, "ann").id == ann.id


def test_two_administrators_removed_at_once_leave_one(service: AccountService, admin: Identity) -> None:
    for name in ("ann", "ben", "eve"):
        user(service, admin, name, Role.ADMIN)
    refused = []

    def remove(name: str) -> None:
        try:
            remove_user_named(service, name)
        except UsageError:
            refused.append(name)

    threads = [threading.Thread(target=remove, args=(name,)) for name in ("root", "ann", "ben", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(refused), service.store.count(), service.store.has_admin()) == (1, 1, True)


def test_a_token_and_an_unknown_id_remove_nobody(service: AccountService, admin: Identity) -> None:
    ben = user(service, admin, "ben")
    with pytest.raises(NotPermittedError):
        remove_user(service, msgspec.structs.replace(admin, session="", token="t"), ben.id)
    with pytest.raises(NoSuchAccountError):
        remove_user(service, admin, "none")
    with pytest.raises(NoSuchAccountError):
        remove_user_named(service, "nobody")
    assert service.store.count() == 2
