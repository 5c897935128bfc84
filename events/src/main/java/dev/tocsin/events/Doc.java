package dev.tocsin.events;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a payload field means, for a person: the text of the field in the JSON Schema, in the
/// catalog's pages and in the editor of whoever writes the record.
///
/// Every component of a payload record carries one.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Doc {

  /// One sentence, without a final full stop, with the unit where there is one.
  String value();

  /// A valid example as JSON text, or a bare word for text fields. Left out where the type alone
  /// gives a good one: enums, timestamps, nested payloads.
  String example() default "";
}
