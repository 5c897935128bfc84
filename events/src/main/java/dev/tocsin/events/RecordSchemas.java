package dev.tocsin.events;

/// The schemas of record classes, each compiled once.
final class RecordSchemas {

  private static final ClassValue<RecordSchema> SCHEMAS =
      new ClassValue<>() {
        @Override
        protected RecordSchema computeValue(Class<?> type) {
          return new RecordSchema(RecordShape.of(type.asSubclass(Record.class)));
        }
      };

  private RecordSchemas() {}

  static RecordSchema of(Class<? extends Record> type) {
    return SCHEMAS.get(type);
  }
}
