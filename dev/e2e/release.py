"""Judges what is published. Usage:

  release.py FOLDER VERSION MODULES [--signed]   as it lies in a Maven repository, MODULES with commas between
  release.py --built VERSION MODULES             as a build with -Prelease has left it in each module's target

It says every fault and fails, or what there is."""
import hashlib
import pathlib
import re
import subprocess
import sys

from release_judge import GROUP, judge_jar, judge_javadoc, judge_pom, judge_sources

SUFFIXES = {"pom": ".pom", "jar": ".jar", "sources": "-sources.jar", "javadoc": "-javadoc.jar"}


def artifact_of(module):
    """The name of a module's artifact, and whether there is more of it than a POM."""
    source = pathlib.Path(module, "pom.xml").read_text("utf-8")
    own = re.sub(r"<parent>.*?</parent>", "", source, flags=re.DOTALL)
    return re.search(r"<artifactId>(.*?)</artifactId>", own)[1], "<packaging>pom</packaging>" not in own


def built(module, artifact, version):
    target = pathlib.Path(module, "target")
    return {kind: target / ("published-pom.xml" if kind == "pom" else artifact + "-" + version + suffix) for kind, suffix in SUFFIXES.items()}


def deployed(folder, artifact, version):
    place = pathlib.Path(folder, *GROUP.split("."), artifact, version)
    return {kind: place / f"{artifact}-{version}{suffix}" for kind, suffix in SUFFIXES.items()}


def judge_sums(file):
    for algorithm in ("md5", "sha1"):
        beside = file.with_name(file.name + "." + algorithm)
        if not beside.exists():
            yield f"has no {algorithm} beside it"
        elif beside.read_text().split()[:1] != [hashlib.new(algorithm, file.read_bytes()).hexdigest()]:
            yield f"is not what its {algorithm} says"


def judge_signature(file):
    beside = file.with_name(file.name + ".asc")
    if not beside.exists():
        yield "is not signed"
    elif subprocess.run(["gpg", "--batch", "--verify", beside, file], capture_output=True, check=False).returncode != 0:
        yield "is not what its signature is for"


def judge_names(folder, files, version):
    """Nothing lies in the repository but what belongs there."""
    known = {name for file in files for name in (
        file.name, *(file.name + end for end in (".md5", ".sha1", ".asc", ".asc.md5", ".asc.sha1")))}
    for file in sorted(pathlib.Path(folder).rglob("*")):
        if file.is_file() and not file.name.startswith("maven-metadata.xml"):
            if file.name not in known:
                yield f"{file}: does not belong there"
            elif file.parent.name != version:
                yield f"{file}: is of another version"


def judge(modules, version, folder=None, signed=False):
    """All faults, each with the file that it is of."""
    if folder is not None and version.endswith("-SNAPSHOT"):
        yield f"{version} is a snapshot"
    artifacts = {module: artifact_of(module) for module in modules}
    published = {artifact for artifact, _ in artifacts.values()}
    owners, all_files = {}, []
    for module, (artifact, has_jar) in artifacts.items():
        files = built(module, artifact, version) if folder is None else deployed(folder, artifact, version)
        if not has_jar:
            files = {"pom": files["pom"]}
        all_files += files.values()
        missing = [file for file in files.values() if not file.exists()]
        yield from (f"{file}: is missing" for file in missing)
        if missing:
            continue
        faults = {files["pom"]: judge_pom(files["pom"], artifact, version, published)}
        if has_jar:
            faults[files["jar"]] = judge_jar(files["jar"], owners)
            faults[files["sources"]] = judge_sources(files["sources"], files["jar"])
            faults[files["javadoc"]] = judge_javadoc(files["javadoc"], files["jar"])
        for file, found in faults.items():
            yield from (f"{file}: {fault}" for fault in found)
        if folder is not None:
            for file in files.values():
                yield from (f"{file}: {fault}" for fault in judge_sums(file))
                if signed:
                    yield from (f"{file}: {fault}" for fault in judge_signature(file))
    if folder is not None:
        yield from judge_names(folder, all_files, version)


def main():
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    folder = None if "--built" in sys.argv else arguments.pop(0)
    version, modules = arguments[0], arguments[1].split(",")
    signed = "--signed" in sys.argv
    faults = list(judge(modules, version, folder, signed))
    for fault in faults:
        print("FAIL " + fault)
    if faults:
        sys.exit(1)
    print(f"release: {len(modules)} artifacts of {version} have all that Maven Central demands" + (", signatures too" if signed else ""))


if __name__ == "__main__":
    main()
