"""A light data-flow over DEX methods: endpoints that the code puts together from several constants."""
