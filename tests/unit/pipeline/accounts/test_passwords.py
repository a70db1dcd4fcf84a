"""Passwords, second factors and random secrets."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.pipeline.accounts.fast import FAST
from tieback.model.errors import UsageError
from tieback.pipeline.accounts import passwords as module
from tieback.pipeline.accounts.passwords import AT_ONCE, MAX_WAITING, Passwords, check_password
from tieback.pipeline.accounts.problems import TooManyAttemptsError
from tieback.pipeline.accounts.secret_box import SecretBox
from tieback.pipeline.accounts.secrets import TOKEN_START, digest_of, new_id, new_secret, new_token
from tieback.pipeline.accounts.totp import new_totp_secret, setup_uri, step_of_code

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(FAST)


def test_the_real_parameters_are_argon2id_with_64_mebibytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PasswordHasher", PasswordHasher)  # the run has a quicker one
    assert Passwords().hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_matches_only_its_password(passwords: Passwords) -> None:
    stored = passwords.hash("Grüße aus dem Krankenhaus")
    assert "Grüße" not in stored
    assert passwords.matches(stored, "Grüße aus dem Krankenhaus")
    assert passwords.matches(stored, "Gru\u0308ße aus dem Krankenhaus"), "another keyboard sends it decomposed"
    assert not passwords.matches(stored, "Grüße aus dem Krankenhaus ")
    assert not passwords.matches("", "no user has this password")
    assert not passwords.matches("not a hash", "x")


@given(st.text(max_size=400))
def test_any_text_is_checked_without_an_error(text: str) -> None:
    assert Passwords(FAST).matches("", text) is False


def test_a_long_password_does_not_match_its_start(passwords: Passwords) -> None:
    stored = passwords.hash("x" * 256)
    assert passwords.matches(stored, "x" * 256)
    assert not passwords.matches(stored, "x" * 257)


def test_older_parameters_are_outdated(passwords: Passwords) -> None:
    older = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash("x")
    assert passwords.is_outdated(older)
    assert not passwords.is_outdated(passwords.hash("x"))


def test_only_some_computations_wait(passwords: Passwords) -> None:
    for _ in range(AT_ONCE + MAX_WAITING):
        assert passwords._places.acquire(blocking=False)
    with pytest.raises(TooManyAttemptsError, match="too many attempts"):
        passwords.matches("", "y")
    with pytest.raises(TooManyAttemptsError):
        passwords.hash("y")
    for _ in range(AT_ONCE + MAX_WAITING):
        passwords._places.release()
    assert passwords.hash("y")


@each(
    ("password", "right"),
    [
        ("correct horse battery", True),
        ("x" * 12, False),
        ("abcabcabcabc", False),
        ("short", False),
        ("", False),
        ("a1b2c" * 60, False),
        ("administrator123", False),
        ("пароль из нескольких слов", True),
    ],
)
def test_the_rules_of_new_passwords(password: str, right: bool) -> None:
    if right:
        check_password(password, "administrator")
        assert len(password) > 11
    else:
        with pytest.raises(UsageError):
            check_password(password, "administrator")


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_of_rfc_6238(now: int, code: str) -> None:
    assert step_of_code(RFC_SECRET, code, now) == now // 30
    assert step_of_code(RFC_SECRET, f"{code[:3]} {code[3:]}", now + 30) == now // 30, "the clock may differ by a step"
    assert step_of_code(RFC_SECRET, code, now - 30) == now // 30
    assert step_of_code(RFC_SECRET, code, now + 90) is None


@each("code", ["", "12345", "1234567", "abcdef", "\uff11" * 6, "-12345", "28708\u0662"])
def test_other_texts_are_no_codes(code: str) -> None:
    assert step_of_code(RFC_SECRET, code, 59) is None


def test_the_setup_address_quotes_names() -> None:
    secret = new_totp_secret()
    uri = setup_uri(secret, "ann&issuer=evil", "tieback.test")
    assert uri.startswith("otpauth://totp/")
    assert "&issuer=evil" not in uri
    assert f"secret={secret}" in uri


def test_secrets_are_random_and_long() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) == 43
    assert new_token().startswith(TOKEN_START)
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(digest_of("\udcff")) == 64
    assert new_id(1.0) < new_id(2.0)


def test_a_box_opens_only_with_its_key_and_purpose() -> None:
    box = SecretBox(b"k" * 32, "second factor")
    sealed = box.close(RFC_SECRET)
    assert RFC_SECRET not in sealed
    assert box.open(sealed) == RFC_SECRET
    assert SecretBox(b"k" * 32, "cookie").open(sealed) is None
    assert SecretBox(b"l" * 32, "second factor").open(sealed) is None
    assert box.open(sealed[:-4] + "AAA=") is None
    assert box.open("") is None
    assert box.open("\udcff") is None
