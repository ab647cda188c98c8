package dev.cairn.state;

import dev.cairn.storage.DamagedFileException;
import java.nio.ByteBuffer;
import java.util.Locale;

/** The fetched bytes of a file or delta, with its name for errors. */
final class StoredBytes {
  private final byte[] bytes;
  private final String name;
  private final BlockChecksum checksum;

  StoredBytes(byte[] bytes, String name, BlockChecksum checksum) {
    this.bytes = bytes;
    this.name = name;
    this.checksum = checksum;
  }

  int length() {
    return bytes.length;
  }

  byte[] bytes() {
    return bytes;
  }

  int intAt(int off) {
    return ByteBuffer.wrap(bytes, off, Integer.BYTES).getInt();
  }

  /** Compares the bytes with their stored checksum. */
  void verify(String part, int storedChecksum, int off, int len) {
    if (!checksum.matches(storedChecksum, bytes, off, len)) {
      throw damaged(
          part,
          String.format(Locale.ROOT, "checksum %08x", storedChecksum),
          String.format(Locale.ROOT, "%08x over %d bytes", checksum.of(bytes, off, len), len));
    }
  }

  DamagedFileException damaged(String part, String expected, String found) {
    return new DamagedFileException(message(part, expected, found));
  }

  DamagedFileException damaged(String part, String expected, String found, Throwable cause) {
    return new DamagedFileException(message(part, expected, found), cause);
  }

  private String message(String part, String expected, String found) {
    return name
        + " is damaged: "
        + part
        + ": expected "
        + expected
        + ", found "
        + found
        + "; put an intact copy back, or restore a checkpoint that does not need it";
  }

  DamagedFileException tooNew(int version, int newestKnown) {
    return new DamagedFileException(
        name
            + " has format version "
            + version
            + ", and this version of Cairn reads up to "
            + newestKnown
            + ": a newer one wrote it; deploy that one again, or restore a checkpoint from before"
            + " it");
  }
}
