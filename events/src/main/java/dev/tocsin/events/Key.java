package dev.tocsin.events;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The field that says what an event with this payload is about: of each type, the newest event for each value of it can
/// be asked for. Without a key there is one newest event of the type. In a JSON Schema it is `x-tocsin-key`.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Key {

  /// The field's name on the wire, for instance `camera_id`. Its values are strings or integers.
  String value();
}
