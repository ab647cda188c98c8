package dev.cairn.function;

import java.util.regex.Pattern;

/** Validates the names of states, which appear in checkpoints, commands and messages. */
final class StateNames {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}");

  private StateNames() {}

  static void require(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is not a state's name: it has 1 to 200 characters, which are letters (A"
              + " to Z, a to z), digits and _ - . : and begins with a letter, a digit or _, such as"
              + " \"flights-per-route\"");
    }
  }
}
