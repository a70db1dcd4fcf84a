"""Library methods of Java and Android that the interpreter runs: pure functions on values in memory, and no others.

Each module has ``CALLS``: a function by ``Lowner;->name(parameters)``. It gets the machine and the receiver with the
arguments. Sources: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/ and
https://developer.android.com/reference/.
"""
