"""Tests of the local AWS: its processes, its completions."""
