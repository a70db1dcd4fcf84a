"""Object stores: Amazon S3 and compatible ones, Google Cloud Storage, Azure Blob Storage."""
