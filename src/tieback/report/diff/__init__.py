"""Two reports compared: what is new, fixed, changed or moved, for a terminal, a pull request, or a browser."""
