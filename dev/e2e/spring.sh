#!/usr/bin/env bash
# Compiles and tests the starter with the line of Spring Boot before the newest. Usage: spring.sh [VERSION]
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. dev/jdk.sh
. dev/build.sh
version=${1:-4.0.9}

find_java javac || { explain_java jdk "with its compiler (a JDK)"; exit 1; }
mkdir -p target
# The starter is compiled anew, what it stands on is as it was built.
rm -rf spring/target/classes spring/target/test-classes
run_maven -q -T1 -Dspring-boot.version="$version" -Dmaven.compiler.useIncrementalCompilation=false -pl spring -am test \
  -Dtest='dev.tocsin.spring.*Test' -Dsurefire.failIfNoSpecifiedTests=false >target/spring.log 2>&1 || {
  grep -E '^\[ERROR\]' target/spring.log | head -n 30
  exit 1
}
tests=$(cat spring/target/surefire-reports/TEST-*.xml | grep -c '<testcase')
[ "$tests" -ge 20 ] || { echo "only $tests tests have run"; exit 1; }
echo "Spring Boot $version: $tests tests"
