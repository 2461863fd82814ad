"""Sphinx makes the site from pages that read the same on a code host: `nox -s docs`.

The source directory is the repository's root, so that a link from docs/ to a README of the stack or of an
example holds in both places. What the pages need beyond MyST is in `docs/extension.py`.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tool")]

from fargo import __version__  # noqa: E402 # found by the line above

project = "fargo"
release = __version__
copyright = "the fargo maintainers, MIT licence"  # noqa: A001 # Sphinx's name for it
language = "en"

extensions = ["myst_parser", "extension"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "terraform/README.md",
    "terraform/**/README.md",
    "examples/*/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
]
# Not walked through: thousands of files, and modules that Terraform has downloaded.
exclude_patterns = [".git", ".nox", ".venv", "build", "dist", "**/.terraform"]

# Every heading can be linked to, by the anchor that a code host gives it.
myst_heading_anchors = 6
# A link that names no scheme is a page or a file of the repository, and both are looked for.
myst_url_schemes = ("http", "https", "mailto")
nitpicky = True

html_theme = "furo"
html_title = "fargo"
html_static_path = ["_static"]
html_extra_path = ["_root"]  # the site's own address leads to the index, which lies in docs/
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
# The system's own fonts: nothing is asked of another host.
pygments_style = "friendly"
pygments_dark_style = "github-dark"
