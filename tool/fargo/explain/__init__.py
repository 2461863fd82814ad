"""Why jobs wait or failed: what AWS says and what stands there → cause, evidence, and what mends it."""

from fargo.explain.finding import Finding, Fix

__all__ = ["Finding", "Fix"]
