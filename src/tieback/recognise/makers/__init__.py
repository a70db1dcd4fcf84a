"""Which endpoints are run by or for the maker of the app: names, addresses, code and resources that tell it."""
