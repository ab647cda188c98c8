package dev.cairn.cdk;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.settings.FlinkDuration;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.kinesis.IStream;
import software.constructs.Construct;

/** Warnings about settings that can be deployed but are probably not intended. */
record SynthesisWarnings(Construct scope, ConstructSettings settings) {

  void add() {
    CheckpointSettings checkpointing = settings.checkpointing();
    if (checkpointing.interval().isEmpty()) {
      warn(
          "noInterval",
          "no checkpoints are taken, so nothing can be restored: set checkpointingInterval(…)");
    }
    if (checkpointing.timeout().compareTo(settings.lambda().timeout()) < 0) {
      warn(
          "shortCheckpointTimeout",
          "a checkpoint is aborted after "
              + FlinkDuration.print(checkpointing.timeout())
              + ", and an invocation may take "
              + FlinkDuration.print(settings.lambda().timeout())
              + ": make checkpointingTimeout(…) the longer one");
    }
    if (hasNamesake()) {
      warn(
          "sameJob",
          "another job of this app is called "
              + settings.job()
              + " and runs in the same account and region: metrics have a job's name, so the alarms"
              + " of each would tell of both; give each its own job(…)");
    }
    if (settings.source() instanceof SourceStream.ExistingStream existing) {
      warnings(existing.stream());
    }
    if (settings.source().isOnDemand()) {
      settings.lambda().reservedConcurrency().ifPresent(this::warnOfMoreShards);
    }
  }

  /** The number of shards is not known here, and changes without a deployment. */
  private void warnOfMoreShards(int reserved) {
    warn(
        "onDemandConcurrency",
        "the stream is on-demand, so Kinesis may split its shards at any time, and a reserved"
            + " concurrency of "
            + reserved
            + " is enough for "
            + (reserved - 1)
            + ": with more of them records wait; leave reservedConcurrency(…) out, or watch"
            + " TaskThrottlesAlarm and cairn status");
  }

  private boolean hasNamesake() {
    return scope.getNode().getRoot().getNode().findAll().stream()
        .filter(CheckpointedFunction.class::isInstance)
        .filter(other -> !other.getNode().getPath().equals(scope.getNode().getPath()))
        .filter(other -> ((CheckpointedFunction) other).job().equals(settings.job()))
        .anyMatch(other -> isSameEnvironment(Stack.of(other), Stack.of(scope)));
  }

  private static boolean isSameEnvironment(Stack one, Stack other) {
    return one.equals(other)
        || (isSame(one.getAccount(), other.getAccount())
            && isSame(one.getRegion(), other.getRegion()));
  }

  private static boolean isSame(String one, String other) {
    return !Boolean.TRUE.equals(Token.isUnresolved(one)) && one.equals(other);
  }

  private void warnings(IStream existing) {
    long neededHours = StreamRetention.needed(settings.checkpointing()).toHours();
    StreamRetention.known(settings)
        .ifPresentOrElse(
            retention -> {
              if (retention.toHours() < neededHours) {
                warn(
                    "shortRetention",
                    "the stream keeps records for "
                        + retention.toHours()
                        + " h, and restoring every retained checkpoint needs "
                        + neededHours
                        + " h: raise its retention, or retain fewer checkpoints");
              }
            },
            () ->
                warn(
                    "unknownRetention",
                    "how long the stream keeps records is not known here: make sure that it is "
                        + neededHours
                        + " h or more, and say so with SourceStream.existing(stream).keeping(…)"));
  }

  private void warn(String id, String message) {
    Annotations.of(scope).addWarningV2("cairn:" + id, message);
  }
}
