"""Openback: labelled cases for tools that look for open back ends, a scorer, and adapters."""
