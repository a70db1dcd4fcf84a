"""Masks of credentials."""

import pytest

from tieback.recognise.verdict import is_filled_in, mask


@pytest.mark.parametrize(
    ("secret", "masked"),
    [("hunter22", "h***2 (8)"), ("abcdef", "a***f (6)"), ("abcde", "*** (5)"), ("a", "*** (1)"), ("", "*** (0)")],
)
def test_masks(secret: str, masked: str) -> None:
    assert mask(secret) == masked


@pytest.mark.parametrize("text", ["%s", "{password}", "${PW}", "<password>", "****", "xxxx", "XXXX", ""])
def test_placeholders_are_no_credentials(text: str) -> None:
    assert not is_filled_in(text)


def test_credentials_are() -> None:
    assert is_filled_in("hunter22")
