package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.JavaExamples;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page for those who embed a server.
class EmbeddingDocsTest {

  private static final Path PAGE = Path.of("..", "docs", "embedding.md");

  @TempDir private Path classes;

  @Test
  void itsJavaCompilesAsShown() throws IOException {
    assertThat(JavaExamples.of(PAGE)).hasSizeGreaterThan(3);
    assertThat(JavaExamples.compile(PAGE, classes)).isEmpty();
  }
}
