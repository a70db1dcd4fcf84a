"""Members that a function selects of the state of an app."""

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import value, values

STATE = 'const s={config:{api:"own.test",x:1},rides:[]}'


@each(
    "selects",
    (
        "const a=(0,r.useSelector)(s=>s.config.api);fetch(`https://${a}/v1`)",
        "const a=useSelector((s)=>s.main.config.api);fetch(`https://${a}/v1`)",
        'var a=(0,r.useSelector)(function(s){return s.config.api});fetch("https://"+a+"/v1")',
        "function*g(){const a=yield r(s=>s.config.api);fetch(`https://${a}/v1`)}",
    ),
    ids=("hook", "state of a part", "function", "effect"),
)
def test_the_first_state_has_the_member(selects: str) -> None:
    assert values(f"{STATE};{selects}") == {"https://own.test/v1"}


def test_an_effect_calls_a_function_with_an_address() -> None:
    state = 'const s={config:{api:"https://own.test/driver"}}'
    saga = 'function*g(){const a=yield r(e=>e.config.api);const d=yield t(p,a+"/rides/today",{m:1})}'
    assert "https://own.test/driver/rides/today" in values(f"{state};{saga}")


@each(
    "effect",
    (
        'yield t(a+"/rides/today")',
        'yield t(p,b.a+"/rides/today")',
        'yield t(p,{u:1},a+"/rides/today")',
        'yield t(p,q(x,a)+"/rides/today")',
        'yield{t:p,u:a+"/rides/today"}',
        'yield t[p](p,a+"/rides/today")',
        'await t(p,a+"/rides/today")',
    ),
    ids=("no function", "another object", "behind options", "result of a call", "object", "computed name", "no effect"),
)
def test_other_forms_are_no_effects(effect: str) -> None:
    state = 'const s={config:{api:"https://own.test/driver"}}'
    saga = f"function*g(){{const a=yield r(e=>e.config.api);const d={effect}}}"
    assert not any("rides" in one for one in values(f"{state};{saga}"))


@each(
    "call",
    ("r(s=>t.config.api)", "r((s,t)=>s.config.api)", "r(s=>s.api)", "r(s=>s.other.api)", "r(s=>s.config.api+1)"),
    ids=("another object", "two parameters", "whole state", "another part", "a sum"),
)
def test_other_functions_select_nothing(call: str) -> None:
    assert value(call, STATE) == []
