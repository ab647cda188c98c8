package dev.cairn.id;

/** An event source mapping's id. A mapping that is created again has another id. */
public record MappingId(String value) {
  public MappingId {
    Names.require("mapping id", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
