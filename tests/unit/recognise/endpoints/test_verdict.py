"""Masks of credentials."""

from tests.each import each
from tieback.recognise.endpoints.verdict import fingerprint, is_real_value, mask_secret, mask_text


@each(
    ("secret", "masked"),
    [
        ("kZ8rQ2mVx7Lw0pTn", "kZ***Tn (16)"),
        ("kZ8rQ2mVx7Lw", "kZ***Lw (12)"),
        ("kZ8rQ2mVx7L", "k***L (11)"),
        ("hunter22", "h***2 (8)"),
        ("abcdef", "a***f (6)"),
        ("abcde", "*** (5)"),
        ("a", "*** (1)"),
        ("", "*** (0)"),
    ],
)
def test_secrets_are_masked(secret: str, masked: str) -> None:
    assert mask_text(secret) == masked


@each("text", ["%s", "{password}", "${PW}", "<password>", "****", "xxxx", "XXXX", ""])
def test_placeholders_are_not_credentials(text: str) -> None:
    assert not is_real_value(text)


def test_credentials_are() -> None:
    assert is_real_value("hunter22")


def test_fingerprints_distinguish_credentials() -> None:
    assert fingerprint("hunter22") == fingerprint("hunter22")
    assert fingerprint("hunter22") != fingerprint("hunter23")
    assert len(fingerprint("\ud800")) == 16


def test_masked_secret_does_not_contain_the_credential() -> None:
    assert "hunter22hunter22" not in str(mask_secret("password_in_url", "hunter22hunter22"))
