package dev.tocsin.events;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A bundle as the validator gets it: only the keywords by which JSON Schema 2020-12 refuses a
/// payload, numbers as [PayloadTree] has them, and each schema that is referred to under a plain
/// name (`d0`, `d1`, …) in `$defs`. So the validator never has to load anything, and nothing that
/// it knows beyond the standard takes effect.
final class CompiledSchema {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// Keywords whose numbers are compared with those of a payload.
  private static final Set<String> COMPARED =
      Set.of(
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "enum",
          "const");

  private static final BigDecimal MAX_COUNT = BigDecimal.valueOf(Integer.MAX_VALUE);

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDialect(
          Dialect.builder(Dialects.getDraft202012()).formats(BoundedFormat.all()).build(),
          registry ->
              registry
                  .schemaCacheEnabled(false)
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder()
                          .formatAssertionsEnabled(true)
                          .locale(Locale.ROOT)
                          .regularExpressionFactory(LinearPattern::compile)
                          .build()));

  private final SchemaBundle bundle;
  private final Map<SchemaBundle.Target, String> names = new HashMap<>();
  private final ObjectNode definitions = NODES.objectNode();

  private CompiledSchema(SchemaBundle bundle) {
    this.bundle = bundle;
  }

  /// Compiles a bundle without faults.
  static Schema of(SchemaBundle bundle) {
    CompiledSchema compiled = new CompiledSchema(bundle);
    ObjectNode root = NODES.objectNode();
    root.setAll((ObjectNode) compiled.schema(new SchemaBundle.Target(bundle.root(), "")));
    root.set("$defs", compiled.definitions);
    return REGISTRY.getSchema(root);
  }

  private JsonNode schema(SchemaBundle.Target target) {
    if (!(target.schema() instanceof ObjectNode schema)) {
      return target.schema();
    }
    ObjectNode compiled = NODES.objectNode();
    schema.forEachEntry((keyword, value) -> {
      if (keyword.equals("$ref")) {
        compiled.put(keyword, reference(bundle.target(target.document(), value.stringValue())));
      } else if (SchemaWalk.isAssertion(keyword)) {
        compiled.set(
            keyword,
            COMPARED.contains(keyword)
                ? JsonNumbers.valued(value, NODES::numberNode)
                : counted(value));
      }
    });
    SchemaWalk.inside(
        schema,
        (relation, inner, steps) -> {
          if (relation != SchemaWalk.Relation.SHELF) {
            put(compiled, steps, schema(target.inside(steps)));
          }
        });
    return compiled;
  }

  private String reference(SchemaBundle.Target target) {
    String name = names.get(target);
    if (name == null) {
      name = "d" + names.size();
      names.put(target, name);
      definitions.set(name, schema(target));
    }
    return "#/$defs/" + name;
  }

  private static void put(ObjectNode schema, List<Object> steps, JsonNode inner) {
    String keyword = (String) steps.getFirst();
    if (steps.size() == 1) {
      schema.set(keyword, inner);
    } else if (steps.getLast() instanceof String name) {
      ObjectNode map =
          schema.get(keyword) instanceof ObjectNode there ? there : schema.putObject(keyword);
      map.set(name, inner);
    } else {
      ArrayNode list =
          schema.get(keyword) instanceof ArrayNode there ? there : schema.putArray(keyword);
      list.add(inner);
    }
  }

  /// A count may be written as `3.0`, or be greater than any payload has room for.
  private static JsonNode counted(JsonNode value) {
    return value.isNumber()
        ? NODES.numberNode(value.decimalValue().min(MAX_COUNT).intValueExact())
        : value;
  }
}
