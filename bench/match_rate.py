"""Matches a second: distinct full URLs → operations, in one process.

Usage: python bench/match_rate.py [COUNT]

Every template of the catalogue is written out with ids of many shapes until COUNT (100,000 by
default) distinct URLs on https://graph.microsoft.com/v1.0 are there; each is then matched once.
Each round opens the catalogue anew, so what is built on the way is part of the time.
"""

import random
import sys
import time
import uuid

from linter.catalog.store import Catalog


def urls(catalog: Catalog, count: int) -> list[tuple[str, str, str]]:
    """`count` distinct (method, URL, template)."""
    dice = random.Random(1)
    operations = [found for found in catalog.operations() if found.version == "v1.0"]
    out: dict[tuple[str, str], str] = {}
    while len(out) < count:
        for operation in operations:
            path = operation.template
            while "{id}" in path:
                path = path.replace("{id}", _id(dice), 1)
            while "{value}" in path:
                path = path.replace("{value}", f"'{dice.randrange(10**6)}'", 1)
            query = "?$select=id,displayName&$top=5" if dice.random() < 0.3 else ""
            out[operation.method, f"https://graph.microsoft.com/v1.0{path}{query}"] = operation.template
            if len(out) == count:
                break
    return [(method, url, template) for (method, url), template in out.items()]


def _id(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.6:
        return str(uuid.UUID(int=dice.getrandbits(128)))
    if kind < 0.75:
        return f"user{dice.randrange(10**6)}@contoso.com"
    return "AAMk" + "".join(dice.choices("ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789-_", k=60)) + "="


def main(count: int) -> None:
    """Measure and print."""
    calls = urls(Catalog.open(), count)
    best = best_cpu = 0.0
    for _ in range(7):
        catalog = Catalog.open()
        find = catalog.find
        start, start_cpu = time.perf_counter(), time.process_time()
        for method, url, _ in calls:
            find(method, url)
        best = max(best, count / (time.perf_counter() - start))
        best_cpu = max(best_cpu, count / (time.process_time() - start_cpu))
    wrong = []
    for method, url, template in calls:
        found = find(method, url)
        if found is None or found.template != template:
            wrong.append((method, url, template, found and found.template))
    print(f"{len(calls)} distinct URLs: {best:,.0f} matches/s, {best_cpu:,.0f} per CPU second (best of 7)")
    print(f"matched to another template: {len(wrong)}")
    for line in wrong[:10]:
        print("  ", *line)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
