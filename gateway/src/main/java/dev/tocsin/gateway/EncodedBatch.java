package dev.tocsin.gateway;

import dev.tocsin.hub.Batch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One batch in every form in which some member wants it, each encoded when the first of them is met. Belongs to the
/// event loop.
final class EncodedBatch implements AutoCloseable {

  private final Batch batch;
  private final ByteBufAllocator allocator;

  /// What has been encoded: few, so that they are looked for one after another.
  private final List<Encoding> encodings = new ArrayList<>(2);

  private @Nullable Encoding last;
  private @Nullable Throwable failure;

  /// @param bytes `null` when the form could not be encoded: it is not tried again
  private record Encoding(Form form, @Nullable ByteBuf bytes) {}

  EncodedBatch(Batch batch, ByteBufAllocator allocator) {
    this.batch = batch;
    this.allocator = allocator;
  }

  /// The batch in a form, valid until close; `null` when it cannot be encoded in it ([#failure]).
  @SuppressWarnings(
      "ReferenceEquality") // a loop has one object for each form, and this is asked for each member
  @Nullable ByteBuf in(Form form) {
    Encoding present = last;
    if (present == null || present.form() != form) {
      present = encoding(form);
      last = present;
    }
    return present.bytes();
  }

  @SuppressWarnings("ReferenceEquality") // see above
  private Encoding encoding(Form form) {
    for (Encoding known : encodings) {
      if (known.form() == form) {
        return known;
      }
    }
    Encoding made = new Encoding(form, encoded(form));
    encodings.add(made);
    return made;
  }

  private @Nullable ByteBuf encoded(Form form) {
    try {
      return switch (form) {
        case Form.Plain plain -> plain.encode(batch, allocator);
        case Form.Streamed streamed -> streamed.encode(batch, allocator);
        case Form.Deflated deflated -> {
          ByteBuf frames = in(deflated.plain());
          yield frames == null ? null : deflated.encode(batch, frames, allocator);
        }
      };
    } catch (RuntimeException | Error e) {
      // Most likely there is no memory; only those who take this form have to do with it.
      failure = e;
      return null;
    }
  }

  /// Why a form could not be encoded; `null` when all could.
  @Nullable Throwable failure() {
    return failure;
  }

  /// How many bytes all forms have together.
  long bytes() {
    long bytes = 0;
    for (Encoding encoding : encodings) {
      bytes += encoding.bytes() == null ? 0 : encoding.bytes().capacity();
    }
    return bytes;
  }

  @Override
  public void close() {
    for (Encoding encoding : encodings) {
      if (encoding.bytes() != null) {
        encoding.bytes().release();
      }
    }
  }
}
