"""The policies, on real plans."""
