package dev.tocsin.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which package of the module uses which, as its classes are compiled.
class PackageArrowsTest {

  /// What each package uses, the lowest first; `.` is the package at the top.
  private static final List<String> ARROWS =
      """
      description ->
      hub ->
      bridge -> description hub
      mapping -> bridge description
      broker -> bridge description
      in.hook -> bridge description hub mapping
      in.mqtt -> bridge broker description hub mapping
      in.frigate -> bridge broker description in.mqtt mapping
      out -> bridge description hub
      out.webhook -> bridge description hub out
      out.file -> bridge description hub out
      out.mqtt -> bridge broker description hub mapping out
      . -> bridge description hub in.frigate in.hook in.mqtt out.file out.mqtt out.webhook
      """
          .lines()
          .toList();

  private static final Pattern CLASS =
      Pattern.compile("dev/tocsin/bridges/((?:[a-z]+/)*)[A-Z]\\w*");

  /// Whoever adds an arrow adds it here, and takes away the one that nobody needs any more.
  @Test
  void packagesUseThoseThatTheyAreMeantToUseAndNoOthers() throws Exception {
    assertThat(used()).containsExactlyInAnyOrderElementsOf(ARROWS);
  }

  @Test
  void arrowsLeadDownwardsAlone() {
    Set<String> lower = new HashSet<>();
    for (String arrow : ARROWS) {
      String[] sides = arrow.split(" -> ?", 2);
      assertThat(lower).as(arrow).containsAll(words(sides[1]));
      lower.add(sides[0]);
    }
  }

  private static Set<String> words(String text) {
    return text.isEmpty() ? Set.of() : Set.of(text.split(" "));
  }

  private static List<String> used() throws Exception {
    Map<String, Set<String>> used = new TreeMap<>();
    Path classes =
        Path.of(BridgeFile.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(PackageArrowsTest::isClass).toList()) {
        String own = packageOf(classes.relativize(file).toString());
        Set<String> others = used.computeIfAbsent(own, none -> new TreeSet<>());
        others.addAll(named(file));
        others.remove(own);
      }
    }
    return used.entrySet().stream()
        .map(
            entry -> (entry.getKey() + " -> " + String.join(" ", entry.getValue())).stripTrailing())
        .toList();
  }

  private static boolean isClass(Path file) {
    return file.toString().endsWith(".class") && !file.endsWith("package-info.class");
  }

  /// The packages that a class names: in what it does, in its signatures, in its annotations.
  private static Set<String> named(Path file) throws IOException {
    Set<String> named = new HashSet<>();
    for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
      if (entry instanceof Utf8Entry text) {
        CLASS
            .matcher(text.stringValue())
            .results()
            .map(MatchResult::group)
            .map(PackageArrowsTest::packageOf)
            .forEach(named::add);
      }
    }
    return named;
  }

  private static String packageOf(String name) {
    int end = name.lastIndexOf('/');
    String below = name.substring("dev/tocsin/bridges".length(), end);
    return below.isEmpty() ? "." : below.substring(1).replace('/', '.');
  }
}
