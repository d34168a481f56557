"""Random input: refused with a sentence or accepted, never a traceback."""
