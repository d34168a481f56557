"""EdgeMind: the model of an environment, and one stack a file."""
