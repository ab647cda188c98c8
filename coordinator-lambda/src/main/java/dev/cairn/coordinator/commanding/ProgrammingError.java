package dev.cairn.coordinator.commanding;

import java.util.Set;

/**
 * Distinguishes permanent failures from temporary ones. Service errors, throttling and writes with
 * unknown outcome have exception types of their own and may pass. Exceptions of the Java language
 * mean an unforeseen request or stored value, and the same call would fail again.
 */
final class ProgrammingError {
  private static final Set<String> LANGUAGE = Set.of("java.lang", "java.util", "java.time");

  private ProgrammingError() {}

  static boolean is(RuntimeException failure) {
    return LANGUAGE.contains(failure.getClass().getPackageName());
  }
}
