"""Numbers of the instructions that readers of code look for, by what they do."""

from tieback.intake.apps.dalvik_opcodes import OPCODES, opcode_numbers


def _number(mnemonic: str) -> int:
    return OPCODES[mnemonic].number


def _numbers(mnemonics: str) -> frozenset[int]:
    return frozenset(opcode_numbers(mnemonics))


MOVE_RESULT, MOVE_RESULT_OBJECT = _number("move-result"), _number("move-result-object")
RETURN_VOID, RETURN_OBJECT = _number("return-void"), _number("return-object")
CONST_4, CONST_16, CONST_32, CONST_HIGH = map(_number, ("const/4", "const/16", "const", "const/high16"))
CONST_STRING, CONST_JUMBO, CONST_CLASS = map(_number, ("const-string", "const-string/jumbo", "const-class"))
NEW_INSTANCE, THROW = _number("new-instance"), _number("throw")
CONST_STRINGS, CONST_CLASSES = frozenset((CONST_STRING, CONST_JUMBO)), frozenset((CONST_CLASS,))
NEW_INSTANCES = frozenset((NEW_INSTANCE,))
RETURNS = _numbers("return-void..return-object")

AGET_OBJECT, APUT_OBJECT = _number("aget-object"), _number("aput-object")
IGET_OBJECT, IPUT_OBJECT, SGET_OBJECT, SPUT_OBJECT = map(
    _number, ("iget-object", "iput-object", "sget-object", "sput-object")
)
STATIC_READS, INSTANCE_READS = _numbers("sget..sget-short"), _numbers("iget..iget-short")
STATIC_WRITES, INSTANCE_WRITES = _numbers("sput..sput-short"), _numbers("iput..iput-short")
"""Accesses to fields of any type."""
STATIC_NUMBER_READS, INSTANCE_NUMBER_READS = (
    _numbers("sget sget-boolean..sget-short"),
    _numbers("iget iget-boolean..iget-short"),
)
STATIC_NUMBER_WRITES, INSTANCE_NUMBER_WRITES = (
    _numbers("sput sput-boolean..sput-short"),
    _numbers("iput iput-boolean..iput-short"),
)
"""Accesses to fields with a number of at most 32 bits."""
STATIC_OBJECT_READS, INSTANCE_OBJECT_READS = _numbers("sget-object"), _numbers("iget-object")
STATIC_OBJECT_WRITES, INSTANCE_OBJECT_WRITES = _numbers("sput-object"), _numbers("iput-object")
PUTS, GETS = _numbers("iput iput-object sput sput-object"), _numbers("iget iget-object sget sget-object")
"""Accesses to fields with an ``int`` or an object."""

VIRTUAL_CALLS, SUPER_CALLS, DIRECT_CALLS, STATIC_CALLS, INTERFACE_CALLS = (
    _numbers(f"invoke-{kind} invoke-{kind}/range") for kind in ("virtual", "super", "direct", "static", "interface")
)
EXACT_CALLS = DIRECT_CALLS | STATIC_CALLS
"""Calls of the method that they name."""
FIXED_CALLS = EXACT_CALLS | SUPER_CALLS
"""Calls that run the same method whatever the class of the object is."""
CALLS = FIXED_CALLS | VIRTUAL_CALLS | INTERFACE_CALLS

FIRST_TEST, FIRST_ZERO_TEST = _number("if-eq"), _number("if-eqz")
TESTS, PAIR_TESTS, EQUALITY_TESTS = map(_numbers, ("if-eq..if-lez", "if-eq..if-le", "if-eq if-ne"))
"""Conditions: all, those that compare two registers, and those that compare whether two are the same."""
