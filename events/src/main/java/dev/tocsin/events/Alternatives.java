package dev.tocsin.events;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Leaves out what is beside the point among a validator's errors.
///
/// Where the alternatives of an `anyOf` or `oneOf` were tried in vain, the validator tells what is
/// wrong with each of them. That suffices: that none of them fitted, or that a wrong value was not
/// `null` either, helps nobody.
final class Alternatives {

  private final Set<Tried> explained = new HashSet<>();

  /// An `anyOf` or `oneOf` at a place of the payload.
  private record Tried(NodePath keyword, NodePath place) {}

  Alternatives(List<Error> errors) {
    if (errors.stream().anyMatch(Alternatives::mayBeBesideThePoint)) {
      errors.stream().filter(error -> !mayBeBesideThePoint(error)).forEach(this::explain);
    }
  }

  private void explain(Error error) {
    for (NodePath at = error.getEvaluationPath(); at != null; at = at.getParent()) {
      if (isKeyword(at)) {
        for (NodePath place = error.getInstanceLocation(); place != null; ) {
          explained.add(new Tried(at, place));
          place = place.getParent();
        }
      }
    }
  }

  /// Whether other errors say it better.
  boolean isBesideThePoint(Error error) {
    return mayBeBesideThePoint(error)
        && explained.contains(new Tried(keyword(error), error.getInstanceLocation()));
  }

  private static boolean mayBeBesideThePoint(Error error) {
    return isNoneFitted(error) || isNullExpected(error);
  }

  private static boolean isNoneFitted(Error error) {
    return "oneOf".equals(error.getMessageKey());
  }

  private static boolean isNullExpected(Error error) {
    return error.getKeyword().equals("type")
        && error.getSchemaNode().isString()
        && error.getSchemaNode().stringValue().equals("null")
        && isKeyword(keyword(error));
  }

  /// The `anyOf` or `oneOf` that the error comes from: its own path, or that above
  /// `anyOf/1/type`.
  private static NodePath keyword(Error error) {
    NodePath path = error.getEvaluationPath();
    if (isNoneFitted(error) || path.getNameCount() < 3) {
      return path;
    }
    return path.getParent().getParent();
  }

  private static boolean isKeyword(NodePath path) {
    Object last = path.getElement(-1);
    return "anyOf".equals(last) || "oneOf".equals(last);
  }
}
