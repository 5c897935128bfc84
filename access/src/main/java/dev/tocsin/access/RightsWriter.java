package dev.tocsin.access;

import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Rights;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/// Writes grants as [RightsReader] reads them.
final class RightsWriter {

  private RightsWriter() {}

  static ObjectNode json(Rights rights) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json.putArray("subscribe"), rights.subscribe());
    put(json.putArray("publish"), rights.publish());
    ArrayNode manage = json.putArray("manage");
    rights.manage().stream().sorted().forEach(manage::add);
    return json;
  }

  /// @param grants `null` for everything, which is what the pattern `*` grants
  private static void put(ArrayNode list, @Nullable Grants grants) {
    List<Grants.Grant> all =
        grants == null
            ? List.of(new Grants.Grant(List.of(EventPattern.of("*")), null))
            : grants.grants();
    for (Grants.Grant grant : all) {
      ObjectNode entry = list.addObject();
      ArrayNode events = entry.putArray("events");
      grant.patterns().forEach(pattern -> events.add(pattern.text()));
      if (grant.where() != null) {
        entry.putRawValue("where", new RawValue(grant.where().json()));
      }
    }
  }
}
