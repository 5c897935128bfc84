package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDeflaterTest {

  private static final int THRESHOLD = 100;

  private final FrameDeflater deflater = new FrameDeflater(THRESHOLD);
  private final MessageInflater inflater = new MessageInflater();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Text with much to refer to, near and far.
  private static byte[] words(int size, long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < size) {
      text.append("word").append(random.nextInt(300)).append(' ');
    }
    return bytes(text.substring(0, size));
  }

  private List<Frame> deflate(int windowBits, byte[]... messages) {
    return deflate(windowBits, place -> true, messages);
  }

  private List<Frame> deflate(int windowBits, IntPredicate compressible, byte[]... messages) {
    ByteBuf plain = Unpooled.buffer();
    for (byte[] message : messages) {
      TextFrames.writeHeader(plain, message.length);
      plain.writeBytes(message);
    }
    ByteBuf before = plain.copy();
    ByteBuf out =
        deflater.deflate(UnpooledByteBufAllocator.DEFAULT, plain, windowBits, compressible);
    try {
      assertThat(plain).isEqualTo(before);
      return frames(out);
    } finally {
      out.release();
      plain.release();
      before.release();
    }
  }

  private static List<Frame> frames(ByteBuf bytes) {
    List<Frame> frames = new ArrayList<>();
    while (bytes.isReadable()) {
      int first = bytes.readUnsignedByte();
      int told = bytes.readUnsignedByte();
      long length = told == 126 ? bytes.readUnsignedShort() : told == 127 ? bytes.readLong() : told;
      assertThat(told == 127 ? length > 65_535 : told < 126 || length > 125).isTrue();
      frames.add(new Frame(first, ByteBufUtil.getBytes(bytes.readSlice((int) length))));
    }
    return frames;
  }

  private byte[] inflate(Frame frame) throws Exception {
    assertThat(frame.first()).isEqualTo(0xC1);
    return inflater.inflate(frame.payload(), frame.payload().length, 1 << 24);
  }

  @Test
  void compressesEachMessageOnItsOwn() throws Exception {
    byte[] one = words(400, 1);
    byte[] other = words(70_000, 2);

    List<Frame> frames = deflate(15, one, other, one);

    assertThat(frames).hasSize(3);
    assertThat(inflate(frames.get(2))).isEqualTo(one);
    assertThat(inflate(frames.get(1))).isEqualTo(other);
    assertThat(inflate(frames.get(0))).isEqualTo(one);
    assertThat(frames.get(0).payload().length).isLessThan(400);
  }

  /// What is exempt never reaches the compressor: it stays as it is, and its neighbours are what they are without it.
  @Property(tries = 300)
  void leavesExemptFramesAsTheyAreAndTheOthersAsIfTheyWereAlone(
      @ForAll @Size(max = 20) List<@IntRange(max = 3_000) Integer> sizes,
      @ForAll @IntRange(min = 8, max = 15) int windowBits,
      @ForAll long seed) {
    Random random = new Random(seed);
    byte[][] messages = sizes.stream().map(size -> words(size, seed)).toArray(byte[][]::new);
    boolean[] exempt = new boolean[messages.length];
    for (int i = 0; i < exempt.length; i++) {
      exempt[i] = random.nextBoolean();
    }

    List<Frame> frames = deflate(windowBits, place -> !exempt[place], messages);

    assertThat(frames).hasSameSizeAs(sizes);
    for (int i = 0; i < exempt.length; i++) {
      Frame wanted =
          exempt[i]
              ? new Frame(Frame.TEXT, messages[i])
              : deflate(windowBits, messages[i]).getFirst();
      assertThat(frames.get(i).first()).isEqualTo(wanted.first());
      assertThat(frames.get(i).payload()).isEqualTo(wanted.payload());
    }
  }

  @Test
  void leavesWhatIsShortOrDoesNotGetShorter() {
    byte[] noise = new byte[5_000];
    new Random(1).nextBytes(noise);
    byte[] shortest = words(THRESHOLD, 1);

    List<Frame> frames = deflate(15, words(THRESHOLD - 1, 1), noise, shortest, new byte[0]);

    assertThat(frames).extracting(Frame::first).containsExactly(0x81, 0x81, 0xC1, 0x81);
    assertThat(frames.get(1).payload()).isEqualTo(noise);
  }

  @Test
  void tellsTheNewLengthInTheShortestForm() throws Exception {
    byte[] message = new byte[100_000];

    Frame frame = deflate(15, message).getFirst();

    assertThat(frame.payload().length).isBetween(126, 1_000);
    assertThat(inflate(frame)).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
  void neverRefersBackFartherThanTheWindow(int windowBits) throws Exception {
    int window = 1 << windowBits;
    for (int size : new int[] {window - 1, window, window + 1, 2 * window, 3 * window + 77}) {
      for (byte[] message : new byte[][] {words(size, size), new byte[size]}) {
        Frame frame = deflate(windowBits, message).getFirst();

        DeflateWalker walker = DeflateWalker.over(frame.payload());
        assertThat(walker.inflatedBytes()).isEqualTo(size);
        assertThat(walker.matches()).isPositive();
        assertThat(walker.farthestBytes()).isLessThanOrEqualTo(window);
        assertThat(inflate(frame)).isEqualTo(message);
      }
    }
  }

  @Test
  void usesTheWindowItHas() {
    byte[] far = words(30_000, 3);

    assertThat(DeflateWalker.over(deflate(15, far).getFirst().payload()).farthestBytes())
        .isGreaterThan(1 << 14);
  }
}
