"""Inputs that are no files of their own: rows of manifests, lists of links, members of shards."""
