package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.dynamodb.DynamoDbMappingProblems;
import dev.cairn.id.JobId;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.MappingProblem.Kind;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is wrong with a job's mapping, beside the job's item. */
class MappingProblemsItemTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private final DynamoDbMappingProblems items = LocalTable.mappingProblems();

  @Test
  void nothingIsKnownBeforeTheCoordinatorHasLooked() {
    assertThat(items.of(job)).isEmpty();
  }

  @Test
  void isWhatWasFoundLast() {
    List<MappingProblem> found =
        List.of(
            new MappingProblem(Kind.FILTERED, "mapping m-1 has FilterCriteria {}"),
            new MappingProblem(Kind.PARALLEL, "mapping m-1 has ParallelizationFactor 2"));
    items.save(job, found, NOON);
    assertThat(items.of(job)).isEqualTo(found);

    items.save(job, List.of(), NOON.plusSeconds(60));
    assertThat(items.of(job)).isEmpty();
  }
}
