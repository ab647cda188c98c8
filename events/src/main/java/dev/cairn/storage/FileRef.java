package dev.cairn.storage;

/**
 * A reference to a file, with the size and hash that its writer knew. It is enough to fetch the
 * file and to verify it.
 */
public record FileRef(FilePath path, long sizeBytes, Sha256 sha256) {
  public FileRef {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException(path + " cannot have " + sizeBytes + " bytes");
    }
  }

  /** Returns a reference to the same bytes at another path. */
  public FileRef at(FilePath place) {
    return new FileRef(place, sizeBytes, sha256);
  }
}
