"""Traffic readers: captures, archives and logs become flows."""
