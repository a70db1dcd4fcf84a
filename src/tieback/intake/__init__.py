"""What the user has, opened: apps, traffic, captures, inventories, reports of other tools."""
