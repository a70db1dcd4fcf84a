"""App inventories: which apps are on which managed devices, read from EMM/MDM exports."""
