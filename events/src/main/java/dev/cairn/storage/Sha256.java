package dev.cairn.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256, as 64 lower-case hexadecimal digits. */
public record Sha256(String hex) {
  public Sha256 {
    if (!isHexadecimal(hex)) {
      throw new IllegalArgumentException(
          "\"" + hex + "\" is not a SHA-256 in lower-case hexadecimal");
    }
  }

  private static boolean isHexadecimal(String text) {
    if (text.length() != 64) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  public static Sha256 of(byte[] bytes) {
    try {
      return new Sha256(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Parses the form in which S3 sends and accepts checksums. */
  public static Sha256 ofBase64(String base64) {
    return new Sha256(HexFormat.of().formatHex(Base64.getDecoder().decode(base64)));
  }

  public String toBase64() {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
  }

  @Override
  public String toString() {
    return hex;
  }
}
