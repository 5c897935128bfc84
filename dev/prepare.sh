# shellcheck shell=sh
# Makes a built program start faster. Sourced by dev/build.sh (POSIX sh), in the root of the repository;
# needs $java_home and $program. The program runs without any of it, so a step that fails only says so.

# prepare_program: all of it, in a shell of its own.
prepare_program() (
  exec 9>&- # the lock of the build is not for the server that is trained
  # shellcheck disable=SC2154 # set by dev/build.sh
  lib=$PWD/$program/lib
  # shellcheck disable=SC2154 # set by find_java
  "$java_home/bin/java" dev/ModernClasses.java "$lib"/*.jar || echo "prepare: old classes stay as they are"
  unpack_natives || { echo "prepare: native libraries stay in their jars"; rm -rf "$lib/native"; }
  train || { echo "prepare: the program starts without a cache of its classes"; rm -f "$lib/tocsin.aot"; }
)

# unpack_natives: the native libraries of this platform, so that they are loaded where they lie instead
# of being copied out of their jars and compared at each start.
unpack_natives() {
  [ "$(uname -s)" = Linux ] || return 1
  case $(uname -m) in
  x86_64 | amd64) arch=x86_64 ;;
  aarch64 | arm64) arch=aarch64 netty=aarch_64 ;;
  *) return 1 ;;
  esac
  # musl has a library of its own.
  [ -z "$(find /lib -maxdepth 1 -name 'ld-musl-*' 2>/dev/null)" ] || return 1
  rm -rf "$lib/native"
  mkdir "$lib/native" || return 1
  for jar in "$lib"/sqlite-jdbc-*.jar "$lib"/netty-transport-native-*-linux-"${netty:-$arch}".jar \
    "$lib"/netty-tcnative-boringssl-static-*-linux-"${netty:-$arch}".jar; do
    (cd "$lib/native" && "$java_home/bin/jar" xf "$jar" \
      "org/sqlite/native/Linux/$arch" META-INF/native) || return 1
  done
  find "$lib/native" -name '*.so' -exec mv {} "$lib/native" \; &&
    rm -rf "$lib/native/org" "$lib/native/META-INF"
}

# train: runs a server under a little load and has the JVM keep the classes, read and linked. The JVM checks
# that cache against itself and the jars whenever it opens it. The profiles are left out: the cache takes
# longer to open with them, and the compiler has more to do in the first seconds, not less.
train() {
  rm -f "$lib/tocsin.aot"
  work=$(mktemp -d) || return 1
  # What the builder has set for servers of his own would change this one.
  for name in $(env | sed -n 's/^\(TOCSIN_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
  no_profiles='-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining'
  (TOCSIN_JAVA_OPTS="-XX:AOTCacheOutput=$lib/tocsin.aot $no_profiles" launch serve --port 0 --data "$work/data") \
    >"$work/out" 2>&1 &
  server=$!
  url='' waits=0
  while [ -z "$url" ] && [ $waits -lt 300 ] && kill -0 $server 2>/dev/null; do
    sleep 0.1
    waits=$((waits + 1))
    url=$(sed -n 's/^listening on //p' "$work/out")
  done
  for kind in ws http ndjson; do
    [ -z "$url" ] || (launch bench --url "$url" --connections 50 --in-flight 8 --publish $kind \
      --warm-up 1s --duration 1s)
  done
  kill $server 2>/dev/null
  wait $server
  grep -v 'warning\]\[' "$work/out"
  rm -rf "$work"
  [ -f "$lib/tocsin.aot" ]
}
