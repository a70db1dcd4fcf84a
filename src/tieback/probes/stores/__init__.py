"""One file or package per data store. Files here do not import each other."""
