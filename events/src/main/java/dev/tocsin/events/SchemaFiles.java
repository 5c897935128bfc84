package dev.tocsin.events;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The files of one folder, each read at most once, and nothing outside it: not by `..`, not by a
/// symbolic link.
final class SchemaFiles {

  private final Path folder;
  private final Map<String, SchemaDocument> documents = new HashMap<>();

  /// @param fault why there is no document, `""` when there is one
  record Lookup(@Nullable SchemaDocument document, String fault) {}

  /// @param folder the folder's real path
  SchemaFiles(Path folder) {
    this.folder = folder;
  }

  /// The document in a file of the folder; its faults say when it could not be read.
  SchemaDocument read(String file) {
    return documents.computeIfAbsent(file, this::readNew);
  }

  /// The file that a path means, as seen from another file of the folder.
  Lookup lookUp(String from, String path) {
    Path file;
    try {
      file = Path.of(from).resolveSibling(path).normalize();
    } catch (InvalidPathException e) {
      return new Lookup(null, "is no path");
    }
    if (file.isAbsolute() || file.startsWith("..")) {
      return new Lookup(null, "leaves the folder");
    }
    if (!Files.isRegularFile(folder.resolve(file))) {
      return new Lookup(null, "points to no file");
    }
    if (documents.size() >= CatalogFolder.MAX_FILES) {
      return new Lookup(null, "is to one file too many: " + CatalogFolder.MAX_FILES + " are read");
    }
    return new Lookup(read(withSlashes(file)), "");
  }

  private static String withSlashes(Path file) {
    return StreamSupport.stream(file.spliterator(), false)
        .map(Path::toString)
        .collect(Collectors.joining("/"));
  }

  private SchemaDocument readNew(String file) {
    byte[] json;
    try {
      Path real = folder.resolve(file).toRealPath();
      if (!real.startsWith(folder)) {
        return SchemaDocument.unreadable(file, "is a link that leaves the folder");
      }
      if (!Files.isRegularFile(real)) {
        return SchemaDocument.unreadable(file, "is no regular file");
      }
      json = firstBytes(real);
    } catch (IOException e) {
      return SchemaDocument.unreadable(file, "cannot be read: " + e);
    }
    if (json.length > CatalogFolder.MAX_FILE_BYTES) {
      return SchemaDocument.unreadable(
          file, "is larger than " + CatalogFolder.MAX_FILE_BYTES + " bytes");
    }
    Rejection fault = StrictJson.fault(json);
    if (fault != null) {
      return SchemaDocument.unreadable(file, fault.message());
    }
    return Json.tree(json) instanceof ObjectNode root
        ? SchemaDocument.of(file, root)
        : SchemaDocument.unreadable(file, "is no JSON object");
  }

  private static byte[] firstBytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(CatalogFolder.MAX_FILE_BYTES + 1);
    }
  }
}
