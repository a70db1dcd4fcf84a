"""Errors say where, what and what to do, also after crossing a process boundary."""

import pickle

from tieback.model.errors import InputError, TiebackError


def test_diagnostics_is_one_line() -> None:
    error = InputError("not an app", where="a.apk", advice="Give an APK or IPA")
    assert error.diagnostics() == "a.apk: not an app. Give an APK or IPA"
    assert str(error) == error.diagnostics()
    assert TiebackError("it broke").diagnostics() == "it broke"


def test_errors_survive_pickling() -> None:
    error = pickle.loads(pickle.dumps(InputError("not an app", where="a.apk", advice="Give an APK")))
    assert type(error) is InputError
    assert (error.what, error.where, error.advice) == ("not an app", "a.apk", "Give an APK")
