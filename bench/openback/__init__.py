"""Openback: labelled cases for tools that look for open back ends, and one format for cases and results.

``schema`` has the types; ``openback.schema.json`` is made from them. See README.md in this folder.
"""
