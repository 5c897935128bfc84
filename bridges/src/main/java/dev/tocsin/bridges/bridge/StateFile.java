package dev.tocsin.bridges.bridge;

import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.events.Json;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// What one bridge remembers over a restart: a small JSON file, replaced as a whole. One thread.
///
/// That of a bridge which takes in is not flushed to the disk: what a loss of power takes back is sent again, and is known by
/// its idempotency key as long as those are kept. That of a bridge which sends out is: without its position it does not know
/// what is missing.
public final class StateFile {

  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

  private final Path path;
  private final boolean isForced;
  private boolean failing;
  private Consumer<String> complaints = sentence -> {};

  /// A file that is not flushed to the disk.
  public StateFile(Path path) {
    this(path, false);
  }

  /// @param isForced whether what is written is on the disk when it is written
  public StateFile(Path path, boolean isForced) {
    this.path = path;
    this.isForced = isForced;
  }

  /// Has somebody told, each time, that it cannot be written, besides the log.
  public StateFile tellingOf(Consumer<String> told) {
    complaints = told;
    return this;
  }

  /// Whether something was written before, be it as it may.
  public boolean exists() {
    return Files.exists(path);
  }

  /// That what a bridge remembers cannot be written, in words for an operator.
  public static String sentence(Path path, IOException e) {
    return "what it remembers cannot be written to "
        + path
        + " and is in memory alone: "
        + FileTrouble.of(e);
  }

  /// What was written last; empty when nothing was, or it is not to be understood, which is told.
  public Optional<JsonNode> read() {
    try {
      if (Json.read(Files.readAllBytes(path)) instanceof Json.Value(JsonNode tree)) {
        return Optional.of(tree);
      }
      LOG.atWarn()
          .addKeyValue("file", path)
          .log("the state of a bridge is no JSON; it begins anew");
    } catch (NoSuchFileException e) {
      // The first time.
      return Optional.empty();
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", path).setCause(e).log("the state of a bridge is not read");
    }
    return Optional.empty();
  }

  /// Replaces it. That it cannot be written is told once, until it can again.
  ///
  /// @return whether it has been written
  public boolean write(JsonNode state) {
    Path next = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      // A stream, which an interrupt does not close.
      try (FileOutputStream out = new FileOutputStream(next.toFile())) {
        out.write(Json.write(state).getBytes(StandardCharsets.UTF_8));
        if (isForced) {
          out.getFD().sync();
        }
      }
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      failing = false;
      return true;
    } catch (IOException e) {
      if (!failing) {
        LOG.atWarn()
            .addKeyValue("file", path)
            .setCause(e)
            .log("the state of a bridge cannot be written; it is in memory alone");
      }
      failing = true;
      complaints.accept(sentence(path, e));
      return false;
    }
  }
}
