package dev.cairn.contracts;

import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import java.util.UUID;

/** What every {@link CheckpointStore} does, one contract for each topic. */
abstract class CheckpointStoreContract extends SharedFilesContract
    implements JobItemContract,
        RequestContract,
        BeginContract,
        CompletionContract,
        SubsumptionContract,
        AcknowledgementContract,
        LineageContract,
        MoveContract,
        RetirementContract {
  private final JobId job = new JobId("job-" + UUID.randomUUID());

  @Override
  public final JobId jobId() {
    return job;
  }

  @Override
  public abstract CheckpointStore checkpoints();
}
