"""Prerequisites → checks: found, or how to get it; and the permissions that each command asks for."""

from fargo.doctor.check import Check, Group, Section, Verdict

__all__ = ["Check", "Group", "Section", "Verdict"]
