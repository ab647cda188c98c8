package dev.cairn.function;

import com.fasterxml.jackson.annotation.JacksonAnnotation;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which types' values can be shared with state: nobody can change them, and they come back from
 * their bytes as they were. In doubt a type is not one of them, which costs time, never exactness.
 */
final class Immutability {
  private static final Set<Class<?>> LEAVES =
      Set.of(
          String.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          OptionalInt.class,
          OptionalLong.class,
          OptionalDouble.class);

  private Immutability() {}

  static boolean of(Type type) {
    return of(type, new HashSet<>());
  }

  private static boolean of(Type type, Set<Class<?>> inProgress) {
    return switch (type) {
      case Class<?> known ->
          known.isPrimitive()
              || LEAVES.contains(known)
              || isJavaTime(known)
              || isPlainEnum(known)
              || isPlainRecord(known, inProgress);
      case ParameterizedType generic ->
          generic.getRawType() == Optional.class
              && of(generic.getActualTypeArguments()[0], inProgress);
      default -> false;
    };
  }

  private static boolean isJavaTime(Class<?> type) {
    return type.getPackageName().equals("java.time") && Modifier.isFinal(type.getModifiers());
  }

  private static boolean isPlainEnum(Class<?> type) {
    return type.isEnum()
        && !isAnnotated(type)
        && !anyAnnotated(type.getDeclaredFields())
        && !anyAnnotated(type.getDeclaredMethods());
  }

  private static boolean isPlainRecord(Class<?> type, Set<Class<?>> inProgress) {
    if (!type.isRecord()) {
      return false;
    }
    if (!inProgress.add(type)) {
      return true; // a record within itself is what its other components are
    }
    // Annotations change what is stored, so that a value might not come back as it was.
    return !isAnnotated(type)
        && !anyAnnotated(type.getDeclaredFields())
        && !anyAnnotated(type.getDeclaredMethods())
        && !anyAnnotated(type.getDeclaredConstructors())
        && Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getGenericType)
            .allMatch(component -> of(component, inProgress));
  }

  private static boolean anyAnnotated(AnnotatedElement[] elements) {
    return Arrays.stream(elements).anyMatch(Immutability::isAnnotated);
  }

  private static boolean isAnnotated(AnnotatedElement element) {
    return Arrays.stream(element.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(Immutability::isJackson);
  }

  private static boolean isJackson(Class<? extends Annotation> annotation) {
    return annotation.isAnnotationPresent(JacksonAnnotation.class)
        || annotation.getPackageName().startsWith("com.fasterxml.jackson.");
  }
}
