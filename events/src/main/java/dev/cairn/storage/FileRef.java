package dev.cairn.storage;

/**
 * A file as whoever wrote it knows it: enough to fetch it and to tell whether it is still the same.
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
