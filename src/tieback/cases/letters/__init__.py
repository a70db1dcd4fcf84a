"""Letters to vendors, providers and device owners, from templates that users can edit. Letters are never sent."""
