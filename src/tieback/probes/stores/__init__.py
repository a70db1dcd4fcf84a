"""One module or package per data store. They do not import each other."""
