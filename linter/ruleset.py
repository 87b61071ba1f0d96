"""The rules: their metadata for a run (`ruleset.json`), their pages for people (`rules/**/*.yaml`).

A run reads the one generated file beside this module; the YAML files are read
only by `explain`, `rules` and the tests. `compile_ruleset` makes the one from
the others, `linter.rulecheck` says what is wrong with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from linter.errors import Unreadable, nearest
from linter.finding import Confidence, Fixable, Predicts, Severity, persona_of
from linter.json_scanner import scanner
from linter.typed import Any, Final, NamedTuple

#: Every input a check may name as a parameter.
INPUTS: Final = (
    "application",
    "flows",
    "climbs",
    "rightsizing",
    "policies",
    "inventory",
    "grants",
    "tenant",
    "catalog",
    "entra",
    "today",
)

_HERE: Final = os.path.dirname(os.path.abspath(__file__))
_COMPILED: Final = os.path.join(_HERE, "ruleset.json")
_CHECKS: Final = os.path.join(_HERE, "checks")


class Rule(NamedTuple):
    """What a run knows of a rule.

    `needs` and `uses` are read from its check's parameters, `fixable` from its examples: the least that is
    to be asked for. `module` is the one below `linter.checks` where the family is a package of several.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    persona: str
    fix: str
    predicts: Predicts | None
    refines: tuple[str, ...]
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    fixable: Fixable | None = None
    module: str | None = None

    @property
    def family(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]

    @property
    def check(self) -> tuple[str, str]:
        """The module below `linter.checks` and the function that hold the rule's check."""
        family, function = _python_names(self.id)
        return self.module or family, function


def load() -> dict[str, Rule]:
    """All rules by id, from the generated file."""
    with open(_COMPILED, encoding="utf-8") as file:
        text = file.read()
    compiled, _ = scanner()(text, 0)
    # The file is generated and a test holds it to the record: nothing is left to be checked here.
    return {
        identifier: Rule(
            identifier,
            data["title"],
            data["severity"],
            data["confidence"],
            data["persona"],
            data["fix"],
            predicts(data.get("predicts")),
            tuple(data["refines"]),
            tuple(data["needs"]),
            tuple(data["uses"]),
            data.get("fixable"),
            data.get("module"),
        )
        for identifier, data in compiled.items()
    }


def require(name: str, rules: Mapping[str, Rule], where: str) -> None:
    """Accept the id of a rule or the name of a family.

    Raises:
        Unreadable: there is neither; the message names the nearest.
    """
    families = {rule.family for rule in rules.values()}
    if name in rules or name in families:
        return
    near = nearest(name, [*rules, *families])
    hint = f"; did you mean `{near}`?" if near else ""
    raise Unreadable(where, f"there is no rule or family `{name}`{hint}")


def predicts(data: Mapping[str, Any] | None) -> Predicts | None:
    """The `predicts` member of a rule file as a record."""
    if not data:
        return None
    return Predicts(data.get("status"), data.get("code"), tuple(data.get("aadsts", ())))


def _python_names(rule_id: str) -> tuple[str, str]:
    family, _, name = rule_id.partition("/")
    return family.replace("-", "_"), name.replace("-", "_")


def modules(family: str) -> tuple[str, ...]:
    """The modules below `linter.checks` that may hold a family's checks: its own, or those of its package."""
    package, _ = _python_names(family)
    below = os.path.join(_CHECKS, package)
    if not os.path.isdir(below):
        return (package,)
    names = (name.removesuffix(".py") for name in sorted(os.listdir(below)) if name.endswith(".py"))
    return tuple(f"{package}.{name}" for name in names if name != "__init__")


def folder() -> str:
    """The folder of rule files: beside this module in a wheel, else the checkout's own."""
    for candidate in (os.path.join(_HERE, "rules"), os.path.join(os.path.dirname(_HERE), "rules")):
        if os.path.isfile(os.path.join(candidate, "schema.json")):
            return candidate
    raise Unreadable("rules", "the rule files are missing from this installation")


def identifiers() -> Iterator[str]:
    """The id of every rule file, sorted."""
    root = folder()
    for family in sorted(os.listdir(root)):
        below = os.path.join(root, family)
        if os.path.isdir(below):
            for name in sorted(os.listdir(below)):
                if name.endswith(".yaml"):
                    yield f"{family}/{name.removesuffix('.yaml')}"


def page(rule_id: str) -> dict[str, Any]:
    """A rule's whole file.

    Raises:
        KeyError: there is no such rule.
        Unreadable: its file is not YAML.
    """
    import yaml  # noqa: PLC0415  only people and tests read the pages

    path = os.path.join(folder(), *rule_id.split("/")) + ".yaml"
    if not os.path.isfile(path):
        raise KeyError(rule_id)
    with open(path, encoding="utf-8") as file:
        try:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            data: dict[str, Any] = yaml.load(file, Loader=loader)  # noqa: S506  either is a safe one
        except yaml.YAMLError as error:
            raise Unreadable(f"rules/{rule_id}.yaml", str(error)) from None
    return data


def compile_ruleset() -> str:
    """The text of `ruleset.json`, made from the rule files and the checks' signatures."""
    import json  # noqa: PLC0415  only to compile

    compiled = {}
    for rule_id in identifiers():
        data = page(rule_id)
        needs, uses = inputs_of(rule_id)
        compiled[rule_id] = {
            "title": data["title"],
            "severity": data["severity"],
            "confidence": data["confidence"],
            "persona": persona(data),
            "fix": data["fix"].strip(),
            **({"predicts": data["predicts"]} if data.get("predicts") else {}),
            "refines": data.get("refines", []),
            "needs": needs,
            "uses": uses,
            **({"module": module} if (module := module_of(rule_id)) else {}),
            **({"fixable": fixable} if (fixable := fixable_by(data)) else {}),
        }
    lines = [
        f"{json.dumps(rule_id)}: {json.dumps(data, ensure_ascii=False)}" for rule_id, data in compiled.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def persona(page: Mapping[str, Any]) -> str:
    """Whom the rule of a page is for."""
    stated: str | None = page.get("persona")
    return stated or persona_of(page["severity"], page["confidence"])


def fixable_by(page: Mapping[str, Any]) -> Fixable | None:
    """Whether some finding of a rule can be fixed, safely or not, by the examples of its page."""
    kinds = {finding.get("fixable") for example in page["examples"] for finding in example["findings"]}
    return "safe" if "safe" in kinds else "unsafe" if "unsafe" in kinds else None


def write_compiled() -> None:
    """Write `ruleset.json` beside this module."""
    text = compile_ruleset()  # first: a rule that cannot be compiled leaves no file behind
    with open(_COMPILED + ".new", "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(_COMPILED + ".new", _COMPILED)


def inputs_of(rule_id: str) -> tuple[list[str], list[str]]:
    """The inputs that a rule's check needs, and those it uses when they are there.

    Raises:
        KeyError: no function of that name exists.
    """
    check = _check(rule_id)
    code = check.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    optional = len(check.__defaults__ or ())
    split = len(names) - optional
    return list(names[:split]), list(names[split:])


def module_of(rule_id: str) -> str | None:
    """The module below `linter.checks` that holds a rule's check; None where its family has only one.

    Raises:
        KeyError: no function of that name exists.
    """
    family, _ = _python_names(rule_id)
    module: str = _check(rule_id).__module__.removeprefix("linter.checks.")
    return None if module == family else module


def _check(rule_id: str) -> Any:
    """The function that is a rule's check; raises `KeyError` where there is none."""
    family, function = _python_names(rule_id)
    for name in modules(family):
        try:
            module = __import__(f"linter.checks.{name}", fromlist=[function])
        except ModuleNotFoundError:
            break
        check = vars(module).get(function)
        if getattr(check, "__module__", None) == module.__name__:
            return check
    raise KeyError(rule_id)
