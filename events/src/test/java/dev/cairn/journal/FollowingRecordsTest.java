package dev.cairn.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SequenceNumber;
import dev.cairn.journal.Entry.FollowingRecords;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What remains known of the records after a position. */
class FollowingRecordsTest {
  private static final Optional<SequenceNumber> WAITING = Optional.of(new SequenceNumber("7"));

  @Test
  void anAcceptedLossAndAWaitingRecordOutlastARestoreToTheSamePosition() {
    FollowingRecords known = new FollowingRecords(Optional.of(Instant.EPOCH), true, WAITING);
    assertThat(known.ofSamePosition())
        .isEqualTo(new FollowingRecords(Optional.empty(), true, WAITING));
  }

  @Test
  void aRestoreToTheSamePositionAcceptsNoLossByItself() {
    FollowingRecords known = new FollowingRecords(Optional.empty(), false, WAITING);
    assertThat(known.ofSamePosition()).isEqualTo(known);
  }
}
