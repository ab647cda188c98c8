package dev.cairn.s3;

/**
 * A folder of a bucket.
 *
 * @param prefix the folder, such as {@code team/cairn}; empty for the whole bucket
 */
public record S3Location(String bucket, String prefix) {
  private static final String SCHEME = "s3://";

  /**
   * Reads {@code s3://bucket} or {@code s3://bucket/prefix}.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static S3Location parse(String text) {
    String path = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : "";
    int slash = path.indexOf('/');
    String bucket = slash < 0 ? path : path.substring(0, slash);
    if (bucket.isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" names no bucket: write s3://bucket or s3://bucket/prefix");
    }
    return new S3Location(bucket, slash < 0 ? "" : path.substring(slash + 1).replaceAll("/+$", ""));
  }

  @Override
  public String toString() {
    return SCHEME + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
