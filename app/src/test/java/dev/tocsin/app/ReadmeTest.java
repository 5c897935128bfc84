package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.gateway.BuildVersion;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README shows to those who embed Tocsin.
class ReadmeTest {

  private static final Path README = Path.of("..", "README.md");

  /// A dependency without a scope, in a POM.
  private static final String OF_OURS =
      "<groupId>dev.tocsin</groupId>\\s*<artifactId>tocsin-([a-z]+)</artifactId>\\s*</dependency>";

  /// The module of an entry of the class path: a folder in the tree, or a jar.
  private static final Pattern MODULE =
      Pattern.compile("(?:[/\\\\]([a-z]+)[/\\\\]target[/\\\\]|tocsin-([a-z]+)-[^/\\\\]*\\.jar$)");

  @TempDir private Path classes;

  @Test
  void itsJavaCompilesAsShown() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();

    boolean compiled =
        compiler
            .getTask(
                said,
                null,
                null,
                List.of(
                    "--release",
                    "21",
                    "-Xlint:all,-processing,-options,-path,-classfile",
                    "-proc:none",
                    "-d",
                    classes.toString(),
                    "-cp",
                    classPathOf(artifacts())),
                null,
                List.of(source("Example", block("java"))))
            .call();

    assertThat(said.toString()).isEmpty();
    assertThat(compiled).isTrue();
  }

  @Test
  void itsCoordinatesAreThoseOfThisVersion() throws IOException {
    assertThat(artifacts()).contains("client");
    assertThat(all("<groupId>(.*?)</groupId>", block("xml"))).containsOnly("dev.tocsin");
    assertThat(all("<version>(.*?)</version>", block("xml"))).containsOnly(BuildVersion.number());
  }

  /// The modules that the README names as artifacts.
  private static List<String> artifacts() throws IOException {
    return all("<artifactId>tocsin-(.*?)</artifactId>", block("xml"));
  }

  /// The class path of who depends on these modules: of ours only they and what they bring; of others' libraries all that
  /// this test has.
  private static String classPathOf(List<String> modules) throws IOException {
    Set<String> brought = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(modules);
    while (!open.isEmpty()) {
      String module = open.remove();
      if (brought.add(module)) {
        open.addAll(all(OF_OURS, Files.readString(Path.of("..", module, "pom.xml"))));
      }
    }
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> {
          Matcher ours = MODULE.matcher(entry);
          return !ours.find()
              || brought.contains(Objects.requireNonNullElse(ours.group(1), ours.group(2)));
        })
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1)).toList();
  }

  /// The one block of this language.
  private static String block(String language) throws IOException {
    Matcher blocks =
        Pattern.compile("```" + language + "\\R(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(README));
    assertThat(blocks.find()).isTrue();
    String block = blocks.group(1);
    assertThat(blocks.find()).isFalse();
    return block;
  }

  private static JavaFileObject source(String name, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
