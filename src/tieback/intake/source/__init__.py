"""What the maker of an app has besides the package: the mapping of its names, and a checkout of its source."""
