"""Bounded codecs without I/O, for protocols that several packages read. They import no other package of tieback."""
