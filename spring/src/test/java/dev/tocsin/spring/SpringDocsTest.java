package dev.tocsin.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.JavaExamples;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page for applications with Spring Boot.
class SpringDocsTest {

  private static final Path PAGE = Path.of("..", "docs", "spring.md");

  @TempDir private Path classes;

  @Test
  void itsJavaCompilesAsShown() throws IOException {
    assertThat(JavaExamples.of(PAGE)).hasSizeGreaterThan(2);
    assertThat(JavaExamples.compile(PAGE, classes)).isEmpty();
  }
}
