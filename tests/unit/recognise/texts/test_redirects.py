"""The forms of one name, as each reader knows them."""

import re

import pytest

from tieback.recognise.dataflow.ends.trace import KEYS
from tieback.recognise.texts import prose, redirects


def test_forms() -> None:
    assert redirects.CODE_KEYS == ("redirect_uri", "redirect_url", "redirectUri", "redirectUrl")
    assert redirects.ATTRIBUTES == (
        "redirecturi", "redirecturl", "callbackuri", "callbackurl",
        "redirect_uri", "redirect_url", "callback_uri", "callback_url",
        "redirect-uri", "redirect-url", "callback-uri", "callback-url",
    )  # fmt: skip
    assert {key for key, reason in KEYS.items() if reason == prose.REDIRECT} == set(redirects.CODE_KEYS)


@pytest.mark.parametrize(
    ("name", "is_property", "is_setting"),
    [
        ("redirect_uri", True, True),
        ("redirectUrl", True, True),
        ("RedirectUri", True, True),
        ("redirecturl", True, True),
        ("redirect-uri", False, True),
        ("REDIRECT_URI", False, True),
        ("redirect_ura", False, False),
        ("redirect", False, False),
    ],
)
def test_patterns(name: str, is_property: bool, is_setting: bool) -> None:
    assert (re.fullmatch(redirects.PROPERTY, name.encode()) is not None) is is_property
    assert (re.fullmatch(redirects.SETTING, name.encode(), re.IGNORECASE) is not None) is is_setting
