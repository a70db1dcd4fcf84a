"""Coverage-guided fuzzing of everything that reads what strangers wrote: ``python -m bench.fuzz [ROOM...]``.

A room is one process of libFuzzer (by atheris). The first byte of an input selects the reader, so that one corpus
serves a whole room; whatever a reader raises beyond the errors that it documents is a finding.
"""
