package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Cuts the text of one JSON array into the texts of its items. It looks no further than it has to: whether an item is
/// JSON is found out by whoever reads it.
final class ArraySplitter implements Splitter {

  private enum Place {
    BEFORE,
    /// At the first item, or the end.
    FIRST,
    /// After a comma.
    NEXT,
    ITEM,
    /// After an item.
    BETWEEN,
    AFTER
  }

  private final int maxBytes;
  private final ByteArrayOutputStream item = new ByteArrayOutputStream();
  private Place place = Place.BEFORE;
  private long number = 1;
  private int depth;
  private boolean inText;
  private boolean escaped;
  private boolean overlong;
  private @Nullable Rejection fault;

  ArraySplitter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public void split(ByteBuf piece, Consumer consumer, BooleanSupplier goesOn) {
    boolean mayBegin = goesOn.getAsBoolean();
    while (piece.isReadable() && mayBegin) {
      if (fault != null) {
        piece.skipBytes(piece.readableBytes());
        return;
      }
      long before = number;
      take(piece.readByte(), consumer);
      mayBegin = number == before || goesOn.getAsBoolean();
    }
  }

  private void take(byte b, Consumer consumer) {
    if (place == Place.ITEM) {
      inside(b, consumer);
    } else if (!isSpace(b)) {
      switch (place) {
        case BEFORE -> place = b == '[' ? Place.FIRST : wrong("it has to be a JSON array");
        case FIRST, NEXT -> {
          if (b == ']' && place == Place.FIRST) {
            place = Place.AFTER;
          } else if (b == ']' || b == ',' || b == '}') {
            place = wrong("an event is missing before '" + (char) b + "'");
          } else {
            place = Place.ITEM;
            inside(b, consumer);
          }
        }
        case BETWEEN ->
            place = b == ',' ? Place.NEXT : b == ']' ? Place.AFTER : wrong("',' or ']' is missing");
        case AFTER -> place = wrong("there is more after the end of the array");
        case ITEM -> {}
      }
    }
  }

  private void inside(byte b, Consumer consumer) {
    if (inText) {
      inText = b != '"' || escaped;
      escaped = b == '\\' && !escaped;
    } else {
      switch (b) {
        case '"' -> inText = true;
        case '{', '[' -> depth++;
        case '}', ']', ',' -> {
          if (depth == 0) {
            finish(consumer);
            take(b, consumer);
            return;
          }
          depth -= b == ',' ? 0 : 1;
        }
        default -> {}
      }
    }
    if (item.size() < maxBytes) {
      item.write(b);
    } else if (!isSpace(b) || depth > 0 || inText) {
      overlong = true;
    }
  }

  private void finish(Consumer consumer) {
    byte[] text = overlong ? null : item.toByteArray();
    item.reset();
    overlong = false;
    place = Place.BETWEEN;
    consumer.text(number++, text);
  }

  private Place wrong(String sentence) {
    fault =
        new Rejection(
            ErrorCode.INVALID_JSON,
            "Not valid JSON: " + sentence + (number == 1 ? "" : ", after event " + (number - 1)));
    return Place.AFTER;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }

  @Override
  public int heldBytes() {
    return item.size();
  }

  @Override
  public void end(Consumer consumer) {
    if (fault == null && place != Place.AFTER) {
      item.reset();
      wrong("the array does not end");
    }
  }

  @Override
  public @Nullable Rejection fault() {
    return fault;
  }
}
