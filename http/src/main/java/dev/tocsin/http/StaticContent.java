package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// What is served as it is, and compressed to those who take that: a file, or a page that was made once.
///
/// Each of the two is one [Response], made once. Its entity tag is made of what is in it, so that a browser that has
/// it is told so (304), also by another server of the same version. Any thread.
public final class StaticContent {

  /// What a browser is to make of a file, by the end of its name.
  private static final Map<String, String> CONTENT_TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("ts", "text/typescript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("license", "text/plain; charset=utf-8"));

  private static final String GZIP = "gzip";

  /// Bytes of the hash that are told.
  private static final int TAG_BYTES = 12;

  private final Variant plain;

  /// Written once, by whoever compresses it; `null` until then, and where compressing gains nothing.
  private volatile @Nullable Variant compressed;

  /// One form of it.
  ///
  /// @param unchanged the answer to somebody who has it
  private record Variant(String tag, Response whole, Response unchanged) {

    static Variant of(String tag, String contentType, byte[] body, Map<String, String> headers) {
      Response whole =
          with(new Response(HttpResponseStatus.OK, contentType, body, headers), '"' + tag + '"');
      return new Variant(
          tag, whole, with(Response.empty(HttpResponseStatus.NOT_MODIFIED), '"' + tag + '"'));
    }

    private static Response with(Response response, String tag) {
      return response
          .with(HttpHeaderNames.ETAG.toString(), tag)
          .with(HttpHeaderNames.VARY.toString(), HttpHeaderNames.ACCEPT_ENCODING.toString());
    }

    boolean isKnownTo(HttpHeaders asked) {
      return asked.getAll(HttpHeaderNames.IF_NONE_MATCH).stream()
          .flatMap(list -> List.of(list.split(",", -1)).stream())
          .map(String::strip)
          .map(known -> known.startsWith("W/") ? known.substring(2) : known)
          .anyMatch(known -> known.equals("*") || known.equals('"' + tag + '"'));
    }
  }

  /// A page.
  ///
  /// @param bytes not to be changed
  public StaticContent(String contentType, byte[] bytes) {
    this.plain = Variant.of(tag(bytes), contentType, bytes, Map.of());
  }

  /// What a browser is to make of a file.
  ///
  /// @param name it may be a path
  /// @throws IllegalArgumentException when it is of a kind that is not known
  static String contentType(String name) {
    String ending =
        name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1)
            .toLowerCase(Locale.ROOT);
    String contentType = CONTENT_TYPES.get(ending);
    if (contentType == null) {
      throw new IllegalArgumentException("what " + name + " is cannot be told by its name");
    }
    return contentType;
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(java.util.Arrays.copyOf(hash, TAG_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// Compresses it. From then on those who take that get it so.
  void compress() {
    Response whole = plain.whole();
    byte[] smaller = gzip(whole.body());
    if (whole.contentType() != null && smaller.length < whole.body().length) {
      compressed =
          Variant.of(
              plain.tag() + '-' + GZIP,
              whole.contentType(),
              smaller,
              Map.of(HttpHeaderNames.CONTENT_ENCODING.toString(), GZIP));
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return out.toByteArray();
  }

  /// Answers a request for it.
  public Exchange answer(Request request) {
    HttpHeaders asked = request.head().headers();
    Variant smaller = compressed;
    Variant variant = smaller != null && takesGzip(asked) ? smaller : plain;
    return request.answer(variant.isKnownTo(asked) ? variant.unchanged() : variant.whole());
  }

  private static boolean takesGzip(HttpHeaders asked) {
    return Weights.of(asked.getAll(HttpHeaderNames.ACCEPT_ENCODING)).isWanted(GZIP);
  }
}
