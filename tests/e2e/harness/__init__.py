"""Starts stock Envoy, simulated providers and clients on loopback.

Standard library only (Python 3.9 or newer), because `make demo` uses it on machines that have
nothing else. pytest is needed for the tests alone.
"""
