"""Policies that checkov loads as a package: what this project promises beyond the checks built in."""
