package dev.tocsin.access;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An issuer's keys in a file: a JWK set, a JWK, or PEM.
final class KeySetFile implements KeySource {

  private static final Logger LOG = LoggerFactory.getLogger(KeySetFile.class);

  private final FollowedFile<KeySet> file;

  KeySetFile(Path path, InstantSource clock) {
    this.file =
        new FollowedFile<>(
            path,
            KeySet.NONE,
            () -> {
              byte[] content = FollowedFile.bytes(path, KeySetReader.MAX_BYTES);
              KeySet keys = KeySetReader.read(content, path.toString(), clock.instant());
              for (String reason : keys.ignored()) {
                LOG.atWarn()
                    .addKeyValue("file", path)
                    .addKeyValue("reason", reason)
                    .log("a key is passed over");
              }
              return keys;
            });
  }

  @Override
  public KeySet keys() {
    return file.content();
  }

  @Override
  public void look() {
    file.look();
  }

  @Override
  public @Nullable String fault() {
    return file.fault();
  }

  @Override
  public CompletableFuture<Boolean> first() {
    return CompletableFuture.completedFuture(false);
  }

  /// A file is looked at so often that there is nothing to be gained.
  @Override
  public CompletableFuture<Boolean> again() {
    return CompletableFuture.completedFuture(false);
  }

  @Override
  public void close() {}
}
