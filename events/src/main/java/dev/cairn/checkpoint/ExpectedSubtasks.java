package dev.cairn.checkpoint;

import dev.cairn.id.SubtaskId;
import dev.cairn.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * A fixed-size fingerprint of the subtasks whose acknowledgements complete a checkpoint. Sets of
 * subtasks of one job are equal if their fingerprints are.
 *
 * @param count how many
 * @param digest of their names in order, each followed by a line feed
 */
public record ExpectedSubtasks(int count, Sha256 digest) {
  public ExpectedSubtasks {
    if (count < 0) {
      throw new IllegalArgumentException("a checkpoint cannot expect " + count + " subtasks");
    }
  }

  public static ExpectedSubtasks of(SortedSet<SubtaskId> subtasks) {
    String names =
        subtasks.stream().map(subtask -> subtask.name() + "\n").collect(Collectors.joining());
    return new ExpectedSubtasks(subtasks.size(), Sha256.of(names.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public String toString() {
    return count + " subtasks";
  }
}
