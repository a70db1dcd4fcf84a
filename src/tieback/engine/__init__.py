"""Runs units of work: leases, time and memory limits, retries, poison units."""
