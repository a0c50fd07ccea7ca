"""Viva on one machine: what `viva up` starts, watches and writes down."""
