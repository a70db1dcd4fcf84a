"""Where each constant goes on every path, and what becomes of it there: contacted, shown, compared, or nothing."""
