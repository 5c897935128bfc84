package dev.tocsin.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a method of a bean that takes events, or an annotation of yours that does.
///
/// ```java
/// @TocsinListener("alert.*")
/// void onAlert(AlertCreatedPayload alert, WebSocketEvent event) { … }
/// ```
///
/// It takes a payload record, the envelope ([dev.tocsin.events.WebSocketEvent]), or both. With a record it gets the events that
/// have this payload, of those that its patterns match. Methods are called one at a time, in the order of the log, by a thread
/// of the client's; what one throws is logged and counted, also by the future that it may return and for which nobody waits,
/// and the others are called all the same. The application receives the events that
/// some method wants.
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface TocsinListener {

  /// Patterns of event types, for instance `alert.*`; none for all that the parameters take.
  String[] value() default {};
}
