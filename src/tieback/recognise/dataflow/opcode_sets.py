"""Numbers of the instructions that several readers of code look for."""

from tieback.intake.apps.dalvik_opcodes import opcode_numbers

CALLS = frozenset(opcode_numbers("invoke-virtual..invoke-interface invoke-virtual/range..invoke-interface/range"))
PUTS = frozenset(opcode_numbers("iput iput-object sput sput-object"))
GETS = frozenset(opcode_numbers("iget iget-object sget sget-object"))
"""Calls, and accesses to fields with an ``int`` or an object."""
