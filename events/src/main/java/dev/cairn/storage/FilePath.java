package dev.cairn.storage;

import java.util.List;

/**
 * A file's place below the checkpoint storage's root: names joined by {@code /}, none of them
 * empty, {@code .} or {@code ..}.
 */
public record FilePath(String value) implements Comparable<FilePath> {
  public FilePath {
    if (value.length() > 900) {
      throw new IllegalArgumentException("a path of " + value.length() + " characters is too long");
    }
    for (String name : value.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || !isSafe(name)) {
        throw new IllegalArgumentException(
            "path \""
                + value.replaceAll("\\p{Cntrl}", "?")
                + "\" has a part that is not a plain file name");
      }
    }
  }

  private static boolean isSafe(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!plain && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  public static FilePath of(String... names) {
    return new FilePath(String.join("/", List.of(names)));
  }

  public String fileName() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(FilePath other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
