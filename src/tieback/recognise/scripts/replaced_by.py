"""Texts in which a function of the script replaces what a pattern finds: ``t.replace(/:(.)/g, (_, k) => m[k])``.

Source: https://tc39.es/ecma262/#sec-string.prototype.replace. Bounds: ``MAX_MATCHES`` calls; patterns of characters and
classes with plain groups, at most two of whose parts are repeated.
"""

from itertools import islice
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.methods import grouped_pattern
from tieback.recognise.scripts.values import (
    MAX_TEXT,
    Cases,
    Pattern,
    Plain,
    Source,
    Text,
    as_text,
    is_function,
    joined,
    single,
)

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

REPLACES = ("replace", "replaceAll")
MAX_MATCHES = 100
"""Most matches that are replaced; with more the text is not known."""


def replaced_by(run: "Evaluator", text: Text, arguments: list[Cases]) -> Cases | None:
    """The text in which a function replaces the matches; a match whose replacement is not known is a hole.

    Returns:
        ``None`` if the arguments are no pattern and function, or if the pattern is not understood.
    """
    if len(arguments) != 2 or any(len(one) != 1 for one in arguments) or HOLE in text.text:
        return None
    old, function = arguments[0][0][1], arguments[1][0][1]
    if not isinstance(old, Pattern) or not isinstance(function, Source) or not is_function(function):
        return None
    pattern = grouped_pattern(old)
    if pattern is None:
        return None
    most = MAX_MATCHES + 1 if "g" in old.flags else 1
    matches = list(islice(pattern.finditer(text.text), most))
    if len(matches) > MAX_MATCHES:
        return None
    made, end, row = "", 0, [text]
    for found in matches:
        result = run.call(function, [single(Text(one or "")) for one in (found[0], *found.groups())])
        value = result[0][1] if len(result) == 1 else None
        row.append(as_text(value) if isinstance(value, (Text, Plain, int)) else Text(HOLE))
        made, end = f"{made}{text.text[end : found.start()]}{row[-1].text}"[:MAX_TEXT], found.end()
    at, parts, via = joined(*row)[1:]
    return single(Text(f"{made}{text.text[end:]}"[:MAX_TEXT], at, parts, via))
