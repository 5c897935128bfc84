#!/usr/bin/env bash
# Compiles and runs the programs of dev/e2e/users outside of this repository, with the release that lies in a folder and all else from
# where it usually comes from. Usage: release_users.sh FOLDER VERSION
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. dev/jdk.sh
. dev/build.sh
. dev/release.sh

folder=$(readlink -f "$1") version=$2
property() { sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" pom.xml; }
find_java javac || { explain_java jdk "with its compiler (a JDK)"; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp -r dev/e2e/users "$place/users"
apart "$place"

options=("-Drelease.folder=file://$folder" "-Drelease.version=$version")
for name in junit.version spring-boot.version {compiler,dependency,jar,resources,surefire}-plugin.version; do
  options+=("-D$name=$(property "$name")")
done
fail() { echo "FAIL $*"; exit 1; }
(cd "$place/users" && run_maven -q "${maven_apart[@]}" "${options[@]}" package) >"$place/maven.log" 2>&1 || {
  tail -n 40 "$place/maven.log"
  fail "a user's project does not build"
}
grep -q '<testcase' "$place"/users/plain/target/surefire-reports/TEST-*.xml || fail "the user's test has not run"

# What they were given of ours is what lies in the folder, and nothing else.
(cd "$place/repository/dev/tocsin" && find . -name '*.jar' -exec sha256sum {} +) >"$place/sums"
[ "$(wc -l <"$place/sums")" -ge 10 ] || fail "only $(wc -l <"$place/sums") jars were taken"
(cd "$folder/dev/tocsin" && sha256sum --quiet --check "$place/sums") || fail "jars were taken from elsewhere"

flags=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
run() { # NAME ARGUMENTS OF JAVA...
  local name=$1
  shift
  (cd "$place" && timeout 120 "$java_home/bin/java" "$@") >"$place/$name.log" 2>&1 || { tail -n 30 "$place/$name.log"; fail "$name does not run"; }
  grep -qx 'heard a-17' "$place/$name.log" || { tail -n 30 "$place/$name.log"; fail "$name has not heard its event"; }
}
run plain "${flags[@]}" -cp "users/plain/target/classes:$(cat "$place/users/plain/target/classpath")" example.Watch data
run spring "${flags[@]}" -cp "users/spring/target/classes:$(cat "$place/users/spring/target/classpath")" example.Application

# As modules: every jar of ours has a name, and no package is in two. What they need in turn is not resolved by
# itself: the manifest cannot say it.
"$java_home/bin/javac" --release 21 -p "$(cat "$place/users/plain/target/classpath")" -d "$place/modular" \
  "$place/users/modular/module-info.java" "$place/users/plain/src/main/java/example/Watch.java" || fail "does not compile as a module"
run modular --enable-native-access=io.netty.common,org.xerial.sqlitejdbc --sun-misc-unsafe-memory-access=allow --add-modules ALL-MODULE-PATH -p "modular:$(cat "$place/users/plain/target/classpath")" -m example/example.Watch data2
echo "release: users' programs run: $(wc -l <"$place/sums") jars of ours on the class path, with Spring Boot $(property spring-boot.version), and as modules"
