"""Reusable AWS constructs for CDKTF, opinionated and safe by default.

Import the module of the noun that you need (``from constructs_lib.network import Network``). This package
imports nothing by itself, so that the plain specs stay free of cdktf and load in milliseconds.
"""
