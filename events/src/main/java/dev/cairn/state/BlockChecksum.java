package dev.cairn.state;

import java.util.zip.CRC32C;

/**
 * The checksum that every stored block carries: CRC32C.
 *
 * <p>Readers are handed one rather than calling the JDK themselves, so that a test can take the
 * check away and prove that it notices.
 */
public class BlockChecksum {

  public int of(byte[] bytes, int off, int len) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, off, len);
    return (int) crc.getValue();
  }

  public boolean matches(int stored, byte[] bytes, int off, int len) {
    return stored == of(bytes, off, len);
  }
}
