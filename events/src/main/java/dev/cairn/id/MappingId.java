package dev.cairn.id;

/** An event source mapping's id: a mapping that is created again has another one. */
public record MappingId(String value) {
  public MappingId {
    Names.require("mapping id", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
