package dev.cairn.storage;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The path of a file or folder: names joined by {@code /}, none of them empty, {@code .} or {@code
 * ..}, of the characters {@code A-Z a-z 0-9 _ . -}.
 *
 * <p>A <i>relative</i> path is below the root of the storage to which it is passed. An
 * <i>absolute</i> path contains its storage, and may be outside the root:
 *
 * <pre>
 * flights/chk-7/_metadata                     below the storage's root
 * s3://bucket/prefix/savepoint-7/_metadata    in a bucket
 * file:///backups/savepoint-7/_metadata       in a directory of this machine
 * dynamodb://table/flights/chk-7/_metadata    inside a table
 * memory://name/flights/chk-7/_metadata       in a storage of this process
 * </pre>
 *
 * The names of an absolute path may be missing: {@code s3://bucket} is a folder too.
 */
public record FilePath(String value) implements Comparable<FilePath> {
  private static final int LONGEST_RELATIVE = 900;
  // S3's own limit of a key.
  private static final int LONGEST_ABSOLUTE = 1024;

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)");
  private static final Pattern ROOT =
      Pattern.compile(
          "s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
              + "|file://"
              + "|dynamodb://[A-Za-z0-9_.-]{3,255}"
              + "|memory://[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

  public FilePath {
    Optional<String> root = rootOf(value);
    int longest = root.isPresent() ? LONGEST_ABSOLUTE : LONGEST_RELATIVE;
    if (value.length() > longest) {
      throw new IllegalArgumentException(
          "a path of "
              + value.length()
              + " characters is too long: this kind has at most "
              + longest);
    }
    if (root.isPresent() && root.get().length() == value.length()) {
      if (root.get().equals("file://")) {
        throw new IllegalArgumentException(
            "\"file://\" names no directory: write file:///directory");
      }
    } else {
      requireNames(value, root.map(text -> text.length() + 1).orElse(0));
    }
  }

  /** Scheme and authority; empty for a relative path. */
  private static Optional<String> rootOf(String value) {
    Matcher scheme = SCHEME.matcher(value);
    if (value.indexOf(':') < 0 || !scheme.matches()) {
      return Optional.empty();
    }
    int slash = value.indexOf('/', scheme.end(1) + "://".length());
    String root = slash < 0 ? value : value.substring(0, slash);
    if (!ROOT.matcher(root).matches()) {
      if (root.startsWith("s3://")) {
        throw new IllegalArgumentException(
            "path \""
                + printable(value)
                + "\" names no bucket: \""
                + printable(root.substring("s3://".length()))
                + "\" cannot be one's name, which has 3 to 63 lower-case letters, digits, dots and"
                + " hyphens");
      }
      throw new IllegalArgumentException(
          "path \""
              + printable(value)
              + "\" begins with no place that is known: write s3://bucket/…, file:///directory/… or"
              + " dynamodb://table/…, or a path below the storage's root");
    }
    return Optional.of(root);
  }

  private static void requireNames(String value, int from) {
    for (String name : value.substring(from).split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || !isSafe(name)) {
        throw new IllegalArgumentException(
            "path \"" + printable(value) + "\" has a part that is not a plain file name");
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

  private static String printable(String value) {
    return value.replaceAll("\\p{Cntrl}", "?");
  }

  public static FilePath of(String... names) {
    return new FilePath(String.join("/", List.of(names)));
  }

  /**
   * The parts of an absolute path.
   *
   * @param scheme {@code s3}, {@code file}, {@code dynamodb} or {@code memory}
   * @param authority the bucket, the table or the storage's name; empty for a file
   * @param names the names after it, joined by {@code /}; empty for the whole bucket, table or
   *     storage
   */
  public record Absolute(String scheme, String authority, String names) {}

  /** Empty for a path below a storage's root. */
  public Optional<Absolute> absolute() {
    return rootOf(value)
        .map(
            root ->
                new Absolute(
                    root.substring(0, root.indexOf(':')),
                    root.substring(root.indexOf("://") + "://".length()),
                    root.length() == value.length() ? "" : value.substring(root.length() + 1)));
  }

  public boolean isAbsolute() {
    // No name has a colon.
    return value.indexOf(':') >= 0;
  }

  public String fileName() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  /**
   * Returns the folder that contains this file or folder; empty for a single name, which lies in
   * the storage's root, and for a whole bucket, table or storage.
   */
  public Optional<FilePath> parent() {
    int root = rootOf(value).map(String::length).orElse(0);
    int slash = value.lastIndexOf('/');
    return slash < Math.max(root, 1) || value.substring(0, slash).equals("file://")
        ? Optional.empty()
        : Optional.of(new FilePath(value.substring(0, slash)));
  }

  /** Resolves a path against this folder; an absolute path is unchanged. */
  public FilePath resolve(FilePath path) {
    return path.isAbsolute() ? path : new FilePath(value + "/" + path.value);
  }

  /** Returns the relative path from this folder to a path below it; empty for any other path. */
  public Optional<FilePath> relativize(FilePath path) {
    String folder = value + "/";
    return path.value.length() > folder.length() && path.value.startsWith(folder)
        ? Optional.of(new FilePath(path.value.substring(folder.length())))
        : Optional.empty();
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
