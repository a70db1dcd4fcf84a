"""Combinations of options, of which a limit can leave fewer than before."""

import json

import pytest

from tieback.posture.rules.sql.conditions.context import Choices, UnsupportedError, new_user


def test_a_combination_whose_options_became_fewer_is_not_decided() -> None:
    choices = Choices()
    assert choices.pick("abc") == "a"
    assert choices.advance()
    assert choices.pick("abc") == "b"
    assert choices.advance()
    with pytest.raises(UnsupportedError):
        choices.pick("ab")


def test_claims_of_a_new_user_can_be_sent_to_a_server() -> None:
    assert json.loads(json.dumps(new_user().claims))["role"] == "authenticated"
