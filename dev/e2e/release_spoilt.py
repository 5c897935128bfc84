"""Whether release.py finds what is wrong: spoils copies of a good repository, each in one way, and fails when one is thought good.
Usage: release_spoilt.py FOLDER VERSION MODULES [--signed]"""
import hashlib
import pathlib
import re
import shutil
import sys
import tempfile
import zipfile

from release import SUFFIXES, judge, judge_sums

folder, version, modules = sys.argv[1:4]
modules = modules.split(",")
signed = "--signed" in sys.argv


def rewrite(file, change):
    """Changes a text, with its sums."""
    old = file.read_text("utf-8")
    new = change(old)
    assert new != old, f"nothing was spoilt in {file.name}"
    file.write_text(new, "utf-8")
    sums(file)


def sums(file):
    for algorithm in ("md5", "sha1"):
        file.with_name(f"{file.name}.{algorithm}").write_text(hashlib.new(algorithm, file.read_bytes()).hexdigest())
    assert not list(judge_sums(file))


def rejar(file, change):
    """Changes the entries of a jar: change takes a name and its bytes, and returns those of the new one, or None."""
    with zipfile.ZipFile(file) as jar:
        entries = [(name, jar.read(name)) for name in jar.namelist()]
    with zipfile.ZipFile(file, "w") as jar:
        for name, content in entries:
            changed = change(name, content)
            if changed is not None:
                jar.writestr(*changed)
    sums(file)


def without(pattern):
    return lambda name, content: None if re.search(pattern, name) else (name, content)


def with_module(module):
    def change(name, content):
        if name == "META-INF/MANIFEST.MF":
            content = re.sub(rb"Automatic-Module-Name: [\w.]+", b"Automatic-Module-Name: " + module, content)
        return name, content
    return change


def cut(path):
    """Without an element of the POM, the first of that name at the depth of the project."""
    return lambda text: re.sub(rf"^  <{path}\b.*?</{path}>\n", "", text, count=1, flags=re.DOTALL | re.MULTILINE)


def newer_classes(name, content):
    return (name, content[:6] + (69).to_bytes(2) + content[8:]) if name.endswith(".class") else (name, content)


def moved(name, content):
    return (name.replace("dev/tocsin/client/", "dev/tocsin/events/"), content)


# In words what is done, and what does it, to a function from a kind of file of tocsin-client to its path.
WAYS = {
    "no name": lambda at: rewrite(at("pom"), cut("name")),
    "no description": lambda at: rewrite(at("pom"), cut("description")),
    "no address": lambda at: rewrite(at("pom"), cut("url")),
    "no licence": lambda at: rewrite(at("pom"), cut("licenses")),
    "no developers": lambda at: rewrite(at("pom"), cut("developers")),
    "no scm": lambda at: rewrite(at("pom"), cut("scm")),
    "an expression": lambda at: rewrite(at("pom"), lambda text: text.replace("<name>Tocsin client", "<name>${project.name}")),
    "a snapshot": lambda at: rewrite(at("pom"), lambda text: re.sub(r"(<artifactId>slf4j-api</artifactId>\s*<version>)", r"\g<1>9-SNAPSHOT", text)),
    "another version": lambda at: rewrite(at("pom"), lambda text: text.replace(f"<version>{version}<", "<version>9.9.9<", 1)),
    "a dependency without a version": lambda at: rewrite(
        at("pom"), lambda text: re.sub(r"(<artifactId>slf4j-api</artifactId>)\s*<version>.*?</version>", r"\1", text, flags=re.DOTALL)),
    "a dependency on what is not published": lambda at: rewrite(at("pom"), lambda text: text.replace("tocsin-events", "tocsin-app")),
    "a dependency for tests": lambda at: rewrite(at("pom"), lambda text: text.replace("<scope>compile<", "<scope>test<", 1)),
    "a jar for one kind of machine": lambda at: rewrite(
        at("pom"), lambda text: text.replace("<artifactId>slf4j-api</artifactId>", "<artifactId>slf4j-api</artifactId><classifier>linux-x86_64</classifier>")),
    "a parent": lambda at: rewrite(at("pom"), lambda text: text.replace("<name>", "<parent/><name>", 1)),
    "a profile": lambda at: rewrite(at("pom"), lambda text: text.replace("<name>", "<profiles/><name>", 1)),
    "no jar": lambda at: at("jar").unlink(),
    "no sources": lambda at: at("sources").unlink(),
    "no javadoc": lambda at: at("javadoc").unlink(),
    "no sum": lambda at: at("jar").with_name(at("jar").name + ".md5").unlink(),
    "a wrong sum": lambda at: at("sources").with_name(at("sources").name + ".sha1").write_text("0" * 40),
    "no module's name": lambda at: rejar(at("jar"), with_module(b"")),
    "a foreign module's name": lambda at: rejar(at("jar"), with_module(b"org.client")),
    "another's module's name": lambda at: rejar(at("jar"), with_module(b"dev.tocsin.events")),
    "another's package": lambda at: rejar(at("jar"), moved),
    "classes of a newer Java": lambda at: rejar(at("jar"), newer_classes),
    "a source that is not there": lambda at: rejar(at("sources"), without(r"TocsinClient\.java")),
    "no first page": lambda at: rejar(at("javadoc"), without(r"^index\.html")),
    "a first page without an example": lambda at: rejar(
        at("javadoc"), lambda name, content: (name, content.replace(b"snippet-container", b"block")) if name == "index.html" else (name, content)),
    "something else beside it": lambda at: at("jar").with_name("notes.txt").write_text("?"),
    "an artifact that the BOM does not know": lambda at: rewrite(
        pathlib.Path(str(at("pom")).replace("tocsin-client", "tocsin-bom")), lambda text: text.replace("tocsin-client", "tocsin-clients")),
}
if signed:
    WAYS["no signature"] = lambda at: at("jar").with_name(at("jar").name + ".asc").unlink()
    WAYS["a signature of something else"] = lambda at: shutil.copyfile(
        at("pom").with_name(at("pom").name + ".asc"), at("jar").with_name(at("jar").name + ".asc"))


def faults_after(way, spoil):
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        place = pathlib.Path(copy, "dev", "tocsin", "tocsin-client", version)
        spoil(lambda kind: place / f"tocsin-client-{version}{SUFFIXES[kind]}")
        # Whatever is rewritten is no longer what was signed: that is not how it is to be noticed.
        return list(judge(modules, version, copy, signed and "signature" in way))


def main():
    rewritten = faults_after("a jar that is written anew", lambda at: rejar(at("jar"), lambda name, content: (name, content)))
    if rewritten:
        sys.exit("FAIL thought bad: " + rewritten[0])
    unseen = [way for way, spoil in WAYS.items() if not faults_after(way, spoil)]
    if unseen:
        sys.exit("FAIL thought good: " + "; ".join(unseen))
    print(f"release: {len(WAYS)} ways to spoil it were all noticed")


main()
