# shellcheck shell=sh
# Builds the program when its sources have changed. Sourced by ./tocsin and ./check (POSIX sh), in
# the root of the repository and after dev/jdk.sh.

# shellcheck source=dev/prepare.sh
. dev/prepare.sh

program=app/target/tocsin

# list_sources: sets $made_of to all that the program is made of.
list_sources() {
  made_of='pom.xml dev/jdk.sh dev/prepare.sh dev/ModernClasses.java clients/js/tocsin.js clients/js/tocsin.d.ts'
  for module in */pom.xml; do
    module=${module%/pom.xml}
    case $module in bench | fixtures | test-kit | spring | spring-sample) continue ;; esac
    made_of="$made_of $module/pom.xml"
    [ ! -d "$module/src/main" ] || made_of="$made_of $module/src/main"
  done
}

# fingerprint: path and content of every source, in one number: a copy of the tree has the same.
fingerprint() {
  list_sources
  # shellcheck disable=SC2086 # a list without spaces in the names
  find $made_of -type f -exec cksum {} + | LC_ALL=C sort | cksum
}

# begin_stamp, write_stamp: before and after a build. The stamp holds the fingerprint of the sources that were
# built, and is as old as the moment before it was taken.
begin_stamp() {
  : >target/build.begun
  sources=$(fingerprint)
}
write_stamp() {
  echo "$sources" >"$program/stamp" && touch -r target/build.begun "$program/stamp"
}

# is_built: is the program that lies there the one of these sources? It is where nothing was touched since, which is
# quickly seen; otherwise, and where find does not know -cnewer, the fingerprint tells.
is_built() {
  [ -r "$program/stamp" ] && read -r stamp <"$program/stamp" || return 1
  # The last jar to be copied: where it is, all are.
  set -- "$program"/lib/tocsin-app-*.jar
  [ -f "$1" ] || return 1
  list_sources
  # shellcheck disable=SC2086 # a list without spaces in the names
  touched=$(find $made_of -cnewer "$program/stamp" 2>/dev/null) && [ -z "$touched" ] && return
  mkdir -p target
  looked=target/looked.$$
  : >"$looked"
  if [ "$stamp" = "$(fingerprint)" ]; then
    # The same again, as after a copy: the next start sees it at once.
    touch -r "$looked" "$program/stamp" 2>/dev/null
    rm -f "$looked"
    return 0
  fi
  rm -f "$looked"
  return 1
}

# lock_build, unlock_build: one build at a time in this tree.
lock_build() {
  mkdir -p target
  if command -v flock >/dev/null; then
    exec 9>target/build.lock
    flock -n 9 || {
      echo "tocsin: waiting for another build in this tree…" >&2
      flock 9
    }
    return
  fi
  until mkdir target/build.lock.d 2>/dev/null; do
    holder=$(cat target/build.lock.d/pid 2>/dev/null) || holder=
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf target/build.lock.d
    else
      sleep 1
    fi
  done
  echo $$ >target/build.lock.d/pid
  trap 'rm -rf target/build.lock.d' EXIT
  trap 'exit 130' INT TERM HUP
}
unlock_build() {
  if [ -d target/build.lock.d ]; then
    rm -rf target/build.lock.d
    trap - EXIT INT TERM HUP
  else
    exec 9>&-
  fi
}

# run_maven ARGS: Maven on the JDK in $java_home, without that JDK's warnings about Maven's own
# libraries, and without the lock (a child that lives on must not keep it).
run_maven() {
  # shellcheck disable=SC2154 # set by find_java
  JAVA_HOME=$java_home \
    MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    mvn -B "$@" </dev/null 9>&-
}

# build_program: builds what ./tocsin starts, or says what is missing and fails.
build_program() {
  if ! find_java javac; then
    explain_java jdk "with its compiler (a JDK), to build itself"
    return 1
  fi
  if ! command -v mvn >/dev/null; then
    echo "tocsin: needs Maven 3.8.7 or newer to build itself (Debian, Ubuntu: apt install maven; macOS: brew install maven)." >&2
    return 1
  fi
  lock_build
  begin_stamp
  if is_built; then
    # Someone else has built it while we waited.
    unlock_build
    return 0
  fi
  if [ -f "$program/stamp" ]; then
    echo "building tocsin, whose sources have changed (two to four minutes)…" >&2
  else
    echo "building tocsin (the first start takes two to four minutes)…" >&2
  fi
  if run_maven -Dmaven.test.skip=true -Dinstrumented.skip=true -pl app -am package >target/build.log 2>&1; then
    prepare_program >>target/build.log 2>&1
    write_stamp
    unlock_build
  else
    unlock_build
    grep -E '^\[(WARNING|ERROR)\]' target/build.log | grep -vE '\[ERROR\] *($|\[Help|To see|Re-run|For more|After corr|  mvn <args>)' | awk '!seen[$0]++' | tail -n 30 >&2
    echo "tocsin: the build failed; all of it is in $PWD/target/build.log" >&2
    return 1
  fi
}
