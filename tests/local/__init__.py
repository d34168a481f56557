"""Tests against an account of the local AWS, with everything applied."""
