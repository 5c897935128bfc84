package dev.tocsin.events;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The least and the greatest value of a numeric payload field, both inclusive; an infinite bound
/// is no bound.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {

  /// The least value that is accepted.
  double min() default Double.NEGATIVE_INFINITY;

  /// The greatest value that is accepted.
  double max() default Double.POSITIVE_INFINITY;
}
