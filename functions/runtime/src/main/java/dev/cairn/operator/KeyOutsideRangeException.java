package dev.cairn.operator;

import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;

/** A record's hash key does not belong to the shard that delivered it. */
public final class KeyOutsideRangeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String partitionKey;

  public KeyOutsideRangeException(String partitionKey, KeyHash hash, HashRange range) {
    super(
        "partition key \""
            + partitionKey
            + "\" has the hash "
            + hash
            + ", outside the shard's range "
            + range
            + ": its producer sent it with an explicit hash key, or in an aggregate that was meant"
            + " for another shard. State is kept in the shard of the hash; send the record without"
            + " an explicit hash key, or name the hash keys of a function's records with"
            + " explicitHashKeyOf, or see cairn.aggregates.outside-shard");
    this.partitionKey = partitionKey;
  }

  public String partitionKey() {
    return partitionKey;
  }
}
