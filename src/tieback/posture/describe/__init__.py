"""Read cloud providers' own resource descriptions, regardless of the export format."""
