"""Write into each module's README what its files say, in the layout of terraform-docs.

terraform-docs itself is a Go program that is not everywhere; this needs nothing but Python. It relies on
`terraform fmt`: a block ends with a brace at the start of a line, and its arguments are indented by two.

    python terraform/readme.py            # write
    python terraform/readme.py --check    # fail if something is stale
"""

import html
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STACK = Path(__file__).resolve().parent
BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"
REGISTRY = "https://registry.terraform.io/providers/{source}/{version}/docs/{kind}/{name}"
LABELS = {"resource": ("resources", "resource"), "data": ("data-sources", "data source")}


class Unclear(Exception):
    """A module's files or README do not say what they must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of the first level.

    Attributes:
        kind: `variable`, `resource` and so on.
        labels: the words in quotes after it.
        arguments: name → value, as text.
    """

    kind: str
    labels: tuple[str, ...]
    arguments: dict[str, str]

    @property
    def name(self) -> str:
        """How others refer to it."""
        return ".".join(self.labels)

    def text(self, argument: str) -> str:
        """A string or heredoc; its absence is an error."""
        value = self.arguments.get(argument, "")
        if not value:
            raise Unclear(f'{self.kind} "{self.name}" has no {argument}')
        if value.startswith("<<"):
            return textwrap.dedent("\n".join(value.splitlines()[1:-1]))
        return str(json.loads(value)) if value.startswith('"') else value


def blocks(folder: Path) -> list[Block]:
    """Every block of a module, by kind and name."""
    pattern = re.compile(r'^(\w+)((?: "[^"]+")*) \{(?:\}$|\n(.*?)^\})', re.MULTILINE | re.DOTALL)
    found = [
        Block(kind=kind, labels=tuple(re.findall(r'"(.+?)"', labels)), arguments=dict(_arguments(body)))
        for file in sorted(folder.glob("*.tf"))
        for kind, labels, body in pattern.findall(file.read_text(encoding="utf-8"))
    ]
    return sorted(found, key=lambda block: (block.kind, block.labels))


def _arguments(body: str) -> Iterator[tuple[str, str]]:
    name, lines = "", [""]
    for line in body.splitlines():
        starts = re.match(r"  (\w+) *= (.*)", line)
        # A nested block or a remark ends a value; deeper lines and closing brackets go on with it.
        if starts or re.match(r"  (\w+ (\{|\")|#)", line):
            if name:
                yield name, "\n".join(lines).strip()
            name, lines = (starts[1], [starts[2]]) if starts else ("", [])
        else:
            lines.append(line.removeprefix("  "))
    if name:
        yield name, "\n".join(lines).strip()


def document(folder: Path) -> str:
    """The generated part of a module's README."""
    found = blocks(folder)
    versions = (folder / "versions.tf").read_text(encoding="utf-8")
    sections = [
        _requirements(versions),
        _modules(found),
        _resources(found, versions),
        _inputs(found),
        _outputs(found),
    ]
    return "\n\n".join(section for section in sections if section)


def _requirements(versions: str) -> str:
    terraform = re.findall(r'required_version = "(.+?)"', versions)
    providers = re.findall(r'^    (\w+) = \{.*?\bversion *= "(.+?)"', versions, re.MULTILINE | re.DOTALL)
    if not terraform or not providers:
        raise Unclear("versions.tf names no version of Terraform or of a provider")
    rows = [
        [_anchor("requirement", name), version] for name, version in [("terraform", terraform[0]), *providers]
    ]
    return _table("Requirements", ["Name", "Version"], rows)


def _modules(found: list[Block]) -> str:
    calls = [(block.name, block.text("source")) for block in found if block.kind == "module"]
    rows = [[_anchor("module", name), f"[{source}]({source})"] for name, source in calls]
    return _table("Modules", ["Name", "Source"], rows)


def _resources(found: list[Block], versions: str) -> str:
    provider = re.compile(
        r'^    (\w+) = \{\s*source *= "(.+?)".*?\bversion *= "\D*(\d+\.\d+)', re.MULTILINE | re.DOTALL
    )
    providers = {name: (source, f"{oldest}.0") for name, source, oldest in provider.findall(versions)}
    # Terraform's own, such as terraform_data, come with no provider to require.
    providers["terraform"] = ("hashicorp/terraform", "latest")
    rows = []
    for block in found:
        if block.kind in LABELS:
            prefix, _, name = block.labels[0].partition("_")
            source, version = providers[prefix]
            kind, label = LABELS[block.kind]
            link = REGISTRY.format(source=source, version=version, kind=kind, name=name)
            rows.append([f"[{block.name}]({link})", label])
    return _table("Resources", ["Name", "Type"], sorted(rows, key=lambda row: (row[1] != "resource", row[0])))


def _inputs(found: list[Block]) -> str:
    rows = []
    for block in (block for block in found if block.kind == "variable"):
        default = block.arguments.get("default")
        rows.append(
            [
                _anchor("input", block.name),
                _prose(block.text("description")),
                _code(block.text("type")),
                "n/a" if default is None else _code(default),
                "yes" if default is None else "no",
            ]
        )
    return _table("Inputs", ["Name", "Description", "Type", "Default", "Required"], rows)


def _outputs(found: list[Block]) -> str:
    outputs = [block for block in found if block.kind == "output"]
    rows = [[_anchor("output", block.name), _prose(block.text("description"))] for block in outputs]
    return _table("Outputs", ["Name", "Description"], rows)


def _table(title: str, head: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    rule = [":--------:" if name == "Required" else "-" * (len(name) + 2) for name in head]
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(rule)}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return f"## {title}\n\n" + "\n".join(lines)


def _anchor(kind: str, name: str) -> str:
    escaped = name.replace("_", "\\_")
    return f'<a name="{kind}_{name}"></a> [{escaped}](#{kind}\\_{escaped})'


def _prose(text: str) -> str:
    """The first line as Markdown; the others as they are aligned."""
    first, _, rest = text.strip().partition("\n")
    # What stands between backticks is shown as it is.
    parts = first.split("`")
    parts[::2] = [re.sub(r"([*_|])", r"\\\1", html.escape(part, quote=False)) for part in parts[::2]]
    return "`".join(parts) + (_block(rest) if rest else "")


def _code(text: str) -> str:
    return _block(text) if "\n" in text else "`" + text.replace("|", "\\|") + "`"


def _block(text: str) -> str:
    """Several lines in a table's cell, which is one line."""
    shown = re.sub(r"([*_|`])", r"\\\1", html.escape(textwrap.dedent(text), quote=False))
    return "<pre>" + shown.replace("\n", "<br/>") + "</pre>"


def renewed(folder: Path) -> str:
    """A module's README with its generated part as it should be.

    Raises:
        Unclear: something has no description or type, or the README has no place for it.
    """
    text = (folder / "README.md").read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise Unclear(f"README.md has no place between {BEGIN} and {END}")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{document(folder)}\n{END}{rest.partition(END)[2]}"


def main(arguments: list[str]) -> int:
    """Write or check every README; the exit code."""
    stale, wrong = [], []
    for folder in [STACK, *sorted(path.parent for path in STACK.glob("modules/*/versions.tf"))]:
        try:
            text = renewed(folder)
        except (Unclear, OSError) as error:
            wrong.append(f"{folder.relative_to(STACK.parent)}: {error}")
            continue
        readme = folder / "README.md"
        if readme.read_text(encoding="utf-8") != text:
            stale.append(str(readme.relative_to(STACK.parent)))
            if "--check" not in arguments:
                readme.write_text(text, encoding="utf-8")
    if "--check" in arguments:
        wrong += [f"{name} is stale: run `nox -s docs`" for name in stale]
    print(
        "\n".join(wrong or [f"{name}: written" for name in stale] or ["every README is as its module says"])
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
