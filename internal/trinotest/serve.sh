#!/bin/sh
# Starts a Trino server for tests, runs a command beside it, and stops it:
#
#	internal/trinotest/serve.sh go test ./run/trino
#
# The command has GRILLE_TRINO=http://127.0.0.1:PORT. The server is that of
# io.trino:trino-server, of which only the connectors that tests use are unpacked,
# in $GRILLE_TRINO_CACHE (~/.cache/grille-trino); it is taken from there, or from
# $GRILLE_TRINO_URL, or from Maven Central by mvn. It wants Java 24 or newer, in
# $JAVA_HOME or on the path.
set -eu

version=476
sum=cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f
plugins='memory tpch postgresql geospatial' # whose types the one before wants
cache=${GRILLE_TRINO_CACHE:-$HOME/.cache/grille-trino}
port=${GRILLE_TRINO_PORT:-18080}
here=$(cd "$(dirname "$0")" && pwd)
name=trino-server-$version

say() { echo "trino: $*" >&2; }

java=java
if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; fi
major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)
if [ "${major:-0}" -lt 24 ]; then
	say "Trino $version wants Java 24 or newer, and $java is ${major:-none}: set JAVA_HOME"
	exit 1
fi

mkdir -p "$cache"
if [ ! -f "$cache/$name.tar.gz" ]; then
	if [ -n "${GRILLE_TRINO_URL:-}" ]; then
		curl -fL -o "$cache/$name.part" "$GRILLE_TRINO_URL"
		mv "$cache/$name.part" "$cache/$name.tar.gz"
	elif command -v mvn >/dev/null; then
		mvn -q dependency:copy "-Dartifact=io.trino:trino-server:$version:tar.gz" "-DoutputDirectory=$cache"
	else
		say "get io.trino:trino-server:$version:tar.gz (820 MB) from Maven Central into $cache, or set GRILLE_TRINO_URL to where it is"
		exit 1
	fi
fi

# Many files are links to those of other plugins, which are unpacked with them and
# removed again.
server=$cache/$name
if [ ! -d "$server" ]; then
	echo "$sum  $cache/$name.tar.gz" | sha256sum -c - >&2
	tmp=$(mktemp -d "$cache/unpack.XXXXXX")
	wanted="$name/lib/*"
	for p in $plugins; do wanted="$wanted $name/plugin/$p/*"; done
	linked=$(tar tvzf "$cache/$name.tar.gz" | awk -v plugins="$plugins" -v name="$name" '
		BEGIN { n = split(plugins, p, " "); for (i = 1; i <= n; i++) of[p[i]] = 1 }
		(i = index($0, " link to ")) {
			split(substr($0, index($0, " " name "/") + 1), part, "/")
			to = substr($0, i + 9)
			split(to, target, "/")
			if (of[part[3]] && !of[target[3]] && index(to, name "/lib/") != 1) print to
		}' | sort -u)
	# shellcheck disable=SC2086 # words are meant
	(set -f; tar xzf "$cache/$name.tar.gz" -C "$tmp" --wildcards $wanted $linked)
	for d in "$tmp/$name"/plugin/*; do
		case " $plugins " in *" $(basename "$d") "*) ;; *) rm -r "$d" ;; esac
	done
	mv "$tmp/$name" "$server"
	rmdir "$tmp"
fi

run=$(mktemp -d)
mkdir "$run/etc" "$run/etc/catalog" "$run/data"
cat > "$run/etc/config.properties" <<-END
	coordinator=true
	node-scheduler.include-coordinator=true
	http-server.http.port=$port
	discovery.uri=http://127.0.0.1:$port
	catalog.management=dynamic
	catalog.store=memory
	query.max-memory=700MB
	query.max-memory-per-node=500MB
	query.max-history=100
END
cat > "$run/etc/access-control.properties" <<-END
	access-control.name=file
	security.config-file=$here/access.json
END
echo 'io.trino=WARN' > "$run/etc/log.properties"

cd "$run"
"$java" -Xmx1500M -XX:+ExitOnOutOfMemoryError -Dfile.encoding=UTF-8 -Djdk.attach.allowAttachSelf=true -Djdk.nio.maxCachedBufferSize=2000000 \
	--add-modules=jdk.incubator.vector --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
	-Dconfig="$run/etc/config.properties" -Dlog.levels-file="$run/etc/log.properties" -Dplugin.dir="$server/plugin" \
	-Dcatalog.config-dir="$run/etc/catalog" -Dnode.environment=grille -Dnode.id=grille -Dnode.data-dir="$run/data" \
	-Dnode.bind-ip=127.0.0.1 -Dnode.internal-address=127.0.0.1 \
	-cp "$server/lib/*" io.trino.server.TrinoServer > "$run/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$run"' EXIT
trap 'exit 1' INT TERM

for i in $(seq 120); do
	if curl -sf "http://127.0.0.1:$port/v1/info" | grep -q '"starting":false'; then break; fi
	if ! kill -0 $pid 2>/dev/null || [ "$i" = 120 ]; then
		say "the server did not start:"
		tail -20 "$run/log" >&2
		exit 1
	fi
	sleep 1
done
cd - >/dev/null
GRILLE_TRINO=http://127.0.0.1:$port GRILLE_TRINO_LIB=$server/lib "$@"
