"""Runs units of work: leases, time and memory limits, retries, quarantine."""
