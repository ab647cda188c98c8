package dev.cairn.id;

/**
 * What a user calls a savepoint, such as {@code before-upgrade}; a part of its directory's name.
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
