# shellcheck shell=sh disable=SC2034,SC2154 # $java_home is for whoever sources this, $lib is theirs
# Finds Java and starts the program with it. Sourced by ./tocsin, ./check and dev/format (POSIX sh);
# shipped in lib/ of a distribution. Looks at files only: starting each candidate would cost more than the program does.

min_java=25

# java_feature HOME: sets $feature to the Java version at HOME (25, 17, ...), or fails.
java_feature() {
  feature=''
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS="=" read -r key value || [ -n "$key" ]; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      feature=${value%%[!0-9]*}
      break
    fi
  done <"$1/release"
  [ -n "$feature" ]
}

# consider HOME [javac]: takes HOME as $java_home when it is new enough (and has a compiler).
consider() {
  [ -n "$1" ] && java_feature "$1" || return 1
  if [ "$feature" -lt "$min_java" ]; then
    java_seen="Java $feature in $1"
    return 1
  fi
  if [ "${2:-}" = javac ] && [ ! -x "$1/bin/javac" ]; then
    java_seen="Java $feature without a compiler in $1"
    return 1
  fi
  java_home=$1
}

# find_java [javac]: sets $java_home, or fails and says in $java_seen what it met instead.
find_java() {
  java_home='' java_seen=''
  consider "${JAVA_HOME:-}" "${1:-}" && return
  if on_path=$(command -v java); then
    on_path=$(readlink -f "$on_path" 2>/dev/null) || on_path=
    consider "${on_path%/bin/java}" "${1:-}" && return
  fi
  for candidate in \
    /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /usr/local/openjdk-* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    consider "$candidate" "${1:-}" && return
  done
  return 1
}

# explain_java PACKAGE-KIND (jre or jdk): what to install, on stderr.
explain_java() {
  {
    echo "tocsin: needs Java $min_java or newer${2:+ $2}; found ${java_seen:-none}."
    echo "  Debian, Ubuntu: apt install openjdk-$min_java-$1-headless, where the release has it"
    echo "  macOS:          brew install openjdk@$min_java"
    echo "  elsewhere:      https://adoptium.net/temurin/releases/?version=$min_java"
    echo "  If it is in an unusual place, set JAVA_HOME to its folder."
  } >&2
}

# collector OPTION…: sets $collector to the options that choose G1, whatever the machine is like: on one core or with
# little memory the JVM would take another, for which nothing here was measured. Yours wins.
#
# What is old is marked when it has become seven tenths of the heap: by default that is reckoned from what is free
# beside the young, and the recent events alone kept it marking without end. Classes stay where they are: looking for
# some to unload was most of the longest pause. Collecting takes half a percent of the time, or the heap grows: who
# floods the server makes the rest wait for collections otherwise. No thread looks after remembered sets between
# collections: on one core it was seen to spin for 4 ms after each, for a lock whose holder waited for that very core.
# In larger regions a page of history is nothing out of the ordinary, which each time would begin a marking; a small
# heap would have too few of them.
collector() {
  regions=-XX:G1HeapRegionSize=4m
  collector='-XX:+UseG1GC -XX:-G1UseAdaptiveIHOP -XX:InitiatingHeapOccupancyPercent=70 -XX:-ClassUnloadingWithConcurrentMark -XX:GCTimeRatio=199 -XX:G1ConcRefinementThreads=0'
  for option; do
    case $option in
    -XX:+Use*GC) collector='' regions='' ;;
    -Xmx* | -XX:MaxHeapSize=*)
      size=${option#-Xmx}
      is_small "${size#*=}" && regions=''
      ;;
    -XX:*RAM*) regions='' ;;
    esac
  done
  collector="$collector $regions"
}

# heap OPTION…: sets $heap to the options that size the heap, without those that yours decide otherwise. The JVM does not
# start where the heap is larger at first than it may ever be, a share of the machine's memory counts for nothing beside
# -Xmx, nor a share of the heap beside NewSize; and a small heap is filled by what is new.
heap() {
  most=-Xmx512m
  first=-Xms128m
  young=-XX:NewSize=64m
  for option; do
    case $option in
    -Xmx* | -XX:MaxHeapSize=*)
      most=''
      size=${option#-Xmx}
      is_small "${size#*=}" && first='' young=''
      ;;
    -XX:*RAM*) most='' first='' young='' ;;
    -Xms* | -XX:*HeapSize=*) first='' young='' ;;
    -Xmn* | -XX:*New*) young='' ;;
    esac
  done
  heap="$first $young $most"
}

# is_small SIZE: whether a size as Java writes them is less than 256 MiB.
is_small() {
  digits=${1%[kKmMgGtT]}
  case $digits in
  '' | *[!0-9]*) return 1 ;;
  esac
  case $1 in
  *[kK]) [ "$digits" -lt 262144 ] ;;
  *[mM]) [ "$digits" -lt 256 ] ;;
  *[gGtT]) false ;;
  *) [ "$digits" -lt 268435456 ] ;;
  esac
}

# huge_pages: sets $huge_pages to the option that has the heap in pages of 2 MiB, where this kernel lets a
# program ask for them (the JVM warns where it does not, and with ZGC, which asks in another way).
huge_pages() {
  huge_pages=''
  case ${TOCSIN_JAVA_OPTS:-} in
  *UseZGC*) return 0 ;;
  esac
  { read -r modes </sys/kernel/mm/transparent_hugepage/enabled; } 2>/dev/null || return 0
  case $modes in
  *'[never]'*) ;;
  *) huge_pages=-XX:+UseTransparentHugePages ;;
  esac
}

# read_utf8: has Java read arguments, file names and the environment as UTF-8 where the locale says plain ASCII, as
# it does under cron, systemd and in containers: Java would put a replacement for each character that is not. The
# locale's name does not tell, as it may not be installed. A locale with another charset is taken at its word.
# Without a UTF-8 locale the program says so where it matters.
read_utf8() {
  charset=$(locale charmap 2>/dev/null) || charset=''
  case $charset in
  '' | ANSI_X3.4-1968 | US-ASCII | 646) ;;
  *) return 0 ;;
  esac
  utf8=C.UTF-8
  if [ -n "$charset" ] && [ "$(LC_ALL=$utf8 locale charmap 2>/dev/null)" != UTF-8 ]; then
    utf8=$(locale -a 2>/dev/null | grep -i -m 1 -E '[.]utf-?8$') || return 0
  fi
  if [ -n "${LC_ALL:-}" ]; then
    export LC_ALL="$utf8"
  else
    export LC_CTYPE="$utf8"
  fi
}

# enough_files NUMBER: whether so many files may be open, or says that they may not.
#
# With fewer than 50 Java cannot even say what is wrong. A server opens about 55 for itself and keeps 64 back, so that with
# fewer than 120 none is left for a connection; which part of it fails first, and in which words, is chance. The load driver
# starts a server, or needs as many.
min_files=50
min_server_files=128
enough_files() {
  # shellcheck disable=SC3045 # every sh that is in use has it
  files=$(ulimit -n)
  [ "$files" = unlimited ] || [ "$files" -ge "$1" ] || {
    echo "tocsin: too few files may be open: ulimit -n is $files, and at least $1 are needed (raise it with ulimit -n)" >&2
    return 1
  }
}

# launch ARGS: becomes the program whose jars are in $lib, on the Java in $java_home.
#
# A small heap to begin with: the default is a share of the machine's memory, and is filled before the
# first collection. Half of it for what is new: nothing is collected before the socket is open, and seldom after that. Large pages:
# touching memory for the first time is a good part of the start. Compact headers: less memory per object. The
# collection that the server asks for at its start is to move what is young, as later ones do, not to clean the whole heap.
# Methods are compiled later than usual, and what has become large is not copied into its callers: the compiler takes up
# to half a core for the first ten seconds otherwise. What survives one collection stays where it is put: it is the recent
# events and the connections, which live on.
# A command is over before the second, optimising compiler has paid for itself; a server lives on it.
# Native access and Unsafe: Netty's, without a warning. What dev/prepare.sh has made, where it is there: native
# libraries that need not be unpacked at each start, and the cache of classes (one that does not fit this
# Java is passed over, in silence). Out of memory: better a restart than half a program. Yours come last, so
# that they win.
#
# Signals that log rotation, supervisors and timers send, and of which a process dies that does not know them, are passed over.
# SIGUSR2 is the JVM's own: it takes it, and warns on standard output. What ends a process for a reason (SIGXCPU) does. Where standard input, output or error is closed,
# the first files that Java opens would take their place, and be written to: they become /dev/null, for output in a
# way that writing fails.
launch() {
  trap '' USR1 ALRM VTALRM PROF IO
  { : <&0; } 2>/dev/null || exec </dev/null
  { : >&2; } 2>/dev/null || exec 2>/dev/null
  { : >&1; } 2>/dev/null || exec 1</dev/null
  read_utf8
  huge_pages
  compiler=-XX:TieredStopAtLevel=1
  for word in "$@"; do
    case $word in serve | demo | bench) compiler='' ;; esac
  done
  if [ -n "$compiler" ]; then
    enough_files $min_files || exit 1
  else
    enough_files $min_server_files || exit 1
  fi
  # shellcheck disable=SC2086 # several options
  heap ${TOCSIN_JAVA_OPTS:-}
  # shellcheck disable=SC2086 # several options
  collector ${TOCSIN_JAVA_OPTS:-}
  # shellcheck disable=SC2086 # several options
  set -- $heap $collector $huge_pages $compiler ${TOCSIN_JAVA_OPTS:-} "-Dtocsin.program=${called:-tocsin}" -cp "$lib/*" dev.tocsin.app.Main "$@"
  if [ -d "$lib/native" ]; then
    set -- "-Djava.library.path=$lib/native" "-Dorg.sqlite.lib.path=$lib/native" "$@"
  fi
  if [ -f "$lib/tocsin.aot" ]; then
    set -- "-XX:AOTCache=$lib/tocsin.aot" "-Xlog:aot*=off,cds*=off" "$@"
  fi
  exec "$java_home/bin/java" \
    -XX:+UseCompactObjectHeaders \
    -XX:MaxTenuringThreshold=0 \
    -XX:+ExplicitGCInvokesConcurrent \
    -XX:CompileThresholdScaling=2 \
    -XX:InlineSmallCode=500 \
    -XX:FreqInlineSize=120 \
    -XX:+ExitOnOutOfMemoryError \
    -Djdk.reflect.useNativeAccessorOnly=true \
    --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow \
    "$@"
}
