"""Tests of the lazy bindings: each half alone on fabricated packages, then both on real ones."""
