"""Methods and fields of evidence in words."""

from tests.each import each
from tieback.model.method_names import completing_method, readable_member, step_text, steps_text


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
    ("context", "member"),
    [
        ('Ltest/shop/Keys;->API_KEY: "API_KEY": "***"', "Keys.API_KEY"),
        ("Lcn/share/b/c;->j: x", ""),
        ("La;->b: x", ""),
        ("plain text", ""),
    ],
)
def test_a_member_that_a_reader_can_find(context: str, member: str) -> None:
    assert readable_member(context) == member


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
