"""The frozen report becomes tables, pages and documents: one file a format."""
