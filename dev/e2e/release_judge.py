"""What Maven Central demands of a POM and of the jars beside it, and what is promised to those who use them. Each judge yields faults,
in words; nothing is good."""
import re
import zipfile
import xml.etree.ElementTree as ElementTree

GROUP = "dev.tocsin"
SPACE = "{http://maven.apache.org/POM/4.0.0}"
DEMANDED = (
    "modelVersion", "groupId", "artifactId", "version", "name", "description", "url", "licenses/license/name", "licenses/license/url",
    "developers/developer/name", "developers/developer/url", "scm/connection", "scm/developerConnection", "scm/url")
# How the project is built is nobody else's matter, and a profile or a repository of ours would act in the builds of others.
FORBIDDEN = (
    "parent", "build", "profiles", "repositories", "pluginRepositories", "distributionManagement", "modules", "properties", "reporting")
BOM = "tocsin-bom"
# What is of one kind of machine: whoever wants it asks for it (ADR 98).
NATIVES = "tocsin-natives"
# Class files of Java 21.
NEWEST_CLASSES = 65


def path_of(path):
    return "/".join(SPACE + part for part in path.split("/"))


def text(element, path):
    return (element.findtext(path_of(path)) or "").strip()


def judge_pom(file, artifact, version, published):
    """A POM as it is published, which needs nothing else to be understood."""
    content = file.read_text("utf-8")
    if "${" in content:
        yield "has an expression: " + ", ".join(sorted(set(re.findall(r"\$\{[^}]*}?", content))))
    if "SNAPSHOT" in content.replace(version, ""):
        yield "names a snapshot"
    pom = ElementTree.fromstring(content)
    for path in DEMANDED:
        if not text(pom, path):
            yield f"has no {path}"
    for path in FORBIDDEN:
        if pom.find(path_of(path)) is not None:
            yield f"has {path}"
    for path, expected in (("groupId", GROUP), ("artifactId", artifact), ("version", version)):
        if text(pom, path) not in ("", expected):
            yield f"{path} is {text(pom, path)}, not {expected}"
    is_bom = artifact == BOM
    if not is_bom and pom.find(path_of("dependencyManagement")) is not None:
        yield "has dependencyManagement"
    for dependency in pom.iterfind(path_of("dependencies/dependency")):
        yield from judge_dependency(dependency, version, published)
        if text(dependency, "classifier") and artifact != NATIVES:
            yield f"needs {text(dependency, 'artifactId')} for {text(dependency, 'classifier')}, which is for {NATIVES} alone"
    if is_bom:
        yield from judge_bom(pom, version, published - {artifact})


def judge_dependency(dependency, version, published):
    group, name, found = (text(dependency, path) for path in ("groupId", "artifactId", "version"))
    if not re.fullmatch(r"[0-9][\w.-]*", found):
        yield f"{group}:{name} has the version '{found}'"
    if text(dependency, "scope") not in ("", "compile", "runtime"):
        yield f"{group}:{name} has the scope {text(dependency, 'scope')}"
    if group == GROUP and (name not in published or found != version):
        yield f"depends on {name} {found}, which is not published with it"


def judge_bom(pom, version, jars):
    managed = {
        text(dependency, "artifactId"): (text(dependency, "groupId"), text(dependency, "version"))
        for dependency in pom.iterfind(path_of("dependencyManagement/dependencies/dependency"))}
    for name in sorted(managed.keys() ^ jars):
        yield f"manages {name}, which is not published" if name in managed else f"does not manage {name}"
    for name, found in managed.items():
        if found != (GROUP, version):
            yield f"manages {name} as {found}"
    if pom.find(path_of("dependencies")) is not None:
        yield "has dependencies"


def manifest(jar):
    """The main attributes, with lines that go on put together."""
    lines = jar.read("META-INF/MANIFEST.MF").decode("utf-8").replace("\r\n", "\n").replace("\n ", "").splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def classes_of(jar):
    return [name for name in jar.namelist() if name.endswith(".class") and not name.startswith("META-INF/")]


def judge_jar(file, owners):
    """A jar. Puts its module's name and its packages into owners, a map to the artifact that has them."""
    artifact = file.name
    with zipfile.ZipFile(file) as jar:
        module = manifest(jar).get("Automatic-Module-Name", "")
        if not re.fullmatch(re.escape(GROUP) + r"(\.[a-z][a-z0-9]*)+", module) or module == GROUP + ".internal":
            yield f"is the module '{module}'"
        if owners.setdefault(("module", module), artifact) != artifact:
            yield f"is the module {module}, as {owners['module', module]} is"
        classes = classes_of(jar)
        if not classes:
            yield "has no classes"
        for package in sorted({name.rpartition("/")[0].replace("/", ".") for name in classes}):
            if package != module and not package.startswith(module + "."):
                yield f"has the package {package}, but is the module {module}"
            if owners.setdefault(("package", package), artifact) != artifact:
                yield f"has the package {package}, as {owners['package', package]} has"
        newest = max((int.from_bytes(jar.read(name)[6:8]) for name in classes), default=0)
        if newest > NEWEST_CLASSES:
            yield f"has class files of version {newest}; Java 21 reads {NEWEST_CLASSES}"


def judge_sources(file, jar_file):
    with zipfile.ZipFile(file) as sources, zipfile.ZipFile(jar_file) as jar:
        there = set(sources.namelist())
        for name in classes_of(jar):
            if "$" not in name and name.removesuffix(".class") + ".java" not in there:
                yield f"has no source of {name}"


def judge_javadoc(file, jar_file):
    with zipfile.ZipFile(file) as pages, zipfile.ZipFile(jar_file) as jar:
        there = set(pages.namelist())
        packages = pages.read("element-list").decode().split() if "element-list" in there else []
        if not packages:
            yield "lists no packages"
        for package in packages:
            folder = package.replace(".", "/")
            if not any(name.startswith(folder + "/") for name in jar.namelist()):
                yield f"is about {package}, which the jar does not have"
        index = pages.read("index.html").decode() if "index.html" in there else ""
        # A title, and then the example.
        if not re.search(r'<main[^>]*>.{0,300}</h1>\s*<div class="snippet-container">.*?class .*?}', index, re.DOTALL):
            yield "does not begin with an example"
