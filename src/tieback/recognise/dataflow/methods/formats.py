"""String templates: ``String.format`` and ``StringConcatFactory.makeConcatWithConstants``.

Sources: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Formatter.html and
.../java/lang/invoke/StringConcatFactory.html
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE, UNKNOWN, TextValue, Value, as_text, text_of_object

_SPEC = lazy_pattern(r"%(?:(\d{1,3})\$)?([-#+ 0,(<]{0,4})(\d{1,3})?(\.\d{1,3})?([a-zA-Z%])")


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
        known = arguments[index] if arguments is not None and 0 <= index < len(arguments) else None
        made = made.plus(UNKNOWN if "<" in flags else _formatted(known, flags, width, precision, conversion))
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


def _formatted(value: Value | None, flags: str, width: str | None, precision: str | None, conversion: str) -> TextValue:
    """One argument as a conversion prints it."""
    is_object = conversion in "sS"
    text = text_of_object(value) if is_object else as_text(value)
    shown: str | None = None
    if isinstance(value, int) and not (is_object and not value):
        if conversion in "dxXo" and not precision and not set(flags) - set("0-"):
            shown = format(value if conversion == "d" else value & 0xFFFFFFFF, conversion)
        elif conversion in "cC":
            shown = chr(value & 0xFFFF)
        elif conversion == "b":
            shown = "true" if value else "false"
        elif is_object:
            shown = str(value)
    elif isinstance(value, TextValue) and conversion in "sScC" and HOLE not in value.text:
        shown = value.text[: int(precision[1:])] if precision else value.text
    if shown is None:
        return text if conversion in "sSd" and not (flags or width or precision) else replace(UNKNOWN, needs=text.needs)
    shown = shown.upper() if conversion in "SXC" else shown
    size = min(int(width or 0), 200)
    padded = shown.ljust(size) if "-" in flags else shown.rjust(size, "0" if "0" in flags else " ")
    return replace(text, text=padded, parts=text.parts or (padded,))
