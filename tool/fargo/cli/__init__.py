"""The command line: parse, call the library once, render. One command a file."""
