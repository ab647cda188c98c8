package dev.cairn.simulation;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/**
 * Copies of records in which one component has another value. The coordinator's guards need no
 * method for each component this way: only the simulation replaces a guard.
 */
final class Replacement {
  private Replacement() {}

  /**
   * Returns a copy of a record in which every component of the type has this value. Components that
   * are records themselves are copied likewise.
   *
   * @throws IllegalArgumentException if no component has the type
   */
  static <R extends Record, G> R in(R record, Class<G> type, G value) {
    R copy = copy(record, type, value);
    if (copy.equals(record)) {
      throw new IllegalArgumentException(
          record.getClass().getSimpleName() + " has no component of type " + type.getName());
    }
    return copy;
  }

  private static <R extends Record> R copy(R record, Class<?> type, Object value) {
    @SuppressWarnings("unchecked") // A record's class is final.
    Class<R> recordType = (Class<R>) record.getClass();
    RecordComponent[] components = recordType.getRecordComponents();
    try {
      Object[] values = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        Object old = components[i].getAccessor().invoke(record);
        values[i] =
            components[i].getType() == type
                ? value
                : old instanceof Record nested ? copy(nested, type, value) : old;
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return recordType.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(recordType.getName() + " cannot be copied", e);
    }
  }
}
