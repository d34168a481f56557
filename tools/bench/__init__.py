"""How fast the project synthesizes, tests and deploys, side by side with the alternatives: ``make bench``."""
