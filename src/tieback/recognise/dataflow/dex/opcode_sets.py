"""Numbers of the instructions that readers of code look for, by what they do."""

from tieback.intake.apps.dalvik_opcodes import OPCODES, opcode_numbers


def _number(mnemonic: str) -> int:
    return OPCODES[mnemonic].number


def _numbers(mnemonics: str) -> frozenset[int]:
    return frozenset(opcode_numbers(mnemonics))


MOVE_RESULT, MOVE_RESULT_OBJECT = _number("move-result"), _number("move-result-object")
RETURN_VOID, RETURN_OBJECT, THROW = _number("return-void"), _number("return-object"), _number("throw")
RETURNS = _numbers("return-void..return-object")
GOTO, GOTO_16 = _number("goto"), _number("goto/16")

CONST_4, CONST_16, CONST_32, CONST_HIGH = map(_number, ("const/4", "const/16", "const", "const/high16"))
CONST_STRING, CONST_JUMBO = _number("const-string"), _number("const-string/jumbo")
CONST_STRINGS = frozenset((CONST_STRING, CONST_JUMBO))
CONST_CLASS, NEW_INSTANCE = _number("const-class"), _number("new-instance")
CONST_CLASSES, NEW_INSTANCES = frozenset((CONST_CLASS,)), frozenset((NEW_INSTANCE,))
NAMES_OR_MAKES = CONST_CLASSES | NEW_INSTANCES
"""Instructions by which code gets an object for a class, or one of it."""
CREATES, FILLED = _numbers("new-instance new-array"), _numbers("filled-new-array filled-new-array/range")
"""Instructions that make an object or an array, and those that make an array of their operands."""

AGET_OBJECT, APUT_OBJECT = _number("aget-object"), _number("aput-object")
ARRAY_LENGTH = _number("array-length")
SGET_OBJECT, IGET_OBJECT, SPUT_OBJECT, IPUT_OBJECT = (
    _number(f"{access}-object") for access in ("sget", "iget", "sput", "iput")
)
STATIC_READS, INSTANCE_READS, STATIC_WRITES, INSTANCE_WRITES = (
    _numbers(f"{access}..{access}-short") for access in ("sget", "iget", "sput", "iput")
)
"""Accesses to fields of any type."""
STATIC_NUMBER_READS, INSTANCE_NUMBER_READS, STATIC_NUMBER_WRITES, INSTANCE_NUMBER_WRITES = (
    _numbers(f"{access} {access}-boolean..{access}-short") for access in ("sget", "iget", "sput", "iput")
)
"""Accesses to fields with a number of at most 32 bits."""
STATIC_OBJECT_READS, INSTANCE_OBJECT_READS, STATIC_OBJECT_WRITES, INSTANCE_OBJECT_WRITES = (
    frozenset((opcode,)) for opcode in (SGET_OBJECT, IGET_OBJECT, SPUT_OBJECT, IPUT_OBJECT)
)
IGET, IPUT = _number("iget"), _number("iput")
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
FIRST_CALL, CALL_SPAN = min(CALLS), max(CALLS) - min(CALLS) + 1
"""Where the calls are among the numbers; one of those between them is no instruction."""
INVOKE_VIRTUAL, INVOKE_CUSTOM = _number("invoke-virtual"), _number("invoke-custom")
FIRST_RANGE_CALL = _number("invoke-virtual/range")
POLYMORPHIC_RANGE_CALL = _number("invoke-polymorphic/range")

FIRST_TEST, FIRST_ZERO_TEST = _number("if-eq"), _number("if-eqz")
TESTS, EQUALITY_TESTS = _numbers("if-eq..if-lez"), _numbers("if-eq if-ne")
"""Conditions: all, and those that compare whether the values of two registers are the same."""

ADD_INT, ADD_INT_2ADDR, ADD_INT_LIT16, ADD_INT_LIT8 = (
    _number(f"add-int{form}") for form in ("", "/2addr", "/lit16", "/lit8")
)
"""The first instruction of each form of calculations with whole numbers, which have one order."""
INT_TO_BYTE, INT_TO_CHAR = _number("int-to-byte"), _number("int-to-char")
CONSTRUCTOR_CALLS = _numbers("invoke-direct invoke-direct/range")
"""Calls of constructors and of private methods."""
