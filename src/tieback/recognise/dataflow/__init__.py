"""Lightweight data-flow analysis of DEX methods: endpoints that code assembles from several constants."""
