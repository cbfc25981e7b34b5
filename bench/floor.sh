#!/bin/sh
# The floor: one script, piped through the system's ssh to all hosts at the same time.
#   floor.sh SCRIPT HOSTS run|check [options of ssh]
# HOSTS: a line for each host: address, port, directory, name. Ends with 1 where any host failed.
script=$1 hosts=$2 mode=$3
shift 3
pids=
while read -r address port root node; do
  ssh "$@" -p "$port" "$address" sh -s -- "$root" "$node" "$mode" <"$script" &
  pids="$pids $!"
done <"$hosts"
failed=0
for pid in $pids; do wait "$pid" || failed=1; done
exit $failed
