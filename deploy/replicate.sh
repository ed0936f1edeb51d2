#!/bin/sh
# Brings the newest generation of a store to this machine, where `crisiskg serve` shows it; call it every minute or so.
#
#   replicate.sh SOURCE TARGET      replicate.sh kg@primary:/var/lib/crisiskg/store /srv/crisiskg/replica
#
# SOURCE is a folder, or HOST:FOLDER over ssh. A generation never changes once it is there, so only files that are new are sent.
# Readers see the new one when CURRENT is renamed, whole or not at all. KEEP (3) is generations_kept at the source: what may have
# been pruned there while it was copied is not shown.
set -eu
source=${1:?SOURCE is missing} target=${2:?TARGET is missing} keep=${KEEP:-3}

get() { rsync -t "$source/$1" "$target/$2"; }

mkdir -p "$target/generations"
get store.json store.json
get CURRENT CURRENT.new
number=$(head -n 1 "$target/CURRENT.new")
case $number in '' | *[!0-9]*) echo "replicate.sh: CURRENT of $source holds no number" >&2; exit 6 ;; esac
shown=$(head -n 1 "$target/CURRENT" 2>/dev/null || echo 0)
if [ "$number" = "$shown" ]; then
    rm -f "$target/CURRENT.new"
    exit 0
fi

name=$(printf %012d "$number")
last=$(printf %012d "$shown")
unfinished="$target/generations/$name.tmp"
rm -rf "$unfinished"
# Files of sorted data never change, so those that are here already are linked: the same name, size and time to the nanosecond. The
# others are small, and change without a change of size.
if [ -d "$target/generations/$last" ]; then set -- --link-dest="../$last/"; else set --; fi
rsync -rt --modify-window=-1 "$@" --include='*.sst' --exclude='*' "$source/generations/$name/" "$unfinished/"
rsync -rt --exclude='*.sst' "$source/generations/$name/" "$unfinished/"
get "generations/$name.json" "generations/$name.json"
get journal.jsonl journal.jsonl

# The newest `keep` generations are not pruned at the source, so it was whole while it was copied if it is among them now.
get CURRENT CURRENT.check
now=$(head -n 1 "$target/CURRENT.check")
rm -f "$target/CURRENT.check"
if [ $((now - number)) -ge "$keep" ]; then
    rm -rf "$unfinished" "$target/CURRENT.new" "$target/generations/$name.json"
    echo "replicate.sh: generation $number was pruned meanwhile; the next call takes a newer one" >&2
    exit 6
fi

rm -rf "$target/generations/$name"
mv "$unfinished" "$target/generations/$name"
sync
mv "$target/CURRENT.new" "$target/CURRENT"

# Query workers may be opening the one before, so one more than is shown stays.
for old in "$target"/generations/*; do
    case $old in
        *"/$name" | *"/$last" | *"/$name.json" | *"/$last.json") ;;
        *) rm -rf "$old" ;;
    esac
done
