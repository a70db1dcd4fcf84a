"""The operator's object stores: Amazon S3 and what speaks it, Google Cloud Storage, Azure Blob Storage."""
