package dev.tocsin.events;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What came of validating a payload.
public sealed interface PayloadValidation {

  /// The payload fits its schema.
  ///
  /// @param json the payload as it would be delivered: enums in lower case, all else as it was
  /// @param schema the schema that it fits
  record Valid(String json, PayloadSchema schema) implements PayloadValidation {

    /// The typed record; empty for a type that was made from a JSON Schema document.
    ///
    /// @throws ArithmeticException when a number does not fit into its `long` or `double`
    public Optional<Record> record() {
      return schema instanceof RecordSchema records
          ? Optional.of(records.shape().read(tree()))
          : Optional.empty();
    }

    /// The payload as a tree, made anew for the caller.
    public JsonNode tree() {
      return Json.tree(json.getBytes(StandardCharsets.UTF_8));
    }
  }

  /// The payload was refused.
  ///
  /// @param rejection why; its `errors` name every fault
  record Invalid(Rejection rejection) implements PayloadValidation {

    /// Every fault at once.
    public List<PayloadError> errors() {
      return rejection.errors();
    }
  }
}
