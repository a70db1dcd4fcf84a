"""Vendors, letters, case states, deadlines, re-checks."""
