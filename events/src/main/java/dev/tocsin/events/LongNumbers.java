package dev.tocsin.events;

/// Finds numbers that nobody means. Reading one of a million digits takes minutes, so JSON from outside is looked through
/// before it is read.
public final class LongNumbers {

  /// The longest number that is read, in characters.
  public static final int MAX_LENGTH = 1_000;

  private LongNumbers() {}

  /// Whether there is a longer one outside the texts of a JSON, or of what may be none.
  public static boolean areIn(byte[] json) {
    boolean inText = false;
    int length = 0;
    for (int i = 0; i < json.length; i++) {
      byte b = json[i];
      if (inText) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          inText = false;
        }
      } else if (b == '"') {
        inText = true;
        length = 0;
      } else if ((b >= '0' && b <= '9') || b == '.' || b == '-' || b == '+' || (b | 0x20) == 'e') {
        if (++length > MAX_LENGTH) {
          return true;
        }
      } else {
        length = 0;
      }
    }
    return false;
  }
}
