"""Posture: the view from inside the cloud account."""
