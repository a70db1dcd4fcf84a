"""Probe reports become exposures and findings: figures, identity, ransom, severity."""
