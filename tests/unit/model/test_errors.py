"""Errors say where, what and what to do, also after crossing a process boundary."""

import pickle

import pytest

from tieback.model.errors import InputError, TiebackError, file_fault


def test_diagnostics_is_one_line() -> None:
    error = InputError("not an app", where="a.apk", advice="Give an APK or IPA")
    assert error.diagnostics() == "a.apk: not an app. Give an APK or IPA"
    assert str(error) == error.diagnostics()
    assert TiebackError("it broke").diagnostics() == "it broke"


def test_errors_survive_pickling() -> None:
    error = pickle.loads(pickle.dumps(InputError("not an app", where="a.apk", advice="Give an APK")))
    assert type(error) is InputError
    assert (error.what, error.where, error.advice) == ("not an app", "a.apk", "Give an APK")


def test_a_fault_of_a_file_has_no_words_of_python() -> None:
    with pytest.raises(UnicodeDecodeError) as error:
        b"ab\xff".decode()
    assert file_fault(error.value) == "byte 2 is not UTF-8 text"
    assert file_fault(RecursionError("maximum recursion depth exceeded")) == "nested too deeply"
    assert file_fault(ValueError("line 1\nline 2")) == "line 1"
