package dev.cairn.operator;

import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;

/** A record's partition key does not hash into the shard that delivered it. */
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
            + ": its producer sent it with an explicit hash key. Cairn finds a key's state by"
            + " the key's own hash, so explicit hash keys are not supported; send the"
            + " record without an explicit hash key");
    this.partitionKey = partitionKey;
  }

  public String partitionKey() {
    return partitionKey;
  }
}
