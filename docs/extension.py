"""What the pages need beyond MyST: the navigation from the index, anchors, links to folders, sessions.

The index lists pages by group, in plain links that a code host shows as well. Each of its sections becomes a
group of the navigation, so there is no second list to keep.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers.shell import BashSessionLexer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

NAMED_ANCHOR = re.compile(r'<a name="([\w-]+)">')


class SessionLexer(BashSessionLexer):
    """A `console` block: `$ ` begins a command. What a program prints may begin with a price or a #3."""

    name = "Session"
    aliases = ()
    _ps1rgx = re.compile(r"^(\$ )(.*\n?)")


class NamedAnchors(SphinxTransform):
    """`<a name="x"></a>`, as terraform-docs writes it, is something that a link can point to."""

    default_priority = 200  # before MyST looks for the targets of local links

    def apply(self, **_: Any) -> None:
        """Put a target in the place of each such piece of HTML."""
        for raw in list(self.document.findall(nodes.raw)):
            found = NAMED_ANCHOR.fullmatch(raw.astext())
            if found:
                target = nodes.target("", "", ids=[found[1]], names=[found[1]])
                self.document.note_explicit_target(target)
                raw.replace_self(target)


class FolderLinks(SphinxTransform):
    """A link to a folder leads to its README where that is a page; else the folder's path is shown."""

    default_priority = 200

    def apply(self, **_: Any) -> None:
        """Change every link whose target is a folder of the repository."""
        here = posixpath.dirname(self.env.docname)
        for link in list(self.document.findall(addnodes.pending_xref)):
            folder = posixpath.normpath(posixpath.join(here, link["reftarget"]))
            if link["reftype"] != "myst" or not Path(self.env.srcdir, folder).is_dir():
                continue
            page = f"{folder}/README"
            if page in self.env.found_docs:
                link.attributes |= {"refdomain": "doc", "reftarget": page, "reftargetid": None}
            else:
                named = [] if link.astext() == folder else [nodes.literal(text=folder), nodes.Text(" ")]
                link.replace_self(
                    [*link.children, nodes.Text(" ("), *named, nodes.Text("in the repository)")]
                )


class Navigation(SphinxTransform):
    """The index's sections are the navigation's groups; a README leads to those in the folders below it."""

    default_priority = 210  # after the links to folders

    def apply(self, **_: Any) -> None:
        """Add a hidden table of contents for each group."""
        name = self.env.docname
        if name == self.config.root_doc:
            for section in self.document.findall(nodes.section):
                title = section.next_node(nodes.title).astext()
                self._add(title, self._listed_in(section))
        elif name.endswith("/README"):
            folder = f"{posixpath.dirname(name)}/"
            below = {page for page in self.env.found_docs if page.startswith(folder)}
            self._add(None, sorted(below - {name}))

    def _listed_in(self, section: nodes.section) -> list[str]:
        """The pages that its own tables and lists link to, those of sections within it left out."""
        parts = (part for part in section.children if isinstance(part, nodes.table | nodes.bullet_list))
        links = (link for part in parts for link in part.findall(addnodes.pending_xref))
        pages = dict.fromkeys(link["reftarget"] for link in links)
        return [page for page in pages if page in self.env.found_docs]

    def _add(self, caption: str | None, pages: list[str]) -> None:
        if pages:
            # In the page's own section: beside it, what a README leads to would stand beside the README.
            self.document.next_node(nodes.section).append(
                addnodes.toctree(
                    parent=self.env.docname,
                    entries=[(None, page) for page in pages],
                    includefiles=pages,
                    caption=caption,
                    rawcaption=caption,
                    maxdepth=1,
                    glob=False,
                    hidden=True,
                    includehidden=False,
                    numbered=0,
                    titlesonly=True,
                )
            )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything with Sphinx."""
    for transform in (NamedAnchors, FolderLinks, Navigation):
        app.add_transform(transform)
    app.add_lexer("console", SessionLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
