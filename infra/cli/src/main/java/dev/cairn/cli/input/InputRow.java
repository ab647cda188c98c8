package dev.cairn.cli.input;

import dev.cairn.state.KeyHash;
import java.util.Optional;

/**
 * One record of the input: its partition key and its bytes.
 *
 * @param hashKey the explicit hash key with which the record is sent, if the function names one
 */
public record InputRow(String key, Optional<KeyHash> hashKey, byte[] data) {
  /** Creates a row that is sent without an explicit hash key. */
  public InputRow(String key, byte[] data) {
    this(key, Optional.empty(), data);
  }
}
