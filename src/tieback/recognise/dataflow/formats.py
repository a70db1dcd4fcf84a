"""String templates: ``String.format`` and ``StringConcatFactory.makeConcatWithConstants``.

Sources: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Formatter.html and
.../java/lang/invoke/StringConcatFactory.html
"""

import re
from collections.abc import Sequence

from tieback.recognise.dataflow.values import UNKNOWN, TextValue, Value, as_text

_SPEC = re.compile(r"%(?:(\d{1,3})\$)?([-#+ 0,(<]{0,4})(\d{1,3})?(\.\d{1,3})?([a-zA-Z%])")


def format_string(template: TextValue, arguments: Sequence[Value | None] | None) -> TextValue:
    """The text that ``String.format`` returns.

    Args:
        template: the format.
        arguments: known values of the arguments; ``None`` if no argument is known.
    """
    made, at, ordinary = TextValue("", template.first, template.parts), 0, 0
    for found in _SPEC.finditer(template.text):
        made = made.plus(TextValue(template.text[at : found.start()]))
        at = found.end()
        position, flags, width, precision, conversion = found.groups()
        if conversion in "%n":
            made = made.plus(TextValue("%" if conversion == "%" else "\n"))
            continue
        index = int(position) - 1 if position else ordinary
        ordinary += position is None
        plain = conversion in "sSd" and not (flags or width or precision)
        known = arguments is not None and plain and 0 <= index < len(arguments)
        made = made.plus(as_text(arguments[index]) if known and arguments is not None else UNKNOWN)
    return made.plus(TextValue(template.text[at:]))


def concat_recipe(recipe: TextValue, arguments: Sequence[Value | None], constants: Sequence[TextValue]) -> TextValue:
    """The text of a recipe, in which U+0001 is the next argument and U+0002 the next constant."""
    made, dynamic, static = TextValue("", recipe.first, recipe.parts), iter(arguments), iter(constants)
    for piece in re.split("([\x01\x02])", recipe.text):
        if piece == "\x01":
            made = made.plus(as_text(next(dynamic, None)))
        elif piece == "\x02":
            made = made.plus(next(static, UNKNOWN))
        else:
            made = made.plus(TextValue(piece))
    return made
