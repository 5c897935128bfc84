package dev.tocsin.app;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A run of the program within the test's own process.
final class TestProcess {

  private final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Interruption interruption = new Interruption();
  private InputStream in = InputStream.nullInputStream();
  private OptionalInt columns = OptionalInt.empty();
  private OptionalInt rows = OptionalInt.empty();
  private boolean terminal;
  private String typed;
  private InstantSource clock = InstantSource.system();
  private boolean started;
  private OutputStream pipe = out;
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();

  TestProcess with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  TestProcess input(String text) {
    return input(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  TestProcess input(InputStream input) {
    in = input;
    return this;
  }

  /// Both outputs are a terminal of this width.
  TestProcess onTerminal(int width) {
    columns = OptionalInt.of(width);
    return onTerminal();
  }

  /// Both outputs are a terminal of this width and height.
  TestProcess onTerminal(int width, int height) {
    rows = OptionalInt.of(height);
    return onTerminal(width);
  }

  /// Both outputs are a terminal.
  TestProcess onTerminal() {
    terminal = true;
    return this;
  }

  /// What the person at the terminal types when asked for a secret.
  TestProcess typing(String secret) {
    typed = secret;
    return this;
  }

  TestProcess at(InstantSource time) {
    clock = time;
    return this;
  }

  TestProcess outputTo(OutputStream output) {
    pipe = output;
    return this;
  }

  /// Its standard output takes nothing.
  TestProcess outputFails(String why) {
    return outputTo(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(why);
          }
        });
  }

  /// Runs a command to its end. A server that serves, where the test thought it would be refused, is asked to end at once: its
  /// exit code says so, and the test does not wait for ever.
  int run(String... args) {
    boolean serves = args.length > 0 && args[0].equals("serve");
    return Main.run(args, surroundings(serves ? new UntilItListens(pipe) : pipe));
  }

  private final class UntilItListens extends FilterOutputStream {

    UntilItListens(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      if (new String(bytes, offset, length, StandardCharsets.UTF_8).startsWith("listening on ")) {
        interruption.ask();
      }
    }
  }

  /// What a part of the program sees of this process.
  Surroundings surroundings() {
    return surroundings(pipe);
  }

  private Surroundings surroundings(OutputStream stdout) {
    return new Surroundings(
        "tocsin",
        in,
        Output.to(stdout, false, true),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        terminal,
        terminal,
        () -> columns,
        () -> rows,
        interruption,
        clock,
        prompt -> {
          err.writeBytes(prompt.getBytes(StandardCharsets.UTF_8));
          return typed;
        },
        () -> ZoneOffset.UTC);
  }

  /// Starts a command that runs until it is interrupted.
  TestProcess start(String... args) {
    started = true;
    ended.completeAsync(
        () -> Main.run(args, surroundings()), task -> Thread.ofVirtual().start(task));
    return this;
  }

  /// Asks the command to end and returns its exit code; 0 when none was started.
  int interrupt() throws Exception {
    interruption.ask();
    return started ? exitCode() : 0;
  }

  int exitCode() throws Exception {
    return ended.get(20, TimeUnit.SECONDS);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  List<String> outLines() {
    return out().lines().toList();
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /// Waits until stdout is as wanted.
  TestProcess awaitOut(Predicate<List<String>> wanted) throws InterruptedException {
    return await(() -> wanted.test(outLines()));
  }

  TestProcess awaitErr(Predicate<String> wanted) throws InterruptedException {
    return await(() -> wanted.test(err()));
  }

  private TestProcess await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || ended.isDone()) {
        if (condition.getAsBoolean()) {
          return this;
        }
        throw new AssertionError("waited in vain\nout: " + out() + "\nerr: " + err());
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return this;
  }

  /// Where the server that runs here listens.
  String url() throws InterruptedException {
    awaitOut(lines -> !lines.isEmpty());
    return outLines().getFirst().substring("listening on ".length());
  }
}
