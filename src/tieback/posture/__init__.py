"""The view from inside the cloud account."""
