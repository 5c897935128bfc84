package dev.tocsin.access;

import java.net.http.HttpClient;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Where an issuer's keys come from, followed as they change. Safe for any thread; one at a time calls [#look].
sealed interface KeySource extends AutoCloseable permits KeySetFile, KeySetUrl {

  /// The keys; `null` as long as there never were any.
  @Nullable KeySet keys();

  /// Looks whether the keys are others by now. Never waits for the network.
  void look();

  /// Why there are no keys, or old ones; `null` when all is well.
  @Nullable String fault();

  /// Gets the first keys if that is under way.
  ///
  /// @return completes, never with an exception, when there is no sense in waiting any longer
  CompletableFuture<Boolean> first();

  /// Gets the keys again, because one is asked for that is unknown. It does so once in a while only.
  ///
  /// @return completes, never with an exception, when there is no sense in waiting any longer
  CompletableFuture<Boolean> again();

  @Override
  void close();

  /// The source that an option names.
  ///
  /// @throws BrokenFileException when it is neither a file's name nor a URL that may be used
  static KeySource of(String fileOrUrl, InstantSource clock) throws BrokenFileException {
    if (fileOrUrl.contains("://")) {
      HttpClient client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(KeySetFetch.TIMEOUT)
              .build();
      return new KeySetUrl(KeySetFetch.url(fileOrUrl), client, clock, KeySetFetch.TIMEOUT);
    }
    try {
      return new KeySetFile(Path.of(fileOrUrl), clock);
    } catch (InvalidPathException e) {
      throw new BrokenFileException("the keys of tokens are in a file whose name cannot be one");
    }
  }
}
