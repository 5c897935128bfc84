package dev.tocsin.http;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What stands between `-----BEGIN …-----` and `-----END …-----` (RFC 7468).
///
/// @param label what it is, for instance `CERTIFICATE`
/// @param text the base64, with the headers that older programs put before it
record PemPart(String label, String text) {

  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");

  /// All parts of a file; text between them is passed over.
  ///
  /// @throws IllegalArgumentException with what is wrong, when a part does not end
  static List<PemPart> all(String file) {
    List<PemPart> parts = new ArrayList<>();
    Matcher begin = BEGIN.matcher(file);
    int from = 0;
    while (begin.find(from)) {
      String end = "-----END " + begin.group(1) + "-----";
      int to = file.indexOf(end, begin.end());
      if (to < 0) {
        throw new IllegalArgumentException("it has no " + end);
      }
      parts.add(new PemPart(begin.group(1), file.substring(begin.end(), to)));
      from = to + end.length();
    }
    return parts;
  }

  /// Whether it cannot be read without a password.
  boolean isEncrypted() {
    return label.startsWith("ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED");
  }

  /// The bytes that the text stands for.
  ///
  /// @throws IllegalArgumentException with what is wrong, when it is no base64
  byte[] der() {
    try {
      return Base64.getMimeDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("what stands under BEGIN " + label + " is no base64", e);
    }
  }
}
