package dev.tocsin.describe;

import dev.tocsin.events.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.node.ObjectNode;

/// A document as far as it is the same for every catalog: a resource beside this class.
final class Template {

  private Template() {}

  /// The document, the caller's own.
  static ObjectNode read(String resource) {
    try (InputStream stream = Template.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("there is no " + resource);
      }
      if (Json.read(stream.readAllBytes()) instanceof Json.Value(ObjectNode document)) {
        return document;
      }
      throw new IllegalStateException(resource + " is no JSON object");
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }
}
