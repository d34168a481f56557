"""Tests of the compliance scan."""
