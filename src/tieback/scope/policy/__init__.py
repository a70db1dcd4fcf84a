"""What restricts a grant: exclusions, site policies, and signatures."""
