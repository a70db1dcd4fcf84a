"""Compiled classes of Angular and the values that are injected into them in, endpoints out."""

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import values

CLASS = (
    'var o=class{constructor(t,s){this.d=t}},i=new o("BASE"),a=class e{constructor(t,s){this.http=t,this.base=s}'
    "all(){return this.http.get(`${this.base}/list`)}static \\u0275fac=t=>new(t||e)(inj(H),inj(i))};"
)
PROVIDED = CLASS + 'b({providers:[{provide:i,useValue:"https://a.x.test/v1"},a]});'
MADE = CLASS + 'b({providers:[{provide:i,useFactory:()=>"https://a.x.test/v1"},a]});'
OWN = CLASS.replace('new o("BASE")', 'new o("BASE",{providedIn:"root",factory:()=>"https://a.x.test/v1"})')
OLDER = PROVIDED.replace("static \\u0275fac=t=>new(t||e)(inj(H),inj(i))};", "};").replace(
    "b({", "a.\\u0275fac=function(t){return new(t||a)(x.inj(H),x.inj(i))};b({"
)


@each(
    ("script", "part", "other"),
    [
        (PROVIDED, "provide:i", "provide:j"),
        (PROVIDED, "inj(i)", "inj(k)"),
        (PROVIDED, "(inj(H),inj(i))", "(inj(i),inj(H))"),
        (MADE, "useFactory", "useClass"),
        (OWN, "factory:", "maker:"),
        (OLDER, "fac=", "mod="),
    ],
)
def test_a_value_that_is_injected_by_a_token(script: str, part: str, other: str) -> None:
    assert "https://a.x.test/v1/list" in values(script)
    assert part in script
    assert "https://a.x.test/v1/list" not in values(script.replace(part, other))


def test_the_function_of_another_class_does_not_count() -> None:
    between = PROVIDED.replace("static", "}var z=class y{constructor(t){this.t=t}static")
    assert "https://a.x.test/v1/list" not in values(between)
