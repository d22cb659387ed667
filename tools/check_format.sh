#!/usr/bin/env bash
# Every C++ file is as clang-format 14 (Debian 12) writes it; names those that are not.
cd "$(dirname "$0")/.." || exit 1
bad=$(git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run 2>&1 | sed -n 's/^\([^:]*\):[0-9].*/\1/p' | sort -u)
[ -z "$bad" ] && { echo "all files are formatted"; exit 0; }
printf 'not formatted (clang-format -i FILE):\n%s\n' "$bad"
exit 1
