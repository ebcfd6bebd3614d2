#!/bin/sh
# Makes the root file system of the Python engine: a small Debian with Python, and app.py.
# Usage: build.sh FOLDER [SUITE [MIRROR]] (as root; needs debootstrap). Device nodes are left out: images hold none.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 FOLDER [SUITE [MIRROR]]" >&2
    exit 2
fi
folder=$1
suite=${2:-bookworm}
mirror=${3:-${DEBIAN_MIRROR:-}}
# By default the archive this machine takes its own packages from; an archive holds every suite.
if [ -z "$mirror" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Label: Debian" "Created-By: Packages" | head -n 1)
fi
if [ -z "$mirror" ]; then
    echo "$0: this machine's apt knows no Debian archive; set DEBIAN_MIRROR or run apt-get update" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)

if [ -e "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
    echo "$0: $folder is not empty" >&2
    exit 2
fi

debootstrap --variant=minbase --include=python3 "$suite" "$folder" "$mirror"

# What only the making needed.
rm -rf "$folder"/dev/* "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/* "$folder"/var/log/* "$folder"/debootstrap
rm -f "$folder"/etc/resolv.conf "$folder"/etc/hostname
install -m 0644 "$here/app.py" "$folder/app.py"
