"""Bounded codecs without I/O, for protocols that several packages read. They import nothing of ours but ``model``."""
