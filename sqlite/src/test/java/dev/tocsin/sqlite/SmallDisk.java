package dev.tocsin.sqlite;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file system in memory with a bound, for which root is needed: without it the test is skipped.
final class SmallDisk implements AutoCloseable {

  private final Path path;

  private SmallDisk(Path path) {
    this.path = path;
  }

  /// @param size as `mount` takes it, for instance `8m`
  static SmallDisk mount(Path directory, String size) throws IOException {
    Path path = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path.toString()),
        "only root can mount a small file system");
    return new SmallDisk(path);
  }

  Path path() {
    return path;
  }

  /// Takes all the room there is.
  void fill() throws IOException {
    Path file = path.resolve("filling");
    for (int size = 64 << 10; size > 0; size /= 16) {
      try (OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        byte[] bytes = new byte[size];
        while (true) {
          out.write(bytes);
        }
      } catch (IOException e) {
        // No room for so many bytes at once.
      }
    }
  }

  /// Gives the room back.
  void clear() throws IOException {
    Files.delete(path.resolve("filling"));
  }

  void makeReadOnly() throws IOException {
    if (!run("mount", "-o", "remount,ro", path.toString())) {
      throw new IOException("cannot remount " + path);
    }
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    run("umount", "-l", path.toString());
  }
}
