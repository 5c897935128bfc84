package dev.tocsin.events;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.DialectId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The meta-schema of JSON Schema 2020-12, which says what a sound schema is. It comes with the
/// validator; nothing is fetched.
final class MetaSchema {

  /// How many faults of one document are told.
  private static final int MAX_FAULTS = 10;

  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(SchemaLocation.of(DialectId.DRAFT_2020_12));

  private MetaSchema() {}

  /// What makes the document no sound schema, in the words of a person; empty when it is one.
  static List<String> faults(ObjectNode document) {
    List<String> faults = new ArrayList<>();
    for (Error error : SCHEMA.validate(JsonNumbers.valued(document, MetaSchema::node))) {
      if (faults.size() < MAX_FAULTS) {
        PayloadError fault = SchemaFaults.payloadError(error);
        faults.add((fault.path().isEmpty() ? "" : fault.path() + ": ") + fault.message());
      }
    }
    return faults.stream().distinct().toList();
  }

  /// The validator wants integers as such.
  private static JsonNode node(BigDecimal number) {
    return number.scale() <= 0
        ? JsonNodeFactory.instance.numberNode(number.toBigIntegerExact())
        : JsonNodeFactory.instance.numberNode(number);
  }
}
