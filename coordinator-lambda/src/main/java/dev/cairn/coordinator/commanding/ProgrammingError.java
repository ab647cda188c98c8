package dev.cairn.coordinator.commanding;

import java.util.Set;

/**
 * Tells a failure that the same call meets again from one that may pass. Services that do not
 * answer, throttle, or leave open whether a write happened say so by exceptions of their own; the
 * language's own mean that something was asked or stored that nobody foresaw.
 */
final class ProgrammingError {
  private static final Set<String> LANGUAGE = Set.of("java.lang", "java.util", "java.time");

  private ProgrammingError() {}

  static boolean is(RuntimeException failure) {
    return LANGUAGE.contains(failure.getClass().getPackageName());
  }
}
