"""Tests of what people run beside cdktf."""
