package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.gateway.BuildVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README shows to those who embed Tocsin.
class ReadmeTest {

  private static final Path README = Path.of("..", "README.md");

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
                    System.getProperty("java.class.path")),
                null,
                List.of(source("Example", block("java"))))
            .call();

    assertThat(said.toString()).isEmpty();
    assertThat(compiled).isTrue();
  }

  @Test
  void itsCoordinatesAreThoseOfThisVersion() throws IOException {
    assertThat(block("xml"))
        .contains("<groupId>dev.tocsin</groupId>", "<artifactId>tocsin-client</artifactId>")
        .contains("<version>" + BuildVersion.number() + "</version>");
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
