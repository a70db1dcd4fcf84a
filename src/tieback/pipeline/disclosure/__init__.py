"""Cases, vendors, letters, re-checks and the watch over deadlines."""
