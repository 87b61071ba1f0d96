"""Many manifests in one call, each about 5 KB, through the command line of this environment.

python bench/bulk.py [--count N]            a thousand files in a folder
python bench/bulk.py --ndjson [--count N]   ten thousand lines of one file, read line by line
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

GRAPH = "00000003-0000-0000-c000-000000000000"
PERMISSIONS = [
    ("e1fe6dd8-ba31-4d61-89e7-88639da4683d", "Scope"),
    ("570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "Scope"),
    ("465a38f9-76ea-45b9-9f34-9e8b0d4b0b42", "Scope"),
    ("df021288-bdef-4463-88db-98f22de89214", "Role"),
]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int)
    parser.add_argument("--ndjson", action="store_true")
    options = parser.parse_args()
    count = options.count or (10_000 if options.ndjson else 1000)
    with tempfile.TemporaryDirectory() as folder:
        if options.ndjson:
            path = Path(folder, "applications.ndjson")
            with path.open("w") as file:
                file.writelines(json.dumps(document(number)) + "\n" for number in range(count))
            size = path.stat().st_size
        else:
            size = sum(write(Path(folder), number) for number in range(count))
        command = [sys.executable, "-m", "linter", "check", "--no-config", "--format", "json", folder]
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
    report = json.loads(output)
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{len(report['apps'])} manifests, {size / count / 1024:.1f} KB each: ", end="")
    print(f"{seconds:.2f} s, {cpu:.2f} s of CPU, ", end="")
    print(f"{usage.ru_maxrss / 1024:.0f} MB, exit {os.waitstatus_to_exitcode(status)}, {report['summary']}")
    return 0


def write(folder: Path, number: int) -> int:
    """One manifest as `az ad app show` prints it; its size in bytes."""
    text = json.dumps(document(number), indent=2)
    (folder / f"app{number:04}.json").write_text(text)
    return len(text)


def document(number: int) -> dict[str, object]:
    """One registration, healthy."""
    scopes = [
        {
            "adminConsentDescription": f"Lets a client use part {part} for the signed-in user, " * 3,
            "adminConsentDisplayName": f"Use part {part}",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{number}/{part}")),
            "isEnabled": True,
            "type": "User",
            "userConsentDescription": f"Lets a client use part {part} of the service for you, " * 2,
            "userConsentDisplayName": f"Use part {part}",
            "value": f"part{part}.use",
        }
        for part in range(5)
    ]
    return {
        "appId": str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))),
        "displayName": f"Service {number}",
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [f"api://service{number}"],
        "isFallbackPublicClient": False,
        "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": scopes},
        "appRoles": [],
        "web": {"redirectUris": [f"https://service{number}.contoso.com/signin-oidc"]},
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": []},
        "passwordCredentials": [
            {
                "keyId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"key {number}")),
                "endDateTime": "2099-01-01T00:00:00Z",
            }
        ],
        "keyCredentials": [],
        "requiredResourceAccess": [
            {
                "resourceAppId": GRAPH,
                "resourceAccess": [{"id": id_, "type": type_} for id_, type_ in PERMISSIONS],
            }
        ],
        "notes": "n" * 1700,
    }


if __name__ == "__main__":
    raise SystemExit(main())
