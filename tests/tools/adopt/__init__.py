"""Tests of the tool of this name."""
