import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.DeadCodeOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Brings the classes of libraries that were compiled for Java 5 into the present class file format.
///
/// The JVM's cache takes no class without stack maps, so it would read and verify these anew at each
/// start. What they do stays the same. Run from its source by dev/prepare.sh: `java ModernClasses.java JAR...`
/// rewrites the jars that hold such classes, in place.
final class ModernClasses {

  /// The first format that has stack maps: Java 6.
  private static final int FIRST_WITH_STACK_MAPS = 50;

  private ModernClasses() {}

  public static void main(String[] jars) throws IOException {
    for (String name : jars) {
      Path jar = Path.of(name);
      if (hasOldClasses(jar)) {
        Path rewritten = jar.resolveSibling(jar.getFileName() + ".new");
        try {
          rewrite(jar, rewritten);
          Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
        } finally {
          Files.deleteIfExists(rewritten);
        }
        System.out.println("prepare: stack maps for " + jar.getFileName());
      }
    }
  }

  private static boolean hasOldClasses(Path path) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      for (JarEntry entry : jar.stream().filter(ModernClasses::isClass).toList()) {
        try (InputStream content = jar.getInputStream(entry)) {
          // The two bytes after the magic number and the minor version.
          byte[] head = content.readNBytes(8);
          if (((head[6] & 0xff) << 8 | head[7] & 0xff) < FIRST_WITH_STACK_MAPS) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isClass(JarEntry entry) {
    return entry.getName().endsWith(".class");
  }

  private static void rewrite(Path path, Path rewritten) throws IOException {
    try (JarFile jar = new JarFile(path.toFile());
        URLClassLoader loader = new URLClassLoader(new URL[] {path.toUri().toURL()});
        OutputStream file = Files.newOutputStream(rewritten);
        JarOutputStream out = new JarOutputStream(file)) {
      ClassFile format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              DeadCodeOption.PATCH_DEAD_CODE,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(loader)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (JarEntry entry : jar.stream().toList()) {
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        try (InputStream content = jar.getInputStream(entry)) {
          byte[] bytes = content.readAllBytes();
          out.write(isClass(entry) ? modern(format, bytes) : bytes);
        }
        out.closeEntry();
      }
    }
  }

  private static byte[] modern(ClassFile format, byte[] bytes) {
    ClassModel model = format.parse(bytes);
    if (model.majorVersion() >= FIRST_WITH_STACK_MAPS) {
      return bytes;
    }
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(ClassFile.latestMajorVersion(), 0);
          } else {
            builder.with(element);
          }
        };
    // Code that is passed on instruction by instruction is written anew, with its stack maps.
    ClassTransform code =
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    return format.transformClass(model, code.andThen(version));
  }
}
