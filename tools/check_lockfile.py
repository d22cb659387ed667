#!/usr/bin/env python3
"""Finds what web/package-lock.json names but does not hold. npm 9 and 10 let such a lock pass; npm 11 refuses it ("not in sync").

It comes about when a package is locked while the registry lacks some of its optional packages for other platforms: npm leaves those
out without a word. Remedy: pin a version whose platform packages are all published, and make the lock anew.
"""
import json
import pathlib
import sys

LOCK = pathlib.Path(__file__).resolve().parent.parent / "web/package-lock.json"
packages = json.loads(LOCK.read_text())["packages"]


def is_held(owner, name):
    """Node's look-up: node_modules of the owner, then of each folder above it."""
    folder = owner
    while True:
        if (f"{folder}/" if folder else "") + "node_modules/" + name in packages:
            return True
        if not folder:
            return False
        folder = folder.rpartition("/node_modules/")[0] if "/node_modules/" in folder else ""


missing = [
    f"{owner or 'web/package.json'} names {name}, which the lock does not hold"
    for owner, package in packages.items()
    for kind in ("dependencies", "devDependencies", "optionalDependencies")
    for name in package.get(kind, {})
    if not is_held(owner, name)
]
print("\n".join(missing) or f"{LOCK.name}: {len(packages)} packages, none missing")
sys.exit(1 if missing else 0)
