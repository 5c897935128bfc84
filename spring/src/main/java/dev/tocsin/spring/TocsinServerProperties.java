package dev.tocsin.spring;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// What the hub of an application is like.
///
/// @param enabled Whether there is a hub in this application; it takes tocsin-server.
/// @param host Address to listen on.
/// @param port Port to listen on; 0 picks a free one.
/// @param data Folder of the log. Without one the log is in memory.
/// @param retain How much a log in memory keeps.
/// @param keys File of API keys, for which everybody is asked then.
/// @param insecure Whether nobody is asked who he is, although others than this machine may reach the port.
/// @param console Whether there is a console at /console/.
/// @param allowedOrigins Origins of web pages that may use the hub, for instance https://console.example.
/// @param allowedHosts Names by which the hub may be addressed besides localhost and IP addresses.
@ConfigurationProperties("tocsin.server")
public record TocsinServerProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("127.0.0.1") String host,
    @DefaultValue("8090") int port,
    @Nullable Path data,
    @DefaultValue("64MB") DataSize retain,
    @Nullable Path keys,
    @DefaultValue("false") boolean insecure,
    @DefaultValue("true") boolean console,
    @DefaultValue Set<String> allowedOrigins,
    @DefaultValue Set<String> allowedHosts) {

  public TocsinServerProperties {
    allowedOrigins = Set.copyOf(allowedOrigins);
    allowedHosts = Set.copyOf(allowedHosts);
  }
}
