package dev.tocsin.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Gives each test of a class a hub of its own, in this process and on a free port, which ends with the test.
///
/// ```java
/// @TocsinTest
/// class DoorbellTest {
///   @Test
///   void ringsForAnAlert(URI url, HeardEvents heard) {
///     new Doorbell(url).press();
///     assertEquals(HIGH, heard.awaitEvent(AlertCreatedPayload.class).severity());
///   }
/// }
/// ```
///
/// Tests, and methods with `@BeforeEach` or `@AfterEach`, may take:
///
/// - a [dev.tocsin.server.TocsinServer]: the hub;
/// - a [java.net.URI]: where it listens, for instance `http://127.0.0.1:40213`;
/// - a [dev.tocsin.client.TocsinClient], connected;
/// - [HeardEvents]: what was delivered since the test began;
/// - a [TestClock]: the time by which the hub goes.
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TocsinExtension.class)
public @interface TocsinTest {

  /// Tells the event types of the hub.
  Class<? extends TestCatalog> catalog() default TestCatalog.BuiltIn.class;

  /// How long [HeardEvents#awaitEvent(Class)] waits, in milliseconds.
  long awaitMillis() default HeardEvents.AWAIT_MILLIS;
}
