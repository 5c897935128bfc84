package dev.tocsin.events;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Member;

/// The schemas of record classes, each compiled once.
final class RecordSchemas {

  private static final ClassValue<RecordSchema> SCHEMAS =
      new ClassValue<>() {
        @Override
        protected RecordSchema computeValue(Class<?> type) {
          if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " is no payload record");
          }
          return new RecordSchema(type.asSubclass(Record.class));
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

  /// The schema of a record class.
  ///
  /// @throws IllegalArgumentException when it cannot be a payload
  static RecordSchema of(Class<? extends Record> type) {
    RecordSchema schema = SCHEMAS.get(type);
    schema.shape();
    return schema;
  }

  /// The schema of one of our own records, which are known to fit: it is compiled when it is needed. All of them took a
  /// third of what a first hub takes to start.
  static RecordSchema ofBuiltIn(Class<? extends Record> type) {
    return SCHEMAS.get(type);
  }
}
