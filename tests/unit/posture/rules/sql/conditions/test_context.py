"""Combinations of options, of which a limit can leave fewer than before."""

import pytest

from tieback.posture.rules.sql.conditions.context import Choices, UnsupportedError


def test_a_combination_whose_options_became_fewer_is_not_decided() -> None:
    choices = Choices()
    assert choices.pick("abc") == "a"
    assert choices.advance()
    assert choices.pick("abc") == "b"
    assert choices.advance()
    with pytest.raises(UnsupportedError):
        choices.pick("ab")
