"""Letters to vendors, providers and device owners, from templates that counsel can edit. Nothing is ever sent."""
