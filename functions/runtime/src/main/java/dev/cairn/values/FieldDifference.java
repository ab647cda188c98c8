package dev.cairn.values;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what differs between two objects whose classes have no {@code equals}: by their fields, as
 * nothing else tells that one of them was not stored. Transient fields are not compared.
 */
final class FieldDifference {
  private FieldDifference() {}

  /** The first field that differs, such as {@code owner.name}; empty if none does. */
  static Optional<String> between(Object one, Object other) {
    return between("", one, other);
  }

  private static Optional<String> between(
      String path, @Nullable Object one, @Nullable Object other) {
    if (one == other || Objects.deepEquals(one, other)) {
      return Optional.empty();
    }
    if (one == null || other == null) {
      return Optional.of(path);
    }
    if (one instanceof Optional<?> first && other instanceof Optional<?> second) {
      return between(path, first.orElse(null), second.orElse(null));
    }
    if (one instanceof Map<?, ?> first && other instanceof Map<?, ?> second) {
      return betweenMaps(path, first, second);
    }
    if (one instanceof Collection<?> first && other instanceof Collection<?> second) {
      return betweenCollections(path, first, second);
    }
    if (one.getClass() != other.getClass()) {
      return Optional.of(path);
    }
    if (one.getClass().isArray()) {
      return betweenArrays(path, one, other);
    }
    return isOfJava(one.getClass())
        ? hasEquals(one.getClass()) ? Optional.of(path) : Optional.empty()
        : betweenFields(path, one, other);
  }

  private static Optional<String> betweenMaps(String path, Map<?, ?> one, Map<?, ?> other) {
    if (!one.keySet().equals(other.keySet())) {
      return Optional.of(path);
    }
    return one.entrySet().stream()
        .flatMap(
            entry ->
                between(
                    path + "[" + entry.getKey() + "]", entry.getValue(), other.get(entry.getKey()))
                    .stream())
        .findFirst();
  }

  private static Optional<String> betweenCollections(
      String path, Collection<?> one, Collection<?> other) {
    if (one.size() != other.size()) {
      return Optional.of(path);
    }
    if (one instanceof Set<?>) {
      return Optional
          .empty(); // whose elements have no order to compare them in; their bytes decide
    }
    Iterator<?> others = other.iterator();
    int i = 0;
    for (Object element : one) {
      Optional<String> difference = between(path + "[" + i++ + "]", element, others.next());
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> betweenArrays(String path, Object one, Object other) {
    if (Array.getLength(one) != Array.getLength(other)) {
      return Optional.of(path);
    }
    for (int i = 0; i < Array.getLength(one); i++) {
      Optional<String> difference =
          between(path + "[" + i + "]", Array.get(one, i), Array.get(other, i));
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> betweenFields(String path, Object one, Object other) {
    for (Class<?> type = one.getClass();
        type != null && !isOfJava(type);
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
          continue;
        }
        try {
          field.setAccessible(true);
          String at = path.isEmpty() ? field.getName() : path + "." + field.getName();
          Optional<String> difference = between(at, field.get(one), field.get(other));
          if (difference.isPresent()) {
            return difference;
          }
        } catch (IllegalAccessException | InaccessibleObjectException e) {
          return Optional.empty(); // the bytes have to do
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isOfJava(Class<?> type) {
    return type.getName().startsWith("java.");
  }

  private static boolean hasEquals(Class<?> type) {
    try {
      return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }
}
