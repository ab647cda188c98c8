package dev.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.CheckpointId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobStatusTest {
  private static final Restoration FROM = Restoration.of(new CheckpointId(7));
  private static final Halt CANCELLED = new Halt.Cancelled(false);

  private static final List<JobStatus> ALL =
      List.of(
          new JobStatus.Running(),
          new JobStatus.Restoring(FROM),
          new JobStatus.Restoring(Restoration.ofNothing()),
          new JobStatus.Replaying(FROM),
          new JobStatus.Replaying(Restoration.ofNothing()),
          new JobStatus.Suspending(CANCELLED),
          new JobStatus.Suspending(new Halt.Stopping(Optional.empty())),
          new JobStatus.Resuming(),
          new JobStatus.Halted(CANCELLED),
          new JobStatus.Halted(new Halt.Stopping(Optional.empty())));

  @Test
  void whatDoesNotRaiseTheEpochOnlyEndsWhatEveryCoordinatorOfItIsDoing() {
    List<String> without = new ArrayList<>();
    for (JobStatus from : ALL) {
      for (JobStatus to : ALL) {
        if (from.leadsTo(to) && !to.raisesEpoch()) {
          without.add(from.label() + " → " + to.label());
        }
      }
    }

    assertThat(without)
        .containsExactlyInAnyOrder(
            // Of the two restores, each to its own replay.
            "RESTORING → REPLAYING",
            "RESTORING → REPLAYING",
            "REPLAYING → RUNNING",
            "REPLAYING → RUNNING",
            "SUSPENDING → CANCELLED",
            "SUSPENDING → STOPPING",
            "RESUMING → RUNNING",
            "CANCELLED → CANCELLED",
            "CANCELLED → STOPPING",
            "STOPPING → CANCELLED",
            "STOPPING → STOPPING");
  }

  @Test
  void everyStatusLeadsToWhatRaisesTheEpoch() {
    for (JobStatus from : ALL) {
      assertThat(ALL).filteredOn(JobStatus::raisesEpoch).allMatch(from::leadsTo);
    }
  }
}
