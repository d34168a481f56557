"""One HTML page about an environment, readable without a network."""
