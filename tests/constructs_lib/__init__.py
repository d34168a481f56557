"""Tests of the reusable constructs."""
