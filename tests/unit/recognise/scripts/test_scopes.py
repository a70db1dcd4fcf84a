"""Braces and parentheses of scripts, compared with a walk over all characters."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.recognise.scripts.scopes import Scopes

CODE = st.text("(){}; a", max_size=60)


@settings(max_examples=examples(400))
@given(CODE, st.integers(0, 60))
def test_the_scopes_around_a_place_are_the_braces_that_are_open_there(code: str, at: int) -> None:
    opened: list[int] = []
    for offset, sign in enumerate(code[:at]):
        if sign == "{":
            opened.append(offset)
        elif sign == "}":
            if not opened:
                return  # a script with such a brace has an error
            opened.pop()
    found = Scopes(code.encode()).around(at)
    assert [scope.start - 1 for scope in found] == [*opened[::-1], -1]
    for scope in found[:-1]:
        inner = code[scope.start : scope.end]
        if scope.end < len(code):
            assert inner.count("{") == inner.count("}")
            assert code[scope.end] == "}"
        else:
            assert inner.count("{") >= inner.count("}")


@settings(max_examples=examples(400))
@given(CODE, CODE)
def test_the_parameters_of_a_function_begin_at_the_parenthesis_that_belongs_to_the_closing_one(
    before: str, behind: str
) -> None:
    code = before + "){" + behind
    brace = code.index("){") + 1
    depth, wanted = 0, -1
    for offset in range(brace - 1, -1, -1):
        depth += (code[offset] == ")") - (code[offset] == "(")
        if not depth:
            wanted = offset
            break
    scope = Scopes(code.encode()).body(brace)
    assert scope is not None
    assert scope.head == wanted


@settings(max_examples=examples(300))
@given(CODE, st.lists(st.integers(0, 60), max_size=60))
def test_many_places_have_the_depths_that_each_has_alone(code: str, places: list[int]) -> None:
    scopes = Scopes(code.encode())
    whole = scopes.around(0)[-1]
    assert scopes.direct(places, whole) == [at for at in places if scopes.direct([at], whole)]
