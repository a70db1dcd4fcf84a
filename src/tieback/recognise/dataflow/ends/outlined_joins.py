"""Methods that compilers move appends of a ``StringBuilder`` to, because many methods have the same ones.

R8 writes such methods into a class of its own, as ``static String a(StringBuilder, String, String)``:
https://r8.googlesource.com/r8/+/refs/heads/main/src/main/java/com/android/tools/r8/ir/optimize/outliner/OutlinerImpl.java
"""

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect
from tieback.recognise.dataflow.dex.opcode_sets import NEW_INSTANCE, RETURN_OBJECT
from tieback.recognise.dataflow.methods.ends import What

MAX_UNITS = 64
"""Most code units of such a method: R8 takes up to 99 instructions, but most have fewer than ten."""
BUILDER = "Ljava/lang/StringBuilder;"
_RESULTS = (")Ljava/lang/String;", f"){BUILDER}")
_NAMES = frozenset(("<init>", "append", "toString"))
_PLAIN = frozenset(
    (OpcodeEffect.MOVE, OpcodeEffect.MOVE_FROM16, OpcodeEffect.MOVE_16, OpcodeEffect.RESULT, OpcodeEffect.CONST_4,
     OpcodeEffect.CONST_16, OpcodeEffect.CONST_32, OpcodeEffect.CONST_STRING, OpcodeEffect.CONST_JUMBO)
)  # fmt: skip
_CALLS = frozenset((OpcodeEffect.INVOKE, OpcodeEffect.INVOKE_RANGE))


def outlined_join(app: AppCode, identity: int) -> What | None:
    """``into`` for such a method that gets the builder, ``through`` for one that makes it; ``None`` for any other."""
    kind = app.ref(identity).kind
    if BUILDER in kind[2 : kind.find(")")]:
        return None  # not the first argument
    found = app.definition(identity) if kind.endswith(_RESULTS) and kind.startswith("(L") else None
    if found is None or found.code.units > MAX_UNITS or found.code.ins != words(kind):
        return None
    dex, code = app.files[found.file], found.code
    units = dex.units(code)
    at, appends = 0, False
    while at < len(units):
        opcode = units[at] & 255
        length = LENGTHS[opcode]
        if at + length > len(units):
            return None
        if KINDS[opcode] in _CALLS:
            method = app.method(found.file, units[at + 1])
            owner, name, _ = app.ref(method) if method >= 0 else ("", "", "")
            if owner != BUILDER or name not in _NAMES:
                return None
            appends |= name == "append"
        elif opcode == NEW_INSTANCE:
            if dex.descriptor(units[at + 1]) != BUILDER:
                return None
        elif opcode == RETURN_OBJECT:
            return ("into" if kind.startswith(f"({BUILDER}") else "through") if appends else None
        elif KINDS[opcode] not in _PLAIN or not units[at]:
            return None
        at += length
    return None
