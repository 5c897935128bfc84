package dev.tocsin.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What can be learned of the server's process.
public sealed interface ServerProcess {

  /// How things stand at a moment.
  ///
  /// @param cpuSeconds what it has used since it began
  /// @param residentBytes its resident memory; -1 where the machine does not tell
  record Sample(double cpuSeconds, long residentBytes) {}

  /// How things stand now; empty when it does not tell.
  Optional<Sample> sample();

  /// Nothing can be learned.
  record Unknown() implements ServerProcess {

    @Override
    public Optional<Sample> sample() {
      return Optional.empty();
    }
  }

  /// A process of this machine, together with those that it has started.
  record Local(long pid) implements ServerProcess {

    @Override
    public Optional<Sample> sample() {
      return ProcessHandle.of(pid)
          .map(process -> {
            double seconds = 0;
            long resident = 0;
            for (ProcessHandle one :
                Stream.concat(Stream.of(process), process.descendants()).toList()) {
              seconds += one.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
              resident += residentBytes(one.pid());
            }
            return new Sample(seconds, resident > 0 ? resident : -1);
          });
    }

    private static long residentBytes(long pid) {
      try (Stream<String> lines =
          Files.lines(Path.of("/proc/" + pid + "/status"), StandardCharsets.UTF_8)) {
        return lines
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
            .findFirst()
            .orElse(0);
      } catch (IOException | UncheckedIOException e) {
        return 0; // it is gone, or this is no Linux
      }
    }
  }

  /// A Tocsin, wherever it runs: it tells of itself.
  ///
  /// @param stats its `/api/v1/stats`
  record Told(URI stats, HttpClient http, Entrance entrance) implements ServerProcess {

    @Override
    public Optional<Sample> sample() {
      try {
        HttpRequest.Builder request = HttpRequest.newBuilder(stats).timeout(Duration.ofSeconds(5));
        if (entrance.authorization() != null) {
          request.header("Authorization", entrance.authorization());
        }
        JsonNode process =
            json(http.send(request.build(), BodyHandlers.ofString()).body()).path("process");
        return process.has("cpu_seconds")
            ? Optional.of(
                new Sample(
                    process.path("cpu_seconds").asDouble(),
                    process.path("resident_bytes").asLong(-1)))
            : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }

    private static JsonNode json(@Nullable String body) {
      try {
        return JsonMapper.shared().readTree(body == null ? "{}" : body);
      } catch (JacksonException e) {
        return JsonMapper.shared().createObjectNode();
      }
    }
  }
}
