"""Coverage-guided fuzzing of everything that reads untrusted data: ``python -m bench.fuzz [GROUP...]``.

A group (``Room``) is one process of libFuzzer (by atheris). The first byte of an input selects the reader, so that one
corpus serves the whole group. Any exception that a reader does not document is a finding.
"""
