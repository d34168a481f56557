"""How an environment is, in one command."""
