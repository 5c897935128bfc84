package dev.tocsin.bridges.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tocsin.fixtures.FreePorts;
import dev.tocsin.mqtt.MqttAddress;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttOptions;
import dev.tocsin.mqtt.MqttProperty;
import dev.tocsin.mqtt.MqttVersion;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real Mosquitto on a port of its own, which can be ended and started again with what it has kept.
public final class Mosquitto {

  private static final int SECONDS = 30;

  private final Path program;
  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private Mosquitto(Path program, Path folder, int port) {
    this.program = program;
    this.folder = folder;
    this.port = port;
  }

  /// One that runs.
  ///
  /// @param config further lines of its configuration
  public static Mosquitto start(Path folder, String... config)
      throws IOException, InterruptedException {
    Path program =
        Stream.concat(
                Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                Stream.of("/usr/sbin", "/usr/local/sbin"))
            .map(place -> Path.of(place, "mosquitto"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(program != null, "there is no mosquitto (Debian's package mosquitto)");
    int port = FreePorts.find(1).getFirst();
    Files.createDirectories(folder.resolve("store"));
    String user = System.getProperty("user.name");
    Files.writeString(
        folder.resolve("mosquitto.conf"),
        """
        listener %d 127.0.0.1
        user %s
        persistence true
        persistence_location %s/
        autosave_interval 1
        autosave_on_changes true
        max_queued_messages 0
        log_dest file %s
        log_type all
        """
                .formatted(port, user, folder.resolve("store"), folder.resolve("log"))
            + (config.length == 0 ? "allow_anonymous true\n" : String.join("\n", config) + "\n"));
    Mosquitto broker = new Mosquitto(program, folder, port);
    broker.start();
    return broker;
  }

  public void start() throws IOException, InterruptedException {
    process =
        new ProcessBuilder(program.toString(), "-c", folder.resolve("mosquitto.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!isListening()) {
      assertThat(process.isAlive()).as(said()).isTrue();
      assertThat(System.nanoTime()).as("mosquitto does not listen").isLessThan(end);
      Thread.sleep(20);
    }
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("out"));
  }

  private boolean isListening() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public int port() {
    return port;
  }

  public String url() {
    return "mqtt://127.0.0.1:" + port;
  }

  /// What it has written down about what it does.
  public String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  /// Ends it as a loss of its process does.
  public void kill() throws InterruptedException {
    end(true);
  }

  /// Ends it in order.
  public void terminate() throws InterruptedException {
    end(false);
  }

  private void end(boolean isHard) throws InterruptedException {
    Process running = process;
    if (running != null) {
      if (isHard) {
        running.destroyForcibly();
      } else {
        running.destroy();
      }
      assertThat(running.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
      process = null;
    }
  }

  /// A connection of a sender.
  public MqttConnection connect() throws IOException {
    return MqttConnection.open(
        new MqttOptions(
            new MqttAddress("127.0.0.1", port, false),
            null,
            MqttVersion.V5,
            "",
            null,
            null,
            60,
            true,
            0,
            10,
            1 << 20,
            null));
  }

  /// Publishes at QoS 1 and waits until it is taken.
  public void publish(String topic, String payload) throws IOException {
    publish(topic, payload.getBytes(StandardCharsets.UTF_8), false);
  }

  public void publish(String topic, byte[] payload, boolean isRetained, MqttProperty... properties)
      throws IOException {
    try (MqttConnection connection = connect()) {
      connection.publish(new MqttMessage(topic, payload, isRetained, List.of(properties)));
      assertThat(connection.receive())
          .isInstanceOfSatisfying(
              MqttIncoming.Acknowledged.class, taken -> assertThat(taken.isRefused()).isFalse());
    }
  }

  /// Publishes with Mosquitto's own client, at QoS 1.
  public void send(String topic, String payload) throws IOException, InterruptedException {
    Process client =
        new ProcessBuilder(
                "mosquitto_pub",
                "-p",
                Integer.toString(port),
                "-q",
                "1",
                "-t",
                topic,
                "-m",
                payload)
            .inheritIO()
            .start();
    assertThat(client.waitFor()).isZero();
  }

  public void close() throws InterruptedException {
    kill();
  }
}
