package dev.tocsin.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a [FrameDecoder] has told, a line for each.
final class DecodedFrames implements FrameDecoder.Sink {

  final List<String> lines = new ArrayList<>();
  boolean full;

  static String line(String kind, byte[] payload) {
    return kind + ' ' + new String(payload, StandardCharsets.ISO_8859_1);
  }

  /// Everything that a decoder tells of bytes that come in pieces.
  static List<String> of(FrameLimits limits, byte[]... pieces) {
    DecodedFrames frames = new DecodedFrames();
    FrameDecoder decoder = new FrameDecoder(frames, limits, null);
    for (byte[] piece : pieces) {
      ByteBuf bytes = Unpooled.wrappedBuffer(piece);
      decoder.decode(bytes);
      if (bytes.isReadable()) {
        throw new AssertionError(bytes.readableBytes() + " bytes were left");
      }
    }
    return frames.lines;
  }

  @Override
  public void text(byte[] message) {
    lines.add(line("text", message));
  }

  @Override
  public void binary(byte[] message) {
    lines.add(line("binary", message));
  }

  @Override
  public void ping(byte[] payload) {
    lines.add(line("ping", payload));
  }

  @Override
  public void pong() {
    lines.add("pong");
  }

  @Override
  public void closed(int code) {
    lines.add("close " + code);
  }

  @Override
  public void fault(int code, String sentence) {
    lines.add("fault " + code);
  }

  @Override
  public boolean takesMore() {
    return !full;
  }
}
