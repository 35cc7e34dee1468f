"""Writes what `cargo tree` prints as a bill of materials (CycloneDX 1.6), and checks it against the schema.

Usage: cargo tree --prefix depth --format ' {p}|{l}|{r}' | bill.py FILE
"""

import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

# The namespace of serial numbers, each of which follows from a commit.
NAMESPACE = UUID("6f5b0b5a-7a0e-4b57-9c47-2a1f0f8f1a55")
# Such as "2 serde v1.0.0 (/src/serde)|MIT|https://example.org (*)".
LINE = re.compile(
    r"(?P<depth>\d+) (?P<name>\S+) v(?P<version>\S+)( \([^)]*\))?\|(?P<license>[^|]*)\|(?P<repository>\S*)( \(\*\))?"
)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def component(crate: re.Match, checksums: dict[tuple[str, str], str]) -> Component:
    name, version = crate["name"], crate["version"]
    checksum = checksums.get((name, version))
    package = PackageURL("cargo", name=name, version=version)
    repository = crate["repository"]
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=str(package),
        # Crates of this repository are in no registry.
        purl=package if checksum else None,
        # Some crates write "/" for "OR".
        licenses=[LicenseFactory().make_from_string(crate["license"].replace("/", " OR "))] if crate["license"] else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(repository))]
        if repository
        else [],
    )


def bill(tree: str, checksums: dict[tuple[str, str], str]) -> Bom:
    bom = Bom(serial_number=uuid5(NAMESPACE, git("rev-parse", "HEAD")))
    bom.metadata.timestamp = datetime.fromtimestamp(int(git("log", "-1", "--format=%ct")), UTC)
    components: dict[str, Component] = {}
    # The crates above the current line, by depth.
    above: list[Component] = []
    for line in tree.splitlines():
        crate = LINE.fullmatch(line)
        if crate is None:
            sys.exit(f"a line of `cargo tree` cannot be read: {line}")
        found = component(crate, checksums)
        found = components.setdefault(str(found.bom_ref), found)
        depth = int(crate["depth"])
        if depth == 0:
            found.type = ComponentType.APPLICATION
            bom.metadata.component = found
        else:
            bom.components.add(found)
        bom.register_dependency(above[depth - 1] if depth else found, [found] if depth else [])
        above[depth:] = [found]
    return bom


def main() -> None:
    lock = tomllib.loads(Path("Cargo.lock").read_text())
    checksums = {
        (package["name"], package["version"]): package["checksum"]
        for package in lock["package"]
        if "checksum" in package
    }
    text = JsonV1Dot6(bill(sys.stdin.read(), checksums)).output_as_string(indent=2)
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"the list does not have the form of CycloneDX: {problem}")
    Path(sys.argv[1]).write_text(text + "\n")


main()
