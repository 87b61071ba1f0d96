"""`entralint catalog`: where the permission catalogue comes from, and how it is compiled."""

from __future__ import annotations

from linter.catalog.store import Catalog
from linter.cli import parser
from linter.cli.output import replace_file, write
from linter.errors import Unreadable
from linter.typed import Any


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.catalog().parse_args(arguments)
    if options.action == "compile":
        if options.folder is None:
            raise Unreadable("catalog compile", "name the folder of upstream files")
        return _compile(options.folder, options.output or "catalog.bin")
    info = Catalog.open().info()
    if options.format == "json":
        import json

        document: dict[str, Any] = info._asdict() | {
            "sources": [source._asdict() for source in info.sources],
            "counts": dict(info.counts),
        }
        write(json.dumps(document, indent=2) + "\n")
        return 0
    lines = [f"date    {info.date}", f"sha256  {info.hash}", ""]
    lines += [f"{number:>7,} {name}" for name, number in info.counts.items()]
    lines += ["", "sources"]
    lines += [
        f"  {source.file:30} {source.repository} {source.commit} {source.date}" for source in info.sources
    ]
    write("\n".join(lines) + "\n")
    return 0


def _compile(folder: str, output: str) -> int:
    from pathlib import Path

    from linter.catalog.compile import compile_catalog

    try:
        data, report = compile_catalog(Path(folder))
    except OSError as error:
        raise Unreadable(folder, f"cannot be compiled: {error.strerror}: {error.filename}") from None
    replace_file(output, data)
    write(f"{report}\n\nwrote {output}: {len(data):,} bytes\n")
    return 0
