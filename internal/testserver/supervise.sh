#!/bin/sh
# Runs a database server while somebody uses it, and ends it and its data
# when nobody has for GRACE seconds.
#
#   supervise.sh LOCK GRACE DATA SERVER ARGUMENT...
#
# Every user of the server holds a shared lock on LOCK. Nobody does if we get an
# exclusive one; while we keep it, to stop the server, a new user waits, and
# then starts another. The kernel ends the server should this process be killed.
set -eu
lock=$1 grace=$2 data=$3
shift 3

exec 9<"$lock"
setpriv --pdeathsig QUIT "$@" 9<&- &
server=$!

idle=0
while kill -0 "$server" 2>/dev/null; do
	if flock --nonblock --exclusive 9; then
		if [ "$idle" -ge "$grace" ]; then
			kill -QUIT "$server" || true
			wait "$server" || true
			# The folder itself may belong to somebody else; the next start removes it.
			find "$data" -mindepth 1 -delete
			exit 0
		fi
		idle=$((idle + 1))
		flock --unlock 9
	else
		idle=0
	fi
	sleep 1
done
exit 1
