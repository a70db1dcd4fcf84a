"""One module per group of lake tables: rows in, rows out."""
