"""The resources: each module declares its routes in ``ROUTES``."""
