"""Methods and fields of evidence in words."""

from tests.each import each
from tieback.report.texts.methods import completing_method, step_text, steps_text


@each(
    ("step", "text", "short"),
    [
        ("Ltest/shop/Api;->open", "test.shop.Api.open", "Api.open"),
        ("Ltest/shop/Api$1;-><init>", "test.shop.Api$1.<init>", "Api$1.<init>"),
        ("Ltest/shop/Api;", "test.shop.Api", "Api"),
        # Names of one or two letters say nothing without their package.
        ("Lcn/share/b/c;->j", "cn.share.b.c.j", "cn.share.b.c.j"),
        ("LMain;->run", "Main.run", "Main.run"),
        ("La;->b", "a.b", "a.b"),
        ("cfg.api.host", "cfg.api.host", "cfg.api.host"),
        ("", "", ""),
    ],
)
def test_a_step(step: str, text: str, short: str) -> None:
    assert (step_text(step), step_text(step, short=True)) == (text, short)


def test_steps_that_look_the_same_are_one() -> None:
    chain = ("La/Main;->go", "La/Http;->get", "La/Http;->get", "La/Http;->get", "La/Main;->go")
    assert steps_text(chain) == ["a.Main.go", "a.Http.get", "a.Main.go"]


@each(
    ("context", "method"),
    [
        ("Ltest/shop/Api;->open: https://api.shop.test/v1", "Api.open"),
        ("https://api.shop.test/Lx;->y: z", ""),
        ("", ""),
    ],
)
def test_the_method_in_a_context(context: str, method: str) -> None:
    assert completing_method(context) == method
