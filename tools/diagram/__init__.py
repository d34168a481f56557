"""The architecture as a picture, drawn from what was synthesized."""
