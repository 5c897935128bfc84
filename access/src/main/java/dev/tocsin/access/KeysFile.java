package dev.tocsin.access;

import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file of API keys: `{"keys":[{"id":…,"name":…,"sha256":…,"grants":{…},"limits":{…},"created":…,"expires":…}]}`. It holds
/// no secret, but says who may what: its mode is 0600. It is replaced as a whole, so that whoever reads it has the old one or
/// the new one.
public final class KeysFile {

  /// How many keys a file may hold.
  static final int MAX_KEYS = 100_000;

  private static final int MAX_BYTES = 64 << 20;
  private static final Set<String> LIMITS =
      Set.of("connections", "publishes_per_second", "bytes_per_second");

  private static final Set<String> MEMBERS =
      Set.of("id", "name", "sha256", "grants", "limits", "created", "expires");

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /// Within one process a lock on a file keeps nobody out.
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private final Path path;

  /// The keys in a file, which need not be there.
  public KeysFile(Path path) {
    this.path = path;
  }

  /// The file.
  public Path path() {
    return path;
  }

  /// Whether somebody else than the owner may read or write the file; false where there is none, or no such modes.
  public boolean isOpenToOthers() throws IOException {
    try {
      return !OWNER_ONLY.value().containsAll(Files.getPosixFilePermissions(path));
    } catch (NoSuchFileException | UnsupportedOperationException e) {
      return false;
    }
  }

  /// Reads the keys, by their ids, in the file's order; none when there is no file.
  ///
  /// @throws BrokenFileException when what it says is not understood
  /// @throws IOException when it cannot be read
  public Map<String, StoredKey> read() throws IOException, BrokenFileException {
    return Files.notExists(path) ? Map.of() : read(FollowedFile.bytes(path, MAX_BYTES));
  }

  /// Reads the keys from the content of a file.
  Map<String, StoredKey> read(byte[] bytes) throws BrokenFileException {
    JsonNode json =
        switch (Json.readDiscreetly(bytes)) {
          case Json.Value(JsonNode tree) -> tree;
          case Rejection rejection -> throw broken(rejection.message());
        };
    JsonNode list = json.path("keys");
    if (!list.isArray()) {
      throw broken("must be an object with an array \"keys\"");
    }
    if (list.size() > MAX_KEYS) {
      throw broken("has more than " + MAX_KEYS + " keys");
    }
    Map<String, StoredKey> keys = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      StoredKey key = key(list.get(i), "keys[" + i + "]");
      if (keys.put(key.id(), key) != null) {
        throw broken("has the key " + key.id() + " twice");
      }
    }
    return keys;
  }

  private StoredKey key(JsonNode json, String place) throws BrokenFileException {
    for (String member : json.propertyNames()) {
      // A slip of the pen in "expires" must not make a key last for ever.
      if (!MEMBERS.contains(member)) {
        throw broken(place + " has no member " + Names.quoted(member));
      }
    }
    String digest = text(json, "sha256", place);
    if (!digest.matches("[0-9a-f]{64}")) {
      throw broken(place + ".sha256 must have 64 hexadecimal digits in lower case");
    }
    String name = text(json, "name", place);
    if (!Names.isName(name)) {
      throw broken(
          place
              + ".name must have 1 to "
              + Names.MAX_LENGTH
              + " characters, none of them a control character");
    }
    Rights rights =
        switch (RightsReader.read(json.path("grants"), place + ".grants")) {
          case RightsReader.Reading.Read(Rights read) -> read;
          case RightsReader.Reading.Refused(List<String> faults) ->
              throw broken(String.join("; ", faults));
        };
    Instant created = time(json, "created", place);
    return new StoredKey(
        text(json, "id", place),
        name,
        HexFormat.of().parseHex(digest),
        rights,
        limits(json.path("limits"), place + ".limits"),
        created == null ? Instant.EPOCH : created,
        time(json, "expires", place));
  }

  private String text(JsonNode json, String member, String place) throws BrokenFileException {
    JsonNode value = json.path(member);
    if (!value.isString() || value.stringValue().isEmpty()) {
      throw broken(place + "." + member + " must be a text");
    }
    return value.stringValue();
  }

  private @Nullable Instant time(JsonNode json, String member, String place)
      throws BrokenFileException {
    JsonNode value = json.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    try {
      return Instant.parse(value.asString(""));
    } catch (DateTimeParseException e) {
      throw broken(place + "." + member + " must be a time, for instance 2026-12-31T00:00:00Z");
    }
  }

  private Limits limits(JsonNode json, String place) throws BrokenFileException {
    if (json.isMissingNode() || json.isNull()) {
      return Limits.NONE;
    }
    if (!json.isObject()) {
      throw broken(place + " must be an object");
    }
    for (String name : json.propertyNames()) {
      JsonNode value = json.path(name);
      boolean isLimit = value.isIntegralNumber() && value.canConvertToLong();
      if (!LIMITS.contains(name) || !isLimit || value.longValue() < 1) {
        throw broken(
            place
                + "."
                + Names.quoted(name)
                + " must be one of "
                + LIMITS
                + ", and an integer from 1");
      }
    }
    return new Limits(
        number(json, "connections"),
        number(json, "publishes_per_second"),
        number(json, "bytes_per_second"));
  }

  private static @Nullable Long number(JsonNode json, String name) {
    return json.has(name) ? json.path(name).longValue() : null;
  }

  private BrokenFileException broken(String what) {
    return new BrokenFileException(path + ": " + what);
  }

  /// Replaces the file.
  ///
  /// @throws IOException when it cannot be written; then it is as it was
  public void write(Iterable<StoredKey> keys) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("keys");
    keys.forEach(key -> list.add(json(key)));
    Path folder = path.toAbsolutePath().getParent();
    Path made = Files.createTempFile(folder, path.getFileName() + ".", ".new", OWNER_ONLY);
    try {
      Files.writeString(made, Json.writePretty(json) + "\n");
      move(made);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  private void move(Path made) throws IOException {
    try {
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(made, path, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /// What the file says of a key, but for the digest: it is nobody's business.
  public static ObjectNode withoutDigest(StoredKey key) {
    ObjectNode json = json(key);
    json.remove("sha256");
    return json;
  }

  private static ObjectNode json(StoredKey key) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", key.id())
        .put("name", key.name())
        .put("sha256", HexFormat.of().formatHex(key.digest()));
    json.set("grants", RightsWriter.json(key.rights()));
    if (!key.limits().equals(Limits.NONE)) {
      ObjectNode limits = json.putObject("limits");
      put(limits, "connections", key.limits().connections());
      put(limits, "publishes_per_second", key.limits().publishesPerSecond());
      put(limits, "bytes_per_second", key.limits().bytesPerSecond());
    }
    json.put("created", key.created().toString());
    if (key.expires() != null) {
      json.put("expires", key.expires().toString());
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable Long value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  /// Adds a key.
  ///
  /// Whoever changes the file at the same time, in this process or another, waits: no key is lost.
  public void add(StoredKey key) throws IOException, BrokenFileException {
    change(keys -> {
      if (keys.size() >= MAX_KEYS) {
        throw broken("has " + MAX_KEYS + " keys already, and may have no more");
      }
      if (keys.putIfAbsent(key.id(), key) != null) {
        throw broken("has a key " + key.id() + " already");
      }
      return true;
    });
  }

  /// Takes a key away; whether it was there. The same holds for others who change the file.
  public boolean remove(String id) throws IOException, BrokenFileException {
    return change(keys -> keys.remove(id) != null);
  }

  private interface Change {
    /// @return whether the file is to be written
    boolean to(Map<String, StoredKey> keys) throws BrokenFileException;
  }

  private boolean change(Change change) throws IOException, BrokenFileException {
    IN_THIS_PROCESS.lock();
    try (FileChannel channel = lockFile();
        FileLock lock = channel.lock()) {
      Map<String, StoredKey> keys = new LinkedHashMap<>(read());
      boolean isChanged = lock.isValid() && change.to(keys);
      if (isChanged) {
        write(keys.values());
      }
      return isChanged;
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }

  /// A file beside the other, which is itself replaced and so cannot be locked. It stays: to take it away would let two
  /// have a lock each.
  private FileChannel lockFile() throws IOException {
    Path name = path.toAbsolutePath().resolveSibling("." + path.getFileName() + ".lock");
    return FileChannel.open(
        name, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
  }
}
