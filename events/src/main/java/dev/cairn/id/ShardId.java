package dev.cairn.id;

/** A Kinesis shard's id, such as {@code shardId-000000000003}. */
public record ShardId(String value) implements Comparable<ShardId> {
  public ShardId {
    Names.require("shard id", value);
  }

  @Override
  public int compareTo(ShardId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
