package dev.cairn.format;

/** A stored object has a format that only a newer release of Cairn can read. */
public final class NewerFormatException extends FormatException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what names the stored thing, such as {@code job orders}
   */
  public NewerFormatException(String what, long format) {
    super(
        what
            + " has format "
            + format
            + ", and this version of Cairn reads formats up to "
            + FormatVersion.NEWEST
            + ": deploy the version that wrote it, or a later one. Nothing was changed");
  }
}
