package dev.cairn.state;

import java.util.zip.CRC32C;

/**
 * The checksum of every stored block, CRC32C.
 *
 * <p>The checksum is injected into readers, so that a test can remove the check and prove that its
 * absence is detected.
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
