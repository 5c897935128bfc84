package dev.tocsin.events;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Member;
import java.util.List;

/// The schemas of record classes, each compiled once.
final class RecordSchemas {

  private static final ClassValue<RecordSchema> SCHEMAS =
      new ClassValue<>() {
        @Override
        protected RecordSchema computeValue(Class<?> type) {
          if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " is no payload record");
          }
          RecordShape shape = RecordShape.of(type.asSubclass(Record.class), List.of());
          RecordNames.requireDistinctInside(shape);
          return new RecordSchema(shape);
        }
      };

  private RecordSchemas() {}

  /// The member, which may be read and called from here.
  ///
  /// @throws IllegalArgumentException when its module keeps it closed; the message says what opens it
  static <T extends AccessibleObject & Member> T accessible(T member) {
    try {
      member.setAccessible(true);
      return member;
    } catch (InaccessibleObjectException e) {
      Class<?> owner = member.getDeclaringClass();
      throw new IllegalArgumentException(
          owner.getName()
              + " is closed to reflection: its module needs \"opens "
              + owner.getPackageName()
              + " to dev.tocsin.events\"",
          e);
    }
  }

  static RecordSchema of(Class<? extends Record> type) {
    return SCHEMAS.get(type);
  }
}
