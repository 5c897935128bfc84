package dev.tocsin.events;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Makes a payload field optional and says what a reader of the typed record sees when it is absent
/// or `null`. The JSON itself is not changed.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {

  /// The value as JSON text, for instance `true`.
  String value();
}
