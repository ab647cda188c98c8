package dev.cairn.id;

/** Validates every name that becomes part of a table's key or a file's path. */
final class Names {
  private static final int LONGEST = 128;

  private Names() {}

  static String require(String what, String name) {
    if (!isSafe(name)) {
      throw new IllegalArgumentException(
          what
              + " \""
              + printable(name)
              + "\" is not a valid name: use 1 to 128 of A-Z a-z 0-9 _ . - and start with a letter or"
              + " a digit");
    }
    return name;
  }

  private static boolean isSafe(String name) {
    if (name.isEmpty() || name.length() > LONGEST || !isLetterOrDigit(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isLetterOrDigit(c) && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static String printable(String name) {
    String cut = name.length() <= 60 ? name : name.substring(0, 60) + "…";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
