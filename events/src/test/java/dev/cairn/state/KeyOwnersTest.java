package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.ShardId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KeyOwnersTest {
  private final Map<ShardId, Origin> subtasks = new TreeMap<>();

  @Test
  void theParentKeepsTheKeysOfAChildThatWasNeverOpened() {
    add(0, range(0, 99));
    add(1, range(0, 49), 0);

    assertThat(KeyOwners.of(range(0, 99), subtasks))
        .isEqualTo(Map.of(shard(0), List.of(range(50, 99)), shard(1), List.of(range(0, 49))));
  }

  @Test
  void anAncestorWhoseKeysAreAllWithItsDescendantsOwnsNothing() {
    add(0, range(0, 99));
    add(1, range(0, 49), 0);
    add(2, range(50, 99), 0);
    add(3, range(0, 99), 1, 2);

    assertThat(KeyOwners.of(range(20, 60), subtasks))
        .isEqualTo(Map.of(shard(3), List.of(range(20, 60))));
  }

  @Test
  void aChildInTheMiddleLeavesItsParentTwoParts() {
    add(0, range(0, 99));
    add(1, range(40, 59), 0);

    assertThat(KeyOwners.of(range(0, 99), subtasks).get(shard(0)))
        .isEqualTo(List.of(range(0, 39), range(60, 99)));
  }

  /** The subtask in between never had the keys, so the relation goes on through it. */
  @Test
  void aDescendantOfADescendantOwnsWhatItHas() {
    add(0, range(0, 99));
    add(1, range(0, 49), 0);
    add(3, range(0, 79), 1);

    assertThat(KeyOwners.of(range(50, 99), subtasks))
        .isEqualTo(Map.of(shard(0), List.of(range(80, 99)), shard(3), List.of(range(50, 79))));
  }

  @Test
  void subtasksOfOtherKeysOwnNothing() {
    add(0, range(0, 49));
    add(1, range(50, 99));

    assertThat(KeyOwners.of(range(50, 70), subtasks))
        .isEqualTo(Map.of(shard(1), List.of(range(50, 70))));
  }

  private void add(int shard, HashRange range, int... parents) {
    subtasks.put(
        shard(shard),
        new Origin(
            new StartPosition.TrimHorizon(),
            range,
            Arrays.stream(parents).mapToObj(KeyOwnersTest::shard).toList()));
  }

  private static HashRange range(long from, long to) {
    return new HashRange(new KeyHash(0, from), new KeyHash(0, to));
  }

  private static ShardId shard(int number) {
    return new ShardId("shardId-00000000000" + number);
  }
}
