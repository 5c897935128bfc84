package dev.tocsin.app;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.events.Json;
import dev.tocsin.events.Suggestions;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Looks after the API keys of a server.
@Command(
    name = "key",
    description = {
      "Makes, lists and revokes the API keys of a server.",
      "",
      "A server that runs takes up a change within 2 s. One that asks nobody for a key, as on"
          + " loopback without any, begins to ask at its next start."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n")
final class KeyCommand {

  /// Lists the keys.
  @Command(
      name = "list",
      description = {
        "Lists the keys: whose they are, until when, and what they open.",
        "",
        "The keys themselves are nowhere: a server keeps no more than a digest of each."
      },
      sortOptions = false)
  static final class ListKeys implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin private final KeysOption keysOption = new KeysOption();

    @Option(names = "--json", description = "One JSON object on stdout.")
    private boolean json;

    ListKeys(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure, WrongUse {
      KeysFile file = keysOption.file();
      Map<String, StoredKey> keys = KeysOption.read(file);
      Instant now = surroundings.clock().instant();
      if (json) {
        surroundings.out().println(surroundings.shown(Json.write(json(keys, now))));
      } else if (keys.isEmpty()) {
        surroundings.say("there are no keys in " + file.path());
      } else {
        table(keys, now).lines(surroundings.width()).forEach(surroundings.out()::println);
      }
      return 0;
    }

    private static ObjectNode json(Map<String, StoredKey> keys, Instant now) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      ArrayNode list = json.putArray("keys");
      for (StoredKey key : keys.values()) {
        Instant expires = key.expires();
        ObjectNode entry = KeysFile.withoutDigest(key);
        entry.put("expired", expires != null && !now.isBefore(expires));
        list.add(entry);
      }
      return json;
    }

    private Table table(Map<String, StoredKey> keys, Instant now) {
      var zone = surroundings.zones().get();
      Table table = new Table().row("ID", "NAME", "CREATED", "EXPIRES", "WHAT");
      for (StoredKey key : keys.values()) {
        table.row(
            key.id(),
            key.name(),
            KeyText.time(key.created(), zone),
            KeyText.end(key, now, zone),
            KeyText.rights(key));
      }
      return table;
    }
  }

  /// Revokes keys.
  @Command(
      name = "revoke",
      description = {
        "Revokes keys: they open nothing any more.",
        "",
        "A server that runs closes their connections within 2 s."
      },
      sortOptions = false)
  static final class Revoke implements Callable<Integer> {

    /// What a whole key begins with, which somebody may give for its id.
    private static final String BEGINNING = "tocsin_";

    private final Surroundings surroundings;

    @Parameters(
        paramLabel = "ID",
        arity = "1..*",
        description = "The ids of the keys, as 'key list' shows them.")
    private List<String> ids = List.of();

    @Mixin private final KeysOption keysOption = new KeysOption();

    Revoke(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure, WrongUse {
      KeysFile file = keysOption.file();
      Map<String, StoredKey> keys = KeysOption.read(file);
      int code = 0;
      for (String given : new LinkedHashSet<>(ids)) {
        String id = id(given);
        StoredKey key = keys.get(id);
        if (key == null) {
          surroundings.say("tocsin: there is no key " + id + hint(id, keys));
          code = Main.FAILURE;
        } else {
          KeysOption.remove(file, id, surroundings);
          surroundings.out().println("revoked " + id + ", of " + key.name());
        }
      }
      return code;
    }

    /// The id in what was given, which may be a whole key. It is said nowhere.
    private String id(String given) {
      if (!given.startsWith(BEGINNING)) {
        return given;
      }
      surroundings.say(
          "note: the id is enough to revoke a key; the whole key stood in the process list");
      ApiKey key = ApiKey.parse(given);
      String rest = given.substring(BEGINNING.length());
      return key == null ? rest.split("_", 2)[0] : key.id();
    }

    private static String hint(String id, Map<String, StoredKey> keys) {
      for (StoredKey key : keys.values()) {
        if (key.name().equals(id)) {
          return "; the key of that name is " + key.id();
        }
      }
      return Suggestions.nearest(id, keys.keySet())
          .map(nearest -> "; did you mean " + nearest + "?")
          .orElse("; 'tocsin key list' shows all");
    }
  }
}
