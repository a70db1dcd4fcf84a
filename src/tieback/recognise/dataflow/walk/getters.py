"""Small methods of libraries that return a constant: their own, or that of a static field.

Other code of libraries is not followed. But some put their addresses together from such a method, as the SDK of
Facebook does from its domain.
"""

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.opcode_sets import CONST_STRING, RETURN_OBJECT, SGET_OBJECT
from tieback.recognise.dataflow.dex.reaching import SPUT, method_flow

MAX_INITIALISER = 2_000
"""Most code units of a static initialiser that is read."""

_TEXT = ")Ljava/lang/String;"
_UNITS = (3, 4)
"""Code units of such a method: one instruction of two units, a return, and perhaps a filler."""


def library_constant(app: AppCode, identity: int) -> str:
    """The text that a method certainly returns, if no code sets its field to another; empty if it is not known."""
    if identity < 0 or not app.ref(identity).kind.endswith(_TEXT):
        return ""
    found = app.definition(identity)
    if found is None or found.code.units not in _UNITS:
        return ""
    data, begin = app.files[found.file].data, found.code.begin
    first, operand, last = (int.from_bytes(data[begin + at : begin + at + 2], "little") for at in (0, 2, 4))
    if last & 255 != RETURN_OBJECT or last >> 8 != first >> 8:
        return ""
    if first & 255 == CONST_STRING:
        return app.files[found.file].string(operand)
    return _of_field(app, found, operand) if first & 255 == SGET_OBJECT else ""


def _of_field(app: AppCode, method: MethodCode, index: int) -> str:
    """The initial value of a static field, in the table of its class or in its initialiser."""
    field = app.field(method.file, index)
    place = app.class_of(app.ref(field).owner) if field >= 0 else None
    if place is None:
        return ""
    number, row = place
    dex = app.files[number]
    at = int(dex.classes["values"][row])
    values = dex.values.array(at)[0] if at else ()
    for one, value in zip(dex.class_data(row).static_fields, values, strict=False):
        if isinstance(value, encoded.StringId) and app.field(number, one) == field:
            return dex.string(value.string)
    code = dex.initialiser(row)
    flow = method_flow(dex, code) if code is not None and code.units <= MAX_INITIALISER else None
    texts = {
        dex.string(flow.strings[origin]) if origin in flow.strings else ""
        for one in (flow.operations if flow is not None else ())
        if flow is not None and one.opcode == SPUT and app.field(number, one.member) == field
        for origin in one.values[0]
    }
    return texts.pop() if len(texts) == 1 else ""
