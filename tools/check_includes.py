#!/usr/bin/env python3
"""Compares every #include with the table of who may include whom (ARCHITECTURE.md, "The map"). Prints each breach."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Folder -> project folders whose headers it may include (besides its own).
ALLOWED = {
    "src/base": [],
    "src/core": ["base"],
    "src/media": ["base"],
    "src/proto": [],
    "src/worker": ["base", "media"],
    "src/sip": ["base"],
    "src/store": ["base", "core"],
    "src/archive": ["base", "core"],
    "src/api": ["base", "core"],
    "src/app": ["base", "core", "media", "worker", "sip", "store", "archive", "api"],
    "sim": ["base", "core", "media"],
    "robots": ["base", "media", "sip"],
}
# Third-party header prefixes that only one folder may name.
RESERVED = {
    "sofia-sip/": ["src/sip"],
    "sqlite3.h": ["src/store/sqlite"],
    "sndfile.h": ["src/media"],
    "speex/": ["src/media"],
    "opus/opusenc.h": ["src/archive"],
    "opus/opusfile.h": ["src/archive"],
    "sodium.h": ["src/api"],
    "boost/beast": ["src/api"],
    "media.pb.h": ["src/worker", "src/app"],
}
PROJECT = {"base", "core", "media", "worker", "sip", "store", "archive", "api", "app", "sim", "robots"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def breaches(folder, allowed):
    own = folder.removeprefix("src/")
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(2)
            top = target.split("/")[0]
            if match.group(1) == '"' and "/" in target and top in PROJECT and top != own and top not in allowed:
                yield f"{name}:{number}: {folder} may not include {target}"
            for prefix, owners in RESERVED.items():
                test = name.endswith("_test.cpp") or "test" in path.stem
                if target.startswith(prefix) and not test and not any(name.startswith(o + "/") for o in owners):
                    yield f"{name}:{number}: only {', '.join(owners)} may include {target}"


def main():
    found = [b for folder, allowed in ALLOWED.items() for b in breaches(folder, allowed)]
    print("\n".join(found) if found else f"{len(ALLOWED)} folders keep to the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
