package dev.tocsin.access;

import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Suggestions;
import dev.tocsin.hub.Rights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The file of roles: `{"roles":{"viewer":{"subscribe":[…]}},"members":{"name":["viewer"]}}`. A role holds grants, as
/// [RightsReader] reads them, and no other roles: so there is no order in it, and nothing that could turn in a circle.
public final class RolesFile {

  /// How many roles a file may have.
  static final int MAX_ROLES = 1_000;

  /// How many members a file may have.
  static final int MAX_MEMBERS = 10_000;

  private static final int MAX_BYTES = 4 << 20;
  private static final Set<String> PARTS = Set.of("roles", "members");
  private static final Set<String> INCLUDING = Set.of("roles", "includes", "extends", "inherits");

  private RolesFile() {}

  /// Reads a file.
  ///
  /// @throws BrokenFileException when it is not there, or what it says is not understood
  /// @throws IOException when it cannot be read
  public static Roles read(Path path) throws IOException, BrokenFileException {
    return read(FollowedFile.bytes(path, MAX_BYTES), path.toString());
  }

  /// Reads the content of a file.
  ///
  /// @param source what to call the file in the message
  /// @throws BrokenFileException when what it says is not understood: all that is wrong, see [Faults]
  static Roles read(byte[] content, String source) throws BrokenFileException {
    Faults faults = new Faults();
    Roles roles =
        switch (Json.readDiscreetly(content)) {
          case Json.Value(JsonNode json) -> new Reading(faults).roles(json);
          case Rejection rejection -> {
            faults.add(rejection.message());
            yield Roles.NONE;
          }
        };
    if (faults.isEmpty()) {
      return roles;
    }
    throw new BrokenFileException(source + ": " + String.join("; ", faults.told()));
  }

  /// One reading of a file, which collects what is wrong.
  private record Reading(Faults faults) {

    Roles roles(JsonNode json) {
      if (!json.isObject()) {
        faults.add("must be an object with roles, and with members if they are known by name");
        return Roles.NONE;
      }
      for (String part : json.propertyNames()) {
        if (!PARTS.contains(part)) {
          faults.add("there is no member " + Names.quoted(part) + suggestion(part, PARTS));
        }
      }
      Map<String, Rights> rights = rights(json.path("roles"));
      // A role with a fault is a role all the same: only what is wrong is told.
      Set<String> names = rights.keySet();
      return new Roles(rights, members(json.path("members"), names));
    }

    private Map<String, Rights> rights(JsonNode json) {
      Map<String, Rights> rights = new HashMap<>();
      if (!json.isObject()) {
        faults.add("roles must be an object with the grants of each role");
      } else if (json.size() > MAX_ROLES) {
        faults.add("there may be " + MAX_ROLES + " roles at most");
      } else {
        json.forEachEntry((name, grants) -> {
          if (!Names.isRole(name)) {
            faults.add(
                "roles: "
                    + Names.quoted(name)
                    + " cannot be the name of a role: 1 to "
                    + Names.MAX_ROLE_LENGTH
                    + " characters without spaces and commas");
          }
          rights.put(name, role(grants, "roles." + Names.quoted(name)));
        });
      }
      return rights;
    }

    private Rights role(JsonNode json, String place) {
      JsonNode grants = json;
      if (json.isObject()) {
        ObjectNode own = JsonNodeFactory.instance.objectNode();
        json.forEachEntry((name, value) -> {
          if (INCLUDING.contains(name)) {
            faults.add(
                place + " cannot include other roles; name all of somebody's roles in members");
          } else {
            own.set(name, value);
          }
        });
        grants = own;
      }
      return switch (RightsReader.read(grants, place)) {
        case RightsReader.Reading.Read(Rights read) -> read;
        case RightsReader.Reading.Refused(List<String> wrong) -> {
          wrong.forEach(faults::add);
          yield Roles.NOTHING;
        }
      };
    }

    private Map<String, List<String>> members(JsonNode json, Set<String> roles) {
      Map<String, List<String>> members = new HashMap<>();
      if (json.isMissingNode()) {
        return members;
      }
      if (!json.isObject()) {
        faults.add("members must be an object with the roles of each name");
        return members;
      }
      if (json.size() > MAX_MEMBERS) {
        faults.add("there may be " + MAX_MEMBERS + " members at most");
        return members;
      }
      Suggestions known = Suggestions.of(roles);
      Suggestions.Budget budget = new Suggestions.Budget();
      json.forEachEntry((name, list) -> {
        String place = "members." + Names.quoted(name);
        if (!Names.isName(name)) {
          faults.add(place + " cannot be a name: 1 to " + Names.MAX_LENGTH + " characters");
        }
        members.put(name, List.copyOf(rolesOf(list, place, roles, known, budget)));
      });
      return members;
    }

    private List<String> rolesOf(
        JsonNode json,
        String place,
        Set<String> roles,
        Suggestions known,
        Suggestions.Budget budget) {
      List<String> names = new ArrayList<>();
      if (!json.isArray() || json.size() > Names.MAX_ROLES) {
        faults.add(place + " must be an array of " + Names.MAX_ROLES + " roles at most");
        return names;
      }
      for (JsonNode one : json) {
        String role = one.isString() ? one.stringValue() : "";
        if (!one.isString()) {
          faults.add(place + " must name roles, each as a text");
        } else if (!roles.contains(role)) {
          String meant =
              budget.take()
                  ? known
                      .nearest(role)
                      .map(r -> "; did you mean " + Names.quoted(r) + "?")
                      .orElse("")
                  : "";
          faults.add(place + ": there is no role " + Names.quoted(role) + meant);
        }
        names.add(role);
      }
      return names;
    }

    private static String suggestion(String word, Set<String> known) {
      return Suggestions.nearest(word, known)
          .map(nearest -> "; did you mean " + Names.quoted(nearest) + "?")
          .orElse("");
    }
  }
}
