package dev.tocsin.events;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A schema document together with the documents that it refers to.
final class SchemaBundle {

  private final SchemaDocument root;
  private final SchemaFiles files;

  /// The documents by their files, the root first, each with what its references point to.
  private final Map<SchemaDocument, Map<String, Target>> documents = new LinkedHashMap<>();

  private final Set<String> faults = new LinkedHashSet<>();

  /// A schema somewhere in the folder.
  record Target(SchemaDocument document, String pointer) {

    /// The schema itself: an object, or `true` or `false`.
    JsonNode schema() {
      JsonNode schema = document.schemaAt(pointer);
      if (schema == null) {
        throw new IllegalStateException("no schema at " + this);
      }
      return schema;
    }

    Target inside(Iterable<Object> steps) {
      String inner = pointer;
      for (Object step : steps) {
        inner = PayloadCheck.pointer(inner, step);
      }
      return new Target(document, inner);
    }

    @Override
    public String toString() {
      return document.file() + '#' + pointer;
    }
  }

  private SchemaBundle(SchemaDocument root, SchemaFiles files) {
    this.root = root;
    this.files = files;
  }

  /// Follows the references of a document without faults; what is wrong with them is in [#faults].
  static SchemaBundle of(SchemaDocument root, SchemaFiles files) {
    SchemaBundle bundle = new SchemaBundle(root, files);
    bundle.follow(root);
    if (bundle.faults.isEmpty()) {
      bundle.findRings();
    }
    return bundle;
  }

  SchemaDocument root() {
    return root;
  }

  /// The documents by their files, the root first.
  Set<SchemaDocument> documents() {
    return documents.keySet();
  }

  /// What makes the bundle unfit for use; empty when nothing does.
  Set<String> faults() {
    return faults;
  }

  /// What a `$ref` of a document points to.
  Target target(SchemaDocument document, String reference) {
    Map<String, Target> targets = documents.get(document);
    Target target = targets == null ? null : targets.get(reference);
    if (target == null) {
      throw new IllegalStateException("not followed: " + reference);
    }
    return target;
  }

  private void follow(SchemaDocument document) {
    Map<String, Target> targets = new HashMap<>();
    documents.put(document, targets);
    for (SchemaDocument.Reference reference : document.references()) {
      Target target = resolve(document, reference.text());
      if (target != null) {
        targets.put(reference.text(), target);
        if (!documents.containsKey(target.document)) {
          follow(target.document);
        }
      }
    }
  }

  private @Nullable Target resolve(SchemaDocument from, String reference) {
    SchemaReference parts = SchemaReference.parse(reference);
    if (parts == null) {
      return unresolved(from, reference, "is no relative path to a file of this folder");
    }
    SchemaDocument document = from;
    if (!parts.path().isEmpty()) {
      SchemaFiles.Lookup lookup = files.lookUp(from.file(), parts.path());
      if (lookup.document() == null) {
        return unresolved(from, reference, lookup.fault());
      }
      document = lookup.document();
    }
    if (!document.faults().isEmpty()) {
      return unresolved(from, reference, "points into a file that is refused itself");
    }
    String pointer = document.pointerOf(parts.fragment()).orElse(null);
    return pointer == null
        ? unresolved(from, reference, "points to no schema")
        : new Target(document, pointer);
  }

  private @Nullable Target unresolved(SchemaDocument from, String reference, String fault) {
    String place = from == root ? "" : "in " + from.file() + ": ";
    faults.add(place + "$ref " + PayloadCheck.quoted(reference) + ' ' + fault);
    return null;
  }

  // Rings: schemas that apply to one and the same place of the payload without end.

  private void findRings() {
    Set<Target> finished = new HashSet<>();
    for (SchemaDocument document : documents.keySet()) {
      for (String pointer : document.pointers()) {
        findRing(new Target(document, pointer), new HashSet<>(), finished);
      }
    }
  }

  private void findRing(Target target, Set<Target> open, Set<Target> finished) {
    if (finished.contains(target)) {
      return;
    }
    if (!open.add(target)) {
      faults.add("the schema at " + target + " refers to itself without end");
      return;
    }
    if (target.schema() instanceof ObjectNode schema) {
      JsonNode reference = schema.get("$ref");
      if (reference != null) {
        findRing(target(target.document, reference.stringValue()), open, finished);
      }
      SchemaWalk.inside(
          schema,
          (relation, inner, steps) -> {
            if (relation == SchemaWalk.Relation.SAME_PLACE) {
              findRing(target.inside(steps), open, finished);
            }
          });
    }
    open.remove(target);
    finished.add(target);
  }
}
