package dev.cairn.values;

import com.fasterxml.jackson.annotation.JacksonAnnotation;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.util.Arrays;
import java.util.stream.Stream;

/** Finds out whether a class tells Jackson how it is stored. */
final class JacksonAnnotations {
  private JacksonAnnotations() {}

  static boolean areOn(Class<?> type) {
    return isAnnotated(type)
        || superTypes(type).anyMatch(JacksonAnnotations::isInherited)
        || Stream.of(type.getDeclaredFields()).anyMatch(JacksonAnnotations::isAnnotated)
        || Stream.<Executable>concat(
                Stream.of(type.getDeclaredConstructors()), Stream.of(type.getDeclaredMethods()))
            .anyMatch(
                executable ->
                    isAnnotated(executable)
                        || Stream.of(executable.getParameters())
                            .anyMatch(JacksonAnnotations::isAnnotated));
  }

  /** Jackson applies a type's annotations to its subtypes, too. */
  private static boolean isInherited(Class<?> superType) {
    return isAnnotated(superType)
        || superTypes(superType).anyMatch(JacksonAnnotations::isInherited);
  }

  private static Stream<Class<?>> superTypes(Class<?> type) {
    return Stream.concat(Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()));
  }

  private static boolean isAnnotated(AnnotatedElement element) {
    return Arrays.stream(element.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(JacksonAnnotations::isJackson);
  }

  private static boolean isJackson(Class<? extends Annotation> annotation) {
    return annotation.isAnnotationPresent(JacksonAnnotation.class)
        || annotation.getPackageName().startsWith("com.fasterxml.jackson.");
  }
}
