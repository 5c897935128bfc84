package dev.tocsin.app;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.hub.Limits;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes an API key.
@Command(
    name = "new",
    description = {
      "Makes an API key, and prints it on stdout: this once, for nobody keeps it.",
      "",
      "Without --publish, --subscribe and --manage it opens everything."
    },
    sortOptions = false)
final class KeyNew implements Callable<Integer> {

  private static final int MAX_NAME = 100;
  private static final Duration MAX_LIFE = Duration.ofDays(3_650);
  private static final long MAX_LIMIT = 1_000_000_000_000L;

  /// No control, format, private or unassigned characters, no line breaks.
  private static final Pattern PRINTABLE = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]+");

  private final Surroundings surroundings;

  @Parameters(
      paramLabel = "NAME",
      description = "Whose key it is, for instance 'front desk': 1 to 100 characters.")
  private String name = "";

  @Mixin private final GrantOptions grants = new GrantOptions();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "After how long it ends, for instance 12h or 90d (default: never).")
  private @Nullable TimeSpan expires;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "How many connections it may have open at a time (default: any number).")
  private @Nullable Long connections;

  @Option(
      names = "--publishes-per-second",
      paramLabel = "N",
      description = "How many events it may publish a second (default: any number).")
  private @Nullable Long publishesPerSecond;

  @Option(
      names = "--bytes-per-second",
      paramLabel = "N",
      description = "How many bytes of events it may publish a second (default: any number).")
  private @Nullable Long bytesPerSecond;

  @Mixin private final KeysOption keysOption = new KeysOption();

  KeyNew(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    KeysFile file = keysOption.file();
    // Files and tokens tell times to the second.
    Instant now = surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS);
    ApiKey key = ApiKey.generate(new SecureRandom());
    StoredKey stored =
        new StoredKey(
            key.id(),
            checkedName(),
            key.digest(),
            grants.rights(surroundings),
            limits(),
            now,
            end(now));
    keysOption.makeFolder(file);
    KeysOption.add(file, stored, surroundings);
    surroundings.out().println(key.text());
    try {
      surroundings.out().requireWritten();
    } catch (Failure e) {
      KeysOption.remove(file, key.id(), surroundings); // nobody will ever have it
      throw e;
    }
    surroundings.say(
        "key "
            + key.id()
            + " of "
            + stored.name()
            + ", expires "
            + KeyText.end(stored, now, surroundings.zones().get())
            + ": "
            + KeyText.rights(stored));
    surroundings.say(
        "it is shown this once; what a server needs to know it again is in " + file.path());
    return 0;
  }

  private String checkedName() throws WrongUse {
    int characters = name.codePointCount(0, name.length());
    if (characters < 1 || characters > MAX_NAME) {
      throw new WrongUse("NAME is 1 to " + MAX_NAME + " characters; this one has " + characters);
    }
    if (!PRINTABLE.matcher(name).matches() || !name.equals(name.strip())) {
      throw new WrongUse("NAME has printable characters only, and no blanks at either end");
    }
    return name;
  }

  private @Nullable Instant end(Instant now) throws WrongUse {
    if (expires == null) {
      return null;
    }
    if (expires.duration().compareTo(MAX_LIFE) > 0) {
      throw new WrongUse("--expires is at most " + new TimeSpan(MAX_LIFE) + "; was " + expires);
    }
    return now.plus(expires.duration());
  }

  private Limits limits() throws WrongUse {
    return new Limits(
        limit("--connections", connections),
        limit("--publishes-per-second", publishesPerSecond),
        limit("--bytes-per-second", bytesPerSecond));
  }

  private static @Nullable Long limit(String option, @Nullable Long value) throws WrongUse {
    if (value != null && (value < 1 || value > MAX_LIMIT)) {
      throw new WrongUse(option + " is a number from 1 to " + MAX_LIMIT + "; was " + value);
    }
    return value;
  }
}
