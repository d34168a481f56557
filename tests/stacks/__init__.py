"""Tests of EdgeMind's stacks."""
