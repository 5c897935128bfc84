package dev.tocsin.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Files of the program that are served as they are: a folder of the class path, each read once.
///
/// Each file has a route of its own in the table, so that a path leads to a file only when it is exactly that file's: there
/// is no path that could be made to lead out of the folder. A folder is served by its `index.html`, at its path with a
/// slash at the end. The first request for any of them has a worker read and compress them all: most servers never have one.
public final class FileTree {

  private static final String INDEX = "index.html";

  /// By the path within the folder, sorted.
  private final Map<String, ServedFile> files;

  private final Executor worker;
  private final AtomicBoolean asked = new AtomicBoolean();

  /// One file. Any thread.
  private static final class ServedFile {

    private final ClassLoader loader;
    private final String name;
    private final String contentType;

    /// `null` until it is asked for.
    private volatile @Nullable StaticContent content;

    ServedFile(ClassLoader loader, String name) {
      this.loader = loader;
      this.name = name;
      this.contentType = StaticContent.contentType(name);
    }

    /// What is in it. Whoever asks before the worker has come to it reads it himself.
    StaticContent content() {
      StaticContent known = content;
      return known == null ? read() : known;
    }

    private synchronized StaticContent read() {
      StaticContent known = content;
      if (known == null) {
        known = new StaticContent(contentType, bytes(loader, name));
        content = known;
      }
      return known;
    }

    /// What has it ready for requests. One that cannot be read, as when the program was replaced under the server, holds up
    /// no other.
    Runnable preparation() {
      return Guard.task("a file of the program cannot be read", () -> content().compress());
    }
  }

  private FileTree(Map<String, ServedFile> files, Executor worker) {
    this.files = files;
    this.worker = worker;
  }

  /// Looks what is in a folder.
  ///
  /// @param owner whose class path it is on
  /// @param folder beside the owner's package, for instance `console`
  /// @param worker reads the files and compresses them; until it has, they are served as they are
  /// @throws IllegalArgumentException when there is no such folder, or a file in it of a kind that is not known
  public static FileTree of(Class<?> owner, String folder, Executor worker) {
    String base = owner.getPackageName().replace('.', '/') + '/' + folder;
    return of(Objects.requireNonNull(owner.getClassLoader()), base, worker);
  }

  /// The same of a folder with a whole name.
  static FileTree of(ClassLoader loader, String base, Executor worker) {
    URL url = loader.getResource(base);
    if (url == null) {
      throw new IllegalArgumentException("there is no folder " + base + " on the class path");
    }
    Map<String, ServedFile> files = new TreeMap<>();
    try {
      for (String name : names(url, base)) {
        files.put(name, new ServedFile(loader, base + '/' + name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + base + " cannot be read", e);
    }
    return new FileTree(files, worker);
  }

  private static List<String> names(URL folder, String base) throws IOException {
    URLConnection connection = folder.openConnection();
    if (connection instanceof JarURLConnection jar) {
      try (Stream<String> entries = jar.getJarFile().stream().map(entry -> entry.getName())) {
        return entries
            .filter(name -> name.startsWith(base + '/') && !name.endsWith("/"))
            .map(name -> name.substring(base.length() + 1))
            .toList();
      }
    }
    Path root;
    try {
      root = Path.of(folder.toURI());
    } catch (URISyntaxException e) {
      throw new IOException("no folder: " + folder, e);
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  private static byte[] bytes(ClassLoader loader, String name) {
    try (InputStream in = Objects.requireNonNull(loader.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the file " + name + " cannot be read", e);
    }
  }

  /// The routes of all files. They are open to everyone, and not listed but for that of the folder.
  ///
  /// @param prefix where the folder is, for instance `/console/`
  /// @param policy what goes with each answer
  public List<Route> routes(String prefix, AnswerPolicy policy) {
    if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
      throw new IllegalArgumentException("a folder begins and ends with a slash, not so " + prefix);
    }
    List<Route> routes = new ArrayList<>();
    files.forEach((name, file) -> {
      String folder = folder(name);
      if (folder == null) {
        routes.add(route(prefix + name, policy, request -> answer(request, file)).unlisted());
        return;
      }
      Route index = route(prefix + folder, policy, request -> answer(request, file));
      routes.add(folder.isEmpty() ? index : index.unlisted());
      String slashless = (prefix + folder).substring(0, prefix.length() + folder.length() - 1);
      if (!slashless.isEmpty()) {
        Response moved = Response.redirect(slashless + '/');
        routes.add(route(slashless, policy, request -> request.answer(moved)).unlisted());
      }
    });
    return routes;
  }

  private Exchange answer(Request request, ServedFile file) {
    if (asked.compareAndSet(false, true)) {
      worker.execute(() -> files.values().forEach(each -> each.preparation().run()));
    }
    return file.content().answer(request);
  }

  /// The folder of which a file is the index; `null` when it is none.
  private static @Nullable String folder(String name) {
    boolean isIndex = name.equals(INDEX) || name.endsWith('/' + INDEX);
    return isIndex ? name.substring(0, name.length() - INDEX.length()) : null;
  }

  private static Route route(String path, AnswerPolicy policy, Route.Handler handler) {
    return Route.get(path, Right.PUBLIC, handler).withAny().under(policy);
  }
}
