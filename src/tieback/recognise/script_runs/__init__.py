"""Bounded runs of scripts: an interpreter of ECMAScript that reaches nothing, and notes the addresses of requests."""
