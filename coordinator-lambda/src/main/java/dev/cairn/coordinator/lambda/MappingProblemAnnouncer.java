package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.dynamodb.DynamoDbMappingProblems;
import dev.cairn.id.JobId;
import dev.cairn.job.MappingProblem;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Stores the mapping's problems in an item beside the job's, for {@code cairn status}. */
final class MappingProblemAnnouncer implements Announcer {
  private final JobId job;
  private final DynamoDbMappingProblems items;
  private final InstantSource clock;
  private Optional<List<MappingProblem>> stored = Optional.empty();

  MappingProblemAnnouncer(JobId job, DynamoDbMappingProblems items, InstantSource clock) {
    this.job = job;
    this.items = items;
    this.clock = clock;
  }

  @Override
  public void announce(Announcement announcement) {
    if (announcement instanceof Announcement.MappingChecked(List<MappingProblem> problems)
        && !stored.orElseGet(() -> items.of(job)).equals(problems)) {
      items.save(job, problems, clock.instant());
      stored = Optional.of(problems);
    }
  }
}
