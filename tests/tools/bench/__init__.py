"""Tests of the benchmark's own arithmetic; how fast anything is, no test says."""
