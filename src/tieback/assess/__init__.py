"""Turns probe reports into exposures and findings: figures, identity, ransom, severity."""
