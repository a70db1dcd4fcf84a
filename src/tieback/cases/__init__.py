"""Vendor register, letters, case states, deadlines and re-checks."""
