package dev.cairn.id;

/**
 * A user's name for a savepoint, such as {@code before-upgrade}; it is part of the savepoint's
 * directory.
 */
public record SavepointName(String value) {
  public SavepointName {
    Names.require("savepoint name", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
