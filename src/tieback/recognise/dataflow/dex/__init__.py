"""One DEX file: its tables, instructions and constants, and where the values in one method come from."""
