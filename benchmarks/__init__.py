"""Timings beside peers doing the same work in the same run: `make bench`."""
