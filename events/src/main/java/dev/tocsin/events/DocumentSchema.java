package dev.tocsin.events;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.ValidationLimitExceededException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The schema that a JSON Schema document describes, see [CatalogFolder].
///
/// A JSON Schema takes an enum's values as they are written. So that they are accepted in any
/// letter case here as well, a payload that is refused for texts whose lower-case form would have
/// been taken is checked again with these texts in lower case, as often as that brings up new ones.
final class DocumentSchema extends PayloadSchema {

  /// How often a payload is checked at most.
  private static final int MAX_CHECKS = 8;

  /// How many times one check may apply a schema to a place of the payload. A schema that refers to
  /// itself from several alternatives would do so two to the power of the payload's depth times.
  private static final int MAX_STEPS = 500_000;

  private final String name;
  private final ObjectNode document;
  private final Schema schema;
  private final List<String> requiredFields;

  private DocumentSchema(String name, ObjectNode document, Schema schema) {
    this.name = name;
    this.document = document;
    this.schema = schema;
    this.requiredFields =
        StreamSupport.stream(document.path("required").spliterator(), false)
            .map(JsonNode::stringValue)
            .toList();
  }

  /// The schema of a bundle without faults.
  static DocumentSchema of(String name, SchemaBundle bundle) {
    return new DocumentSchema(name, PublishedSchema.of(bundle), CompiledSchema.of(bundle));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> requiredFields() {
    return requiredFields;
  }

  @Override
  public Optional<String> keyField() {
    return document.optional(RecordSchema.KEY).flatMap(JsonNode::stringValueOpt);
  }

  /// What is wrong with the key that the document names, in words; `null` when nothing is.
  @Nullable String keyFault() {
    JsonNode key = document.get(RecordSchema.KEY);
    if (key == null) {
      return null;
    }
    if (!key.isString()) {
      return RecordSchema.KEY + " must be a string: the name of a property";
    }
    String name = key.stringValue();
    PayloadField field = fields().get(name);
    if (field != null && field.isKey()) {
      return null;
    }
    String named = RecordSchema.KEY + " names " + PayloadCheck.quoted(name);
    Set<String> properties = ComparableFields.properties(document);
    return properties.contains(name)
        ? named + ", which has to be a string or an integer"
        : named
            + ", which is no property of the schema"
            + Suggestions.nearest(name, properties)
                .map(nearest -> "; did you mean " + PayloadCheck.quoted(nearest) + "?")
                .orElse("");
  }

  @Override
  public ObjectNode jsonSchema(String type, String description) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("$schema", RecordSchema.DIALECT);
    result.put("$id", RecordSchema.id(type));
    result.put("title", name);
    result.put("description", description);
    document.forEachEntry((keyword, value) -> {
      if (!result.has(keyword)) {
        result.set(keyword, value.deepCopy());
      }
    });
    return result;
  }

  /// Never known beforehand: only the validator knows what the document says.
  @Override
  boolean accepts(PlainJson json) {
    return false;
  }

  @Override
  PayloadCheck check(byte[] json, int offset, int length) {
    PayloadTree tree = PayloadTree.of(json, offset, length);
    PayloadCheck check = new PayloadCheck();
    try {
      List<Error> errors = errors(tree);
      for (int checks = 1; checks < MAX_CHECKS && lowerCased(errors, tree, check); checks++) {
        errors = errors(tree);
      }
      tell(errors, check);
    } catch (ValidationLimitExceededException e) {
      check.fault("too_complex", "takes too many steps to be checked against its schema");
    }
    return check;
  }

  private List<Error> errors(PayloadTree tree) {
    Errors errors = new Errors();
    try {
      return schema.validate(
          tree.root(),
          execution -> {
            execution.setErrors(errors);
            execution.executionConfig(config -> config.maxEvaluationSteps(MAX_STEPS));
          });
    } catch (EnoughException e) {
      return errors;
    }
  }

  /// There are as many errors as will be told: the validator need not look further.
  private static final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnoughException() {
      super("enough", null, false, false);
    }
  }

  /// The validator's errors as it finds them, until there are enough that lower case does not mend.
  private static final class Errors extends ArrayList<Error> {
    private static final long serialVersionUID = 1L;

    private int wrong;

    @Override
    public boolean add(Error error) {
      super.add(error);
      if (lowerCaseForm(error) == null && ++wrong == Rejection.MAX_ERRORS) {
        throw new EnoughException();
      }
      return true;
    }

    @Override
    public boolean addAll(Collection<? extends Error> errors) {
      errors.forEach(this::add);
      return !errors.isEmpty();
    }
  }

  /// Puts the texts that were refused for their letter case into lower case; whether there are any.
  private static boolean lowerCased(List<Error> errors, PayloadTree tree, PayloadCheck check) {
    boolean any = false;
    for (Error error : errors) {
      String text = lowerCaseForm(error);
      if (text != null && tree.isText(error.getInstanceNode())) {
        PayloadTree.Text place = tree.replace(error.getInstanceNode(), text);
        check.replace(place.start(), place.end(), text);
        any = true;
      }
    }
    return any;
  }

  private static @Nullable String lowerCaseForm(Error error) {
    if (!error.getKeyword().equals("enum") || !error.getInstanceNode().isString()) {
      return null;
    }
    String text = error.getInstanceNode().stringValue();
    String lowerCased = text.toLowerCase(Locale.ROOT);
    if (lowerCased.equals(text)) {
      return null;
    }
    for (JsonNode value : error.getSchemaNode()) {
      if (value.isString() && value.stringValue().equals(lowerCased)) {
        return lowerCased;
      }
    }
    return null;
  }

  private static void tell(List<Error> errors, PayloadCheck check) {
    Alternatives alternatives = new Alternatives(errors);
    List<Error> told = new ArrayList<>(errors);
    told.removeIf(alternatives::isBesideThePoint);
    Error last = null;
    for (Error error : told) {
      if (last == null || !isSameDoublet(last, error)) {
        check.fault(error);
      }
      last = error;
    }
  }

  /// `uniqueItems` is told once for each item too many.
  private static boolean isSameDoublet(Error last, Error error) {
    return error.getKeyword().equals("uniqueItems")
        && last.getKeyword().equals("uniqueItems")
        && last.getInstanceLocation().equals(error.getInstanceLocation());
  }
}
