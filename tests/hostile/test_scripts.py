"""Scripts that are built to blow up the analysis of their expressions end with what was found so far."""

from collections.abc import Callable

import pytest

from tests.examples import few
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Find
from tieback.recognise.scripts.extract import ScriptExtractor
from tieback.recognise.scripts.replay import Results
from tieback.recognise.scripts.values import MAX_TEXT

EXTRACTOR = ScriptExtractor(EndpointExtractor())
_STEPS = 200_000
_LAST = ';var h="last.shop.test";fetch("https://"+h+"/v1");'


def finds(script: str) -> list[Find]:
    EXTRACTOR.left = EXTRACTOR.run_steps = _STEPS
    data = script.encode()
    return list(EXTRACTOR.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, data),))))


def _nested(before: str, after: str) -> Callable[[int], str]:
    return lambda size: f"fetch({before * size}'https://a.test/'{after * size})"


def _doubling(size: int) -> str:
    lines = "".join(f"var a{number + 1}=a{number}+a{number};" for number in range(min(size, 60)))
    return f'var a0="https://a.test/x";{lines}fetch(a{min(size, 60)})'


def _ring(size: int) -> str:
    names = "".join(f"var r{number}=r{(number + 1) % size}+r{(number + 7) % size};" for number in range(size))
    return f'{names}fetch("https://"+r0+"/x")'


def _choices(size: int) -> str:
    parts = "+".join(f'(q{number}?"a{number}":"b{number}")' for number in range(size))
    return f'fetch("https://a.test/"+{parts})'


def _calls(size: int) -> str:
    return "function f(p){return fetch('https://a.test'+p)}" + "".join(f"f('/p{number}');" for number in range(size))


def _callers(size: int) -> str:
    levels = "".join(
        f"function g{number}(p){{return g{number + 1}(p+'x')+g{number + 1}(p+'y')}}" for number in range(min(size, 40))
    )
    return f"{levels}function g{min(size, 40)}(p){{return fetch('https://a.test/'+p)}}g0('/')"


SHAPES: dict[str, Callable[[int], str]] = {
    "parentheses": _nested("(", ")"),
    "lists": _nested("[", "]"),
    "open brackets": _nested("([{", ""),
    "signs": _nested("!-", ""),
    "words": _nested("typeof ", ""),
    "objects": _nested("{a:", "}.a"),
    "templates": _nested("`${", "}`"),
    "ternaries": _nested("a?b:", ""),
    "arrows": _nested("a=>", ""),
    "functions": _nested("function(){return ", "}()"),
    "new": _nested("new ", ""),
    "doubling": _doubling,
    "ring of names": _ring,
    "choices": _choices,
    "many calls": _calls,
    "levels of calls": _callers,
    "recursion": lambda size: f'function f(a){{return {"f(a+a)+" * min(size, 40)}a}}fetch("https://a.test/"+f("x"))',
    "table": lambda size: f"var t=[{'a,' * size}'x'];fetch('https://a.test/'+t[q]+t[{size}])",
    "keys": lambda size: f"var o={{{','.join(f'k{n}:1' for n in range(size))}}};fetch('https://a.test/'+o[q]+o.k9)",
    "assignments": lambda size: f"var a{';a=1' * size};fetch('https://'+a+'/x')",
    "appended": lambda size: f"var a='https://a.test/'{';a+=a' * size};fetch(a)",
    "braces": lambda size: f"{'{' * size}fetch('https://'+a+'/x'){'}' * size}",
    "open braces": lambda size: f"{'{' * size}fetch('https://'+a+'/x')",
    "closing braces": lambda size: f"{'}' * size}fetch('https://'+a+'/x')",
    "unknown names": lambda size: "".join(f"fetch('https://'+u{number}+'/x');" for number in range(size)),
    "unknown members": lambda size: "".join(f"fetch('https://'+u.apiHost{n}+'/x');" for n in range(size)),
    "same member": lambda size: f"{'o.apiHost=1;' * size}fetch('https://'+u.apiHost+'/x')",
    "modules": lambda size: (
        "var m={" + ",".join(f"{n}:(e,t,n)=>{{t.a=n({n + 1}).a}}" for n in range(size)) + "};"
        "fetch('https://'+n(0).a+'/x')"
    ),
    "spread": lambda size: "".join(f"var s{n}={{...s{n + 1},...s{n + 2}}};" for n in range(size)) + "fetch(s0.a+'/x')",
    "repeat": lambda _size: "fetch('https://a.test/'+'x'.repeat(4096).repeat(4096).padStart(1e9,'y'))",
    "comments": lambda size: f"fetch(/*{'*' * size}*/ 'https://'+/*{'/' * size}*/h)",
    "slashes": lambda size: f"fetch('https://'{'/' * size}+h)" * 3,
    "escapes": lambda size: "fetch('" + "\\u0068" * size + "'+h)",
    "pieces": lambda size: "fetch(" + "+".join(["'https://'"] * min(size, 800)) + ")",
    "arguments": lambda size: f"fetch(f({','.join(['a'] * size)})+'https://')",
    "prototypes": lambda size: "".join(f"A.prototype.m{n}=function(p){{return fetch(this.b+p)}};" for n in range(size)),
}


@pytest.mark.parametrize("shape", few(SHAPES, 3))
def test_a_script_without_end_ends(shape: str) -> None:
    found = finds(SHAPES[shape](2_000) + _LAST)
    assert len(found) <= 300
    assert all(len(one.evidence.context) <= 200 for one in found if isinstance(one, Sighting))
    assert EXTRACTOR.left >= 0


@pytest.mark.parametrize("shape", ["ring of names", "unknown names", "many calls", "table", "modules", "assignments"])
def test_the_cost_of_a_shape_is_linear(shape: str) -> None:
    assert_linear(SHAPES[shape], finds, 800)


def test_a_long_script_of_many_shapes_gives_a_problem_line() -> None:
    script = "".join(SHAPES[shape](3_000) + ";\n" for shape in ("unknown names", "unknown members", "many calls"))
    found = finds(script * 4)
    assert [one.where for one in found if isinstance(one, Problem)] == ["a.js"]


def test_texts_are_cut() -> None:
    found = [one for one in finds(_doubling(60)) if isinstance(one, Sighting)]
    assert all(len(one.endpoint.value) <= MAX_TEXT for one in found)


def test_the_budget_of_an_app_is_shared_by_its_scripts() -> None:
    EXTRACTOR.left = 500
    data = (SHAPES["unknown names"](2_000)).encode()
    buffers = tuple(Buffer(f"{number}.js", BufferKind.TEXT, data) for number in range(3))
    found = list(EXTRACTOR.extract(Artifact("a", buffers)))
    assert [one.where for one in found if isinstance(one, Problem)] == ["0.js", "1.js", "2.js"]
    assert EXTRACTOR.left >= 0


def test_no_result_is_kept_for_each_literal_of_a_long_array(monkeypatch: pytest.MonkeyPatch) -> None:
    every: list[Results] = []
    make = Results.__init__

    def noting(self: Results, *rest: int) -> None:
        every.append(self)
        make(self, *rest)

    monkeypatch.setattr(Results, "__init__", noting)
    words = ",".join(f"'s{number}'" for number in range(3_000))
    found = finds(f"var words=[{words},'shop.test'];fetch('https://'+words[3000]+'/v1')")
    assert {one.endpoint.value for one in found if isinstance(one, Sighting)} == {"https://shop.test/v1"}
    assert every
    assert sum(one._count for one in every) < 50
