# shellcheck shell=bash
# What is published, and the releases there were. Sourced in the root of the repository, after dev/jdk.sh and dev/build.sh.

# published: the modules that are published, with commas between.
published() {
  grep -l '<tocsin.internal>false</tocsin.internal>' ./*/pom.xml | sed 's|^\./||; s|/pom.xml$||' | paste -sd, -
}

# version_of FOLDER: the version in its POM.
version_of() {
  sed -n '/<artifactId>tocsin-parent</{n;s|.*<version>\(.*\)</version>.*|\1|p;q}' "$1/pom.xml"
}

# previous_release: the newest release that this tree comes after, by git's tags; fails when there is none, or no git.
previous_release() {
  local tag
  tag=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null) && echo "${tag#v}"
}

# apart FOLDER: sets maven_apart to the options that give Maven a local repository of its own in FOLDER. What the usual one has is
# taken from there, as from any other place, but nothing of ours; nothing is written to it.
apart() {
  local usual=$HOME/.m2/repository kind
  rm -rf "$1/usual" "$1/repository/dev/tocsin"
  mkdir -p "$1/usual/dev"
  if [ -d "$usual" ]; then
    find "$usual" -mindepth 1 -maxdepth 1 ! -name dev -exec ln -s -t "$1/usual" {} +
    [ ! -d "$usual/dev" ] || find "$usual/dev" -mindepth 1 -maxdepth 1 ! -name tocsin -exec ln -s -t "$1/usual/dev" {} +
  fi
  {
    echo '<settings><profiles><profile><id>usual</id>'
    for kind in repository pluginRepository; do
      cat <<END
<${kind/%y/ies}><$kind><id>usual</id><url>file://$1/usual</url>
<releases><updatePolicy>never</updatePolicy><checksumPolicy>ignore</checksumPolicy></releases><snapshots><enabled>false</enabled></snapshots></$kind></${kind/%y/ies}>
END
    done
    echo '</profile></profiles><activeProfiles><activeProfile>usual</activeProfile></activeProfiles></settings>'
  } >"$1/settings.xml"
  # shellcheck disable=SC2034 # for whoever sources this
  maven_apart=(-s "$1/settings.xml" "-Dmaven.repo.local=$1/repository")
}
