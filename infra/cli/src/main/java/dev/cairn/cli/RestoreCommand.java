package dev.cairn.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Restores a running or halted job to a completed checkpoint or savepoint.",
      "",
      "Sets restoreCheckpointId on the job's item, as you could do in the console, then"
          + " follows the restore: restoring, replaying, running. A refused restore changes"
          + " nothing; the reason is printed and stays on the item.",
      ""
    })
final class RestoreCommand extends VerbCommand {
  @Parameters(
      paramLabel = "CHECKPOINT",
      description =
          "The checkpoint's id; or latest; or the location of its _metadata: s3://bucket/…,"
              + " or a path in the job's storage.")
  private String target = "";

  @Option(
      names = "--claim-mode",
      paramLabel = "MODE",
      description =
          "Who owns the files after the restore: NO_CLAIM leaves them to their owner"
              + " (default), CLAIM makes them the job's.")
  private @Nullable String claimMode;

  @Option(
      names = "--allow-non-restored-state",
      description = "Drop state that the function no longer declares.")
  private boolean leavesState;

  @Option(
      names = "--accept-gap",
      description = "Records that the stream no longer keeps may be missing.")
  private boolean acceptsGap;

  @Option(
      names = "--positions",
      paramLabel = "WHERE",
      description =
          "Where to continue in this job's stream with another job's state: same (default),"
              + " horizon, or a time such as 2026-11-21T14:00:00Z.")
  private @Nullable String positions;

  @Option(
      names = "--dry-run",
      description = "Check everything, print what would be replayed, and change nothing.")
  private boolean triesOnly;

  @Override
  void requireUsable() {
    if (!target.matches("\\S+")) {
      throw ExitException.unusable(
          "\""
              + target
              + "\" cannot be restored: a request separates its words by blanks, so it cannot"
              + " contain a path with blanks; copy the savepoint to a path without them (cairn"
              + " export)");
    }
    super.requireUsable();
  }

  @Override
  String text() {
    StringBuilder text = new StringBuilder("restore ").append(place());
    if (claimMode != null) {
      text.append(" --claim-mode ").append(claimMode);
    }
    if (leavesState) {
      text.append(" --allow-non-restored-state");
    }
    if (acceptsGap) {
      text.append(" --accept-gap");
    }
    if (positions != null) {
      text.append(" --positions ").append(positions);
    }
    return text.toString();
  }

  /** A local path is made absolute, because the coordinator has another working directory. */
  private String place() {
    if (!target.contains("/")) {
      return target;
    }
    return switch (CheckpointName.parse(target)) {
      case CheckpointName.Numbered numbered -> numbered.id().toString();
      case CheckpointName.InStorage inStorage -> inStorage.metadata().value();
      case CheckpointName.Elsewhere elsewhere -> elsewhere.metadata().value();
    };
  }

  @Override
  int run(Connection connection, PrintWriter out) throws InterruptedException {
    if (!triesOnly) {
      return super.run(connection, out);
    }
    dev.cairn.command.Command.Restore restore = (dev.cairn.command.Command.Restore) command();
    return DryRuns.print(
        DryRuns.on(connection).restore(connection.requireJob(), restore), json(), out);
  }
}
