package dev.cairn.id;

import java.util.regex.Pattern;

/** The one rule for every name that ends up in a table's key or a file's path. */
final class Names {
  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

  private Names() {}

  static String require(String what, String name) {
    if (!SAFE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " \""
              + printable(name)
              + "\" is not a valid name: use 1 to 128 of A-Z a-z 0-9 _ . - and start with a letter or"
              + " a digit");
    }
    return name;
  }

  private static String printable(String name) {
    String cut = name.length() <= 60 ? name : name.substring(0, 60) + "…";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
