package dev.tocsin.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/// Publishes by POST over one connection that is kept: the next request goes when the answer is there.
final class PublisherPosts implements Outlet {

  private static final int MAX_LINE = 8 << 10;
  private static final int MAX_BODY = 4 << 20;

  private final Wire wire;
  private final byte[] request;
  private final int firstDigitsAt;
  private final int step;
  private final int count;
  private final AtomicLong acknowledged = new AtomicLong();

  private PublisherPosts(Wire wire, byte[] head, Event event, int count) {
    byte[] body = count == 1 ? event.bytes() : event.lines(count);
    this.wire = wire;
    this.count = count;
    this.step = event.bytes().length + 1;
    this.firstDigitsAt = head.length + event.digitsAt();
    this.request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
  }

  static PublisherPosts open(LoadPlan plan, Event event) throws IOException {
    int count = plan.batch();
    int length = count == 1 ? event.bytes().length : count * (event.bytes().length + 1);
    String type =
        plan.publishBy() == PublishBy.NDJSON ? "application/x-ndjson" : "application/json";
    byte[] head =
        String.format(
                Locale.ROOT,
                "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
                plan.publishPath(),
                plan.authority(),
                plan.entrance().header(),
                type,
                length)
            .getBytes(StandardCharsets.US_ASCII);
    Wire wire = Wire.open(plan);
    return new PublisherPosts(
        new Wire(wire.socket(), new BufferedInputStream(wire.in())), head, event, count);
  }

  @Override
  public void send(long intended) throws IOException, LoadException {
    for (int i = 0; i < count; i++) {
      Mark.write(intended, request, firstDigitsAt + i * step, 0, 0);
    }
    wire.write(request);
    String status = line();
    long length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = number(lower.substring(15).strip(), 10);
      } else if (lower.startsWith("transfer-encoding:")) {
        chunked = lower.contains("chunked");
      }
    }
    String body = chunked ? chunks() : bytes(length);
    if (status.length() < 12 || status.charAt(9) != '2') {
      throw new LoadException("the server refuses the events: " + status + Refusals.after(body));
    }
    if (body.contains("\"rejected_count\":") && !body.contains("\"rejected_count\":0")) {
      throw new LoadException("the server refuses the events: " + Refusals.of(body));
    }
    acknowledged.getAndAdd(count);
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      long size = number(line().split(";", 2)[0].strip(), 16);
      requireRoom(body.length() + size);
      body.append(bytes(size));
      line();
      if (size == 0) {
        return body.toString();
      }
    }
  }

  private static void requireRoom(long size) throws IOException {
    if (size > MAX_BODY) {
      throw new IOException("the server's answer has " + size + " bytes or more");
    }
  }

  private String bytes(long size) throws IOException {
    requireRoom(size);
    byte[] bytes = wire.in().readNBytes((int) size);
    if (bytes.length < size) {
      throw new IOException("the server cut the producer's connection");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static long number(String text, int radix) throws IOException {
    try {
      return Integer.toUnsignedLong(Integer.parseUnsignedInt(text, radix));
    } catch (NumberFormatException e) {
      throw new IOException("the server's answer has no length: " + text, e);
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int read = wire.in().read(); read != '\n'; read = wire.in().read()) {
      if (read < 0 || line.size() > MAX_LINE) {
        throw new IOException("the server cut the producer's connection");
      }
      if (read != '\r') {
        line.write(read);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public int eventsPerStep() {
    return count;
  }

  @Override
  public long acknowledged() {
    return acknowledged.get();
  }

  @Override
  public void close() {
    wire.close();
  }
}
