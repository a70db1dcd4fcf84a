"""Methods that are known without their code: what those of the platform and of libraries make, contact or show."""
