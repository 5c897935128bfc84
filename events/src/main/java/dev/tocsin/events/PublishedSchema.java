package dev.tocsin.events;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// A bundle as one document for people and programs: as it was written, but referring to nothing
/// outside itself.
final class PublishedSchema {

  private final SchemaBundle bundle;
  private final Map<SchemaDocument, String> places = new LinkedHashMap<>();

  private PublishedSchema(SchemaBundle bundle) {
    this.bundle = bundle;
    Set<String> taken = new HashSet<>();
    if (bundle.root().root().get("$defs") instanceof ObjectNode definitions) {
      taken.addAll(definitions.propertyNames());
    }
    for (SchemaDocument document : bundle.documents()) {
      places.put(document, document == bundle.root() ? "" : "/$defs/" + name(document, taken));
    }
  }

  private static String name(SchemaDocument document, Set<String> taken) {
    String name = document.file().replaceAll("[^A-Za-z0-9._-]", "_");
    while (!taken.add(name)) {
      name += '_';
    }
    return name;
  }

  /// The root document with the others in its `$defs`.
  static ObjectNode of(SchemaBundle bundle) {
    PublishedSchema published = new PublishedSchema(bundle);
    ObjectNode root = published.rewritten(bundle.root());
    published.places.forEach((document, place) -> {
      if (document != bundle.root()) {
        ObjectNode definition = published.rewritten(document);
        definition.remove("$schema");
        root.withObject("/$defs").set(place.substring("/$defs/".length()), definition);
      }
    });
    return root;
  }

  private ObjectNode rewritten(SchemaDocument document) {
    ObjectNode copy = document.root().deepCopy();
    copy.remove("$id");
    for (String pointer : document.pointers()) {
      if (copy.at(pointer) instanceof ObjectNode schema) {
        schema.remove("$anchor");
      }
    }
    for (SchemaDocument.Reference reference : document.references()) {
      if (copy.at(reference.holder()) instanceof ObjectNode holder) {
        SchemaBundle.Target target = bundle.target(document, reference.text());
        String pointer = places.get(target.document()) + target.pointer();
        holder.put("$ref", SchemaReference.toFragment(pointer));
      }
    }
    return copy;
  }
}
