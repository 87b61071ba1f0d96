"""`entralint catalog`: where the permission catalogue comes from; compile a newer one; compare two."""

from __future__ import annotations

from linter import discovery
from linter.catalog.age import OLD, age
from linter.catalog.store import Catalog
from linter.cli import choice, parser
from linter.cli.output import replace_file, spare, write
from linter.errors import Unreadable
from linter.report.safe import leading, plain
from linter.typed import Any, Final

#: Entries of each class of the compiler's report that are shown where not all are asked for.
_MOST: Final = 5


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.catalog_options(arguments)
    if options.action == "compile":
        return _compile(options)
    if options.action == "diff":
        return _diff(options)
    return _info(options)


def _info(options: Any) -> int:
    catalog = choice.catalog(options.catalog)
    today = choice.today(options.today)
    info = catalog.info()
    days = age(info.date, today)
    if options.format == "json":
        _write_json(
            {
                "date": info.date,
                "age": days,
                "hash": info.hash,
                "sources": [
                    {name: plain(value) for name, value in source._asdict().items()}
                    for source in info.sources
                ],
                "counts": dict(info.counts),
            }
        )
        return 0
    if days is None:
        aged = "not known: no source has a date on record"
    else:
        aged = f"{days} day{'' if days == 1 else 's'}"
        aged += ", old: `entralint catalog compile` makes a newer one" if days > OLD else ""
    lines = [f"date    {info.date}", f"age     {aged}", f"sha256  {info.hash}", ""]
    lines += [f"{number:>7,} {name}" for name, number in info.counts.items()]
    lines += ["", "sources"]
    lines += [
        plain(f"  {source.file:30} {source.repository} {source.commit} {source.date}")
        for source in info.sources
    ]
    write("\n".join(lines) + "\n")
    return 0


def _compile(options: Any) -> int:
    if not options.places:
        raise Unreadable("catalog compile", "name a folder of upstream files or its https address")
    from linter import fetch
    from linter.catalog.compile import compile_catalog

    timeout = fetch.TIMEOUT if options.timeout is None else options.timeout
    today = choice.today(options.today)
    inputs = fetch.gather(options.places, timeout, today, options.sources)
    output = options.output or "catalog.bin"
    spare(output, (*(one.place for one in inputs.files), options.sources))
    data, report = compile_catalog(inputs)
    replace_file(output, data)
    lines = list(report.lines(None if options.all else _MOST))
    lines += ["", "inputs", *(f"  {one.file}: {one.place} ({_source(one.source)})" for one in inputs.files)]
    lines += [
        "",
        f"wrote {output}: {len(data):,} bytes; `--catalog` or {choice.VARIABLE} name it to a command",
    ]
    write("".join(f"{leading(line)}\n" for line in lines))
    return 0


def _source(source: tuple[str, str, str]) -> str:
    known = " ".join(word for word in source if word != "-")
    return known or "provenance not on record"


def _diff(options: Any) -> int:
    if len(options.places) != 2:
        raise Unreadable(
            "catalog diff",
            f"name two catalogues, the old one and the new one (`{discovery.BUNDLED}` is ours)",
        )
    from linter.catalog.diff import diff
    from linter.report import catalog_diff

    old, new = (Catalog.open(None if place == discovery.BUNDLED else place) for place in options.places)
    found = diff(old, new)
    if options.format == "json":
        _write_json(catalog_diff.document(found, old, new))
    else:
        write(catalog_diff.render(found, old, new, None if options.all else catalog_diff.MOST))
    return 0


def _write_json(document: dict[str, Any]) -> None:
    import json

    write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
