"""Bounded readers of wire formats that several probes share."""
