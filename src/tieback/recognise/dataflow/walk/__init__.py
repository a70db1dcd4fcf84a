"""Forward walk over the instructions of a method and of the methods that it calls, with a small abstract state.

Registers hold constants, builders and objects. If paths meet, the values of each path are kept, with the path as a
condition: parts of different paths are never joined. A loop is walked once, as in its first iteration. So each reported
text is created on some path, but not every possible text is reported.

A walk follows a call into a method of the app if its result or effect is needed (see ``analysis``), or if an argument
is an address. What is not followed is unknown, and the unknown value records what it depends on.

``state`` has what a walk knows, ``joins`` merges paths, and ``walker`` applies each instruction. Each other module has
one subject: instructions of one group, calls of one group, or the names of methods.
"""
