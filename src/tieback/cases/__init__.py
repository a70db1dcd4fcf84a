"""Vendors, letters, case states, deadlines, re-checks: from finding to fixed."""
