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
      "Puts a job back to a completed checkpoint or savepoint, whether it runs or has halted.",
      "",
      "Sets restoreCheckpointId on the job's item, as you could do in the console, then waits and"
          + " tells how it goes: restoring, replaying, running. A refusal changes nothing; its"
          + " reason is printed and stays on the item.",
      ""
    })
final class RestoreCommand extends VerbCommand {
  @Parameters(
      paramLabel = "CHECKPOINT",
      description =
          "Its id; or latest; or the place of its _metadata: s3://bucket/…, or a path in the job's"
              + " storage.")
  private String target = "";

  @Option(
      names = "--claim-mode",
      paramLabel = "MODE",
      description =
          "Whose the files are from then on: NO_CLAIM leaves them to their owner (default), CLAIM"
              + " makes them the job's.")
  private @Nullable String claimMode;

  @Option(
      names = "--allow-non-restored-state",
      description = "State may be left behind that the function no longer declares.")
  private boolean leavesState;

  @Option(
      names = "--accept-gap",
      description = "Records that the stream no longer keeps may be missing.")
  private boolean acceptsGap;

  @Option(
      names = "--positions",
      paramLabel = "WHERE",
      description =
          "Where another job's state stands in this job's stream: same (default), horizon, or a"
              + " time such as 2026-11-21T14:00:00Z.")
  private @Nullable String positions;

  @Option(
      names = "--dry-run",
      description = "Check everything, tell what would be replayed, and change nothing.")
  private boolean triesOnly;

  @Override
  void requireUsable() {
    if (!target.matches("\\S+")) {
      throw ExitException.unusable(
          "\""
              + target
              + "\" cannot be restored: a request is text in which blanks separate, so a path with"
              + " blanks cannot be named; copy the savepoint to a path without them (cairn"
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

  /** What lies on this machine is named in full: the coordinator has another directory. */
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
