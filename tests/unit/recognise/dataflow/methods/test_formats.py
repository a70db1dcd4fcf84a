"""Formats and recipes, with what is known of their arguments."""

import pytest

from tests.each import each
from tieback.recognise.dataflow.methods.formats import concat_recipe, format_string
from tieback.recognise.dataflow.methods.values import TextValue, Value

HOST = TextValue("a.test", 2, ("a.test",))


@each(
    ("template", "arguments", "text"),
    [
        ("https://%s/v%d", [HOST, 2], "https://a.test/v2"),
        ("https://%2$s/v%1$d", [2, HOST], "https://a.test/v2"),
        ("https://%s/%s", [HOST], "https://a.test/{}"),
        ("https://%s/", None, "https://{}/"),
        ("%s %% %s%n", [HOST, None], "a.test % {}\n"),
        ("%05d %.2f %x", [1, 2, 30], "00001 {} 1e"),
        ("%04X|%-4s|%4s|%c|%b", [255, HOST, TextValue("b"), 58, 1], "00FF|a.test|   b|:|true"),
        ("%S %.1s %<s", [HOST, HOST], "A.TEST a {}"),
        ("%,d %+d", [1, 2], "{} {}"),
        ("https://%s.shop.test/%d/%s", [0, 0, 8], "https://{}.shop.test/0/8"),  # null, as an object
        ("100%", [], "100%"),
    ],
)
def test_formats(template: str, arguments: list[Value | None] | None, text: str) -> None:
    made = format_string(TextValue(template, 1, (template,)), arguments)
    assert made.text == text
    assert made.first == 1


@pytest.mark.parametrize(
    ("recipe", "arguments", "constants", "text"),
    [
        ("https://\x01/v\x01", [HOST, 2], [], "https://a.test/v2"),
        ("\x01\x02\x01", [HOST], [TextValue("/x")], "a.test/x{}"),
        ("\x02", [], [], "{}"),
        ("", [], [], ""),
    ],
)
def test_concat_recipes_are_filled(
    recipe: str, arguments: list[Value | None], constants: list[TextValue], text: str
) -> None:
    assert concat_recipe(TextValue(recipe, 1), arguments, constants).text == text
