"""How to get what rules lack."""

from collections import Counter

from linter.entra import Entra
from linter.obtaining import command, how_to_get
from linter.readers.directory.collections import by_path

ENTRA = Entra()


def saved_as(command_line: str) -> str:
    return command_line.replace("-OutputFilePath ", "> ").rpartition("> ")[2]


def test_no_command_overwrites_the_answer_of_another():
    requests = {row.request: row for row in ENTRA.directory_requests}
    files = Counter(saved_as(command(row)) for row in requests.values())
    assert [file for file, number in files.items() if number > 1] == []


def test_no_file_is_called_like_another_collection():
    for row in ENTRA.directory_requests:
        named = by_path(saved_as(command(row)).removeprefix("tenant/").removesuffix(".json"))
        assert named is None or named.collection.name in row.collection, row


def test_a_part_of_a_record_comes_with_the_record():
    part = how_to_get("grants.service_principal.key_credentials", None, ENTRA)
    assert part == how_to_get("grants.service_principal", None, ENTRA)
    assert part.endswith(" > tenant/servicePrincipals-servicePrincipal.json")
