"""Runs of native functions of an app, instruction by instruction, for the texts that they return.

Nothing here executes code of an app on the processor. A function runs in an interpreter of a few hundred instructions,
on memory of its own, with the functions of JNI and of the C library that only compute. It can reach no file, no
network, no other process, and ends after a number of steps.
"""
