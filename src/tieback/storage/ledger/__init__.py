"""State that changes, in SQL: units of work, conclusions, inventory, vendors, cases, deliveries."""
