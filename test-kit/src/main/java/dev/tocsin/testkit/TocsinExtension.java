package dev.tocsin.testkit;

import dev.tocsin.client.TocsinClient;
import dev.tocsin.server.ServerBuilder;
import dev.tocsin.server.TocsinServer;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Starts a hub before each test, hands out what belongs to it, and ends it afterwards. [TocsinTest] registers it; a test that
/// wants another hub registers it itself, without the annotation:
///
/// ```java
/// @RegisterExtension
/// final TocsinExtension hub = TocsinExtension.with(builder -> builder.keys(FILE));
/// ```
///
/// It keeps nothing of its own: tests may run side by side.
public final class TocsinExtension
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(TocsinExtension.class);

  private static final Set<Class<?>> KNOWN =
      Set.of(TocsinServer.class, TocsinClient.class, URI.class, HeardEvents.class, TestClock.class);

  private final @Nullable UnaryOperator<ServerBuilder> wish;

  /// A hub as [TocsinTest] says.
  public TocsinExtension() {
    this(null);
  }

  private TocsinExtension(@Nullable UnaryOperator<ServerBuilder> wish) {
    this.wish = wish;
  }

  /// A hub that is otherwise.
  ///
  /// @param wish changes what the hub is like, before it is started
  public static TocsinExtension with(UnaryOperator<ServerBuilder> wish) {
    return new TocsinExtension(wish);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (context.getStore(NAMESPACE).get(TestHub.class) != null) {
      throw new ExtensionConfigurationException(
          "a test has one hub: @TocsinTest and a TocsinExtension that is registered are two");
    }
    TocsinTest test = annotation(context.getTestClass().orElse(null));
    Duration patience =
        Duration.ofMillis(test == null ? HeardEvents.AWAIT_MILLIS : test.awaitMillis());
    if (!patience.isPositive()) {
      throw new ExtensionConfigurationException(
          "awaitMillis of @TocsinTest has to be positive; is " + patience.toMillis());
    }
    TestHub hub = TestHub.start(builder -> asWished(builder, test), patience);
    context.getStore(NAMESPACE).put(TestHub.class, hub);
  }

  private ServerBuilder asWished(ServerBuilder builder, @Nullable TocsinTest test) {
    if (wish != null) {
      return Objects.requireNonNull(
          wish.apply(builder), "what TocsinExtension.with is given has to return the builder");
    }
    return test == null
        ? builder
        : builder.catalog(
            Objects.requireNonNull(
                made(test.catalog()).catalog(),
                () -> test.catalog().getName() + " tells no catalog"));
  }

  /// That of a class, or of one around it.
  private static @Nullable TocsinTest annotation(@Nullable Class<?> test) {
    for (Class<?> type = test; type != null; type = type.getEnclosingClass()) {
      TocsinTest found = type.getAnnotation(TocsinTest.class);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static TestCatalog made(Class<? extends TestCatalog> type) {
    try {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          type.getName() + " takes a constructor without parameters, which throws nothing", e);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestHub hub = context.getStore(NAMESPACE).remove(TestHub.class, TestHub.class);
    if (hub != null) {
      hub.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return KNOWN.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestHub hub = context.getStore(NAMESPACE).get(TestHub.class, TestHub.class);
    if (hub == null || !(parameter.getDeclaringExecutable() instanceof Method)) {
      throw new ParameterResolutionException(
          "a hub is there for one test: its "
              + parameter.getParameter().getType().getSimpleName()
              + " can be taken by the test and by methods with @BeforeEach or @AfterEach, not by "
              + parameter.getDeclaringExecutable());
    }
    Class<?> type = parameter.getParameter().getType();
    if (type == TocsinServer.class) {
      return hub.server();
    } else if (type == TocsinClient.class) {
      return hub.client();
    } else if (type == URI.class) {
      return hub.server().uri();
    }
    return type == HeardEvents.class ? hub.heard() : hub.clock();
  }
}
