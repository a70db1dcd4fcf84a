"""Inputs that are not separate local files: manifest rows, lists of links, members of shards."""
